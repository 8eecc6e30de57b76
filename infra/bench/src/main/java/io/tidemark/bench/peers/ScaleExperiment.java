package io.tidemark.bench.peers;

import io.tidemark.bench.run.Better;
import io.tidemark.bench.run.Figure;
import io.tidemark.bench.run.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What more shards and more keys cost Tidemark, and whether there is a knee. */
final class ScaleExperiment implements Experiment {
  static final Measure MATERIALIZED =
      new Measure(
          "events/s, from the view's creation until it is complete", Better.HIGHER, "%,.0f");
  static final Measure HEAP = new Measure("heap in use, MiB a million rows", Better.LOWER, "%,.0f");
  static final Measure NATIVE =
      new Measure("memory outside the heap, MiB a million rows", Better.LOWER, "%,.0f");
  static final Measure MAPPED =
      new Measure("mapped files in memory, MiB a million rows", Better.LOWER, "%,.0f");
  static final Measure SHARDS_DISK =
      new Measure("disk of the shards, MB a million rows", Better.LOWER, "%,.0f");
  static final Measure CHANGELOG_DISK =
      new Measure("disk of the changelog, MB a million rows", Better.LOWER, "%,.0f");

  private static final long SMALL = 100_000;
  private static final long MIDDLE = 1_000_000;
  private static final long LARGE = 10_000_000;
  private static final int USUAL_SHARDS = 8;

  /** The largest size of an effort stands for up to so many times as many keys. */
  private static final int GROWTH = 2;

  private static final int READERS = 32;
  private static final double LEAST_PER_DOUBLING = 0.8;

  static final ReadPace PACE =
      new ReadPace(
          List.of(READERS),
          ReadPace.USUAL.first(),
          ReadPace.USUAL.warmup(),
          ReadPace.USUAL.counted(),
          ReadPace.USUAL.checked());

  private static final Measure READ_RATE = ReadMeasures.rate(ReadKind.POINT, READERS);
  private static final Measure SCAN_RATE = ReadMeasures.rate(ReadKind.PREFIX, READERS);

  private record Size(int shards, long keys) implements Case {
    @Override
    public String title() {
      return "%d shard%s, %s keys".formatted(shards, shards == 1 ? "" : "s", Effort.count(keys));
    }

    @Override
    public List<Peer> peers() {
      return List.of(Peer.TIDEMARK);
    }

    @Override
    public Trial prepare(Peer peer, Workplace place) throws Exception {
      return ScaleTrial.prepare(place, shards, keys, PACE);
    }
  }

  /** From a size to the next one along one of the two. */
  private record Step(Size from, Size to) {
    double doublings() {
      double growth =
          from.shards() == to.shards()
              ? (double) to.keys() / from.keys()
              : (double) to.shards() / from.shards();
      return Math.log(growth) / Math.log(2);
    }
  }

  private static final List<Size> BY_SHARDS =
      Stream.of(1, USUAL_SHARDS, 64, 256).map(shards -> new Size(shards, MIDDLE)).toList();
  private static final List<Size> BY_KEYS =
      Stream.of(SMALL, MIDDLE, LARGE).map(keys -> new Size(USUAL_SHARDS, keys)).toList();
  private static final List<Size> CORNER = List.of(BY_SHARDS.get(3), new Size(256, LARGE));

  private static final List<Step> STEPS =
      Stream.of(BY_SHARDS, BY_KEYS, CORNER)
          .flatMap(
              line ->
                  Stream.iterate(1, i -> i < line.size(), i -> i + 1)
                      .map(i -> new Step(line.get(i - 1), line.get(i))))
          .toList();

  @Override
  public String title() {
    return "Cost as the work grows";
  }

  @Override
  public String about() {
    return """
        A log of one reading a key is full before its view is created; then the view's rows are read over %d connections. The
        log has %d partitions in every case. Memory and disk are what has come on top since just before the view was created,
        the heap after a collection, with the view's job and replicas in one process. Mapped files count where they are in
        memory, which the system may change at any time."""
        .formatted(READERS, ReadingsLog.PARTITIONS);
  }

  @Override
  public Peer base() {
    return Peer.TIDEMARK;
  }

  @Override
  public List<Program> programs() {
    return List.of(Program.WRK);
  }

  @Override
  public List<Measure> measures() {
    return Stream.of(
            List.of(MATERIALIZED),
            ReadMeasures.of(ReadKind.POINT, READERS),
            ReadMeasures.of(ReadKind.BATCH, READERS),
            ReadMeasures.of(ReadKind.PREFIX, READERS),
            List.of(HEAP, NATIVE, MAPPED, SHARDS_DISK, CHANGELOG_DISK))
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public List<Case> cases(Effort effort) {
    long most = effort.sizes().get(effort.sizes().size() - 1);
    return Stream.of(BY_SHARDS, BY_KEYS, CORNER)
        .flatMap(List::stream)
        .distinct()
        .filter(size -> size.keys() <= GROWTH * most)
        .<Case>map(size -> size)
        .toList();
  }

  @Override
  public List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (Step step : STEPS) {
      for (Measure measure : List.of(MATERIALIZED, READ_RATE, SCAN_RATE)) {
        targets.add(
            Target.ratioAtLeast(
                "%s: at least %.2f of that with %s (0.8 a doubling)"
                    .formatted(
                        measure.title(),
                        Math.pow(LEAST_PER_DOUBLING, step.doublings()),
                        step.from().title()),
                side(step.to(), measure),
                side(step.from(), measure),
                Math.pow(LEAST_PER_DOUBLING, step.doublings())));
      }
    }
    return List.copyOf(targets);
  }

  private static Target.Side side(Size size, Measure measure) {
    return new Target.Side(size.title(), Peer.TIDEMARK, measure);
  }

  /** By what each figure changes when the shards, or the keys, become twice as many. */
  @Override
  public String remarks(Results results) {
    List<String> head = new ArrayList<>(List.of("factor a doubling"));
    STEPS.forEach(step -> head.add(step.from().title() + " → " + step.to().title()));
    Table table = new Table(head);
    for (Measure measure : measures()) {
      List<String> cells = new ArrayList<>(List.of(measure.title()));
      for (Step step : STEPS) {
        Optional<Figure> from = figure(results, step.from(), measure);
        Optional<Figure> to = figure(results, step.to(), measure);
        cells.add(
            from.isPresent() && to.isPresent()
                ? perDoubling(from.get().value(), to.get().value(), step.doublings())
                : "–");
      }
      table.row(cells);
    }
    return "A knee is a factor that is far from its neighbour on the left:\n\n" + table.markdown();
  }

  static String perDoubling(double from, double to, double doublings) {
    double factor = Math.pow(to / from, 1 / doublings);
    return Double.isFinite(factor) ? String.format(Locale.ROOT, "%.2f", factor) : "–";
  }

  private static Optional<Figure> figure(Results results, Size size, Measure measure) {
    return results.figure(size.title(), Peer.TIDEMARK, measure);
  }
}
