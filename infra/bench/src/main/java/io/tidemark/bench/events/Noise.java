package io.tidemark.bench.events;

import java.util.SplittableRandom;

/** What looks random in events and is the same in every run. Immutable; a function of its seed. */
public final class Noise {
  private final String letters;

  /** That many letters, in an order that depends on the seed. */
  Noise(long seed, int letters) {
    this.letters =
        new SplittableRandom(seed)
            .ints(letters, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  /** A part of the letters, from a place that the number, taken as unsigned, says. */
  String text(long number, int length) {
    int from = (int) Long.remainderUnsigned(number, letters.length() - length);
    return letters.substring(from, from + length);
  }

  /** The finalizer of SplitMix64: a bijection, so that different numbers stay different. */
  public static long mix(long number) {
    long z = (number + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
