package io.tidemark.bench.peers;

/**
 * How often it is tried.
 *
 * @param warmup tries of each round that do not count
 * @param tries that do
 */
record FreshnessPace(int warmup, int tries) {
  static final FreshnessPace USUAL = new FreshnessPace(1_500, 600);
}
