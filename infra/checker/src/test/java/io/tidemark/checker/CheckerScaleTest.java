package io.tidemark.checker;

import static io.tidemark.checker.Level.STRONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The near-linear checks stay so: {@code -Dtidemark.checker.operations=1000000} for the full size.
 */
class CheckerScaleTest {
  private static final int KEYS = 1_000;
  private static final int PARTITIONS = 8;
  private static final long SEED = Long.getLong("tidemark.checker.seed", 11);

  @Test
  void aLongHistoryIsCheckedFromItsFile(@TempDir Path folder) throws IOException {
    int operations = Integer.getInteger("tidemark.checker.operations", 100_000);
    Path file = folder.resolve("history.jsonl");
    HistoryWriter.write(history(operations), file);

    long startNs = System.nanoTime();
    History history = HistoryReader.read(List.of(file));
    long readNs = System.nanoTime();
    Report report = Checker.check(history);
    long checkedNs = System.nanoTime();
    System.out.printf(
        "%d operations: read in %d ms, checked in %d ms%n",
        operations, (readNs - startNs) / 1_000_000, (checkedNs - readNs) / 1_000_000);
    assertThat(report.violations()).as(() -> Script.describe(report)).isZero();
    assertThat(report.findings()).allSatisfy(f -> assertThat(f.undecided()).isZero());
    assertThat(history.reads().size() + history.appends().size()).isEqualTo(operations);
  }

  @Test
  void rowsOfManyPartitionsAreDecidedNearTheirTokens() {
    Script script = new Script().model(AggregateModel.total("all", "l", "*"));
    long[] offsets = new long[PARTITIONS];
    Position ends = Position.empty();
    Position old = ends;
    long sum = 0;
    for (int i = 1; i <= 4_000; i++) {
      int partition = (i * 31) % 7 % PARTITIONS;
      Event event = new Event("e" + i, "l", "k" + partition, i, null);
      script.ok("w", i * 10L, i * 10L + 5, event, partition, offsets[partition]++);
      sum += i;
      ends = ends.merge(Position.of("l", partition, offsets[partition]));
      old = i % 50 == 0 ? ends : old;
      script
          .read("r", i * 10L + 3, i * 10L + 8, i % 2 == 0 ? Level.EVENTUAL : Level.SESSION)
          .token(old, old)
          .row("all", "*", i, sum)
          .done();
    }
    script.isClean();
    script
        .read("r", 50_000, 50_001, Level.EVENTUAL)
        .token(old, old)
        .row("all", "*", 3_999, sum)
        .done()
        .violates(Property.EVENTUAL);
  }

  /**
   * Appends to all partitions overlap, and so do the reads, which see each at a moment of its own.
   */
  @Test
  void theOrderOfALongHistoryOfARowOfManyPartitionsIsDecided() {
    Random random = new Random(SEED);
    Script script = new Script().model(AggregateModel.total("all", "l", "*"));
    long[] offsets = new long[PARTITIONS];
    List<long[]> happened = new ArrayList<>();
    Position ends = Position.empty();
    List<Position> tokens = new ArrayList<>();
    for (int i = 1; i <= 20_000; i++) {
      int partition = random.nextInt(PARTITIONS);
      // Each happens at 10 i, within its call, and calls overlap.
      long startNs = i * 10L - random.nextInt(30);
      Event event = new Event("e" + i, "l", "k" + partition, 1 + random.nextInt(1_000), null);
      script.ok(
          "w" + i, startNs, i * 10L + random.nextInt(30), event, partition, offsets[partition]++);
      long[] before = happened.isEmpty() ? new long[2] : happened.get(happened.size() - 1);
      happened.add(new long[] {before[0] + 1, before[1] + event.number()});
      ends = ends.merge(Position.of("l", partition, offsets[partition]));
      tokens.add(ends);
      if (i % 2 == 0) {
        long[] seen = happened.get(i - 1);
        script
            .read("r" + i, i * 10L - random.nextInt(30), i * 10L + 1 + random.nextInt(40), STRONG)
            .token(Position.empty(), tokens.get(Math.max(0, i - 11)))
            .row("all", "*", seen)
            .done();
      }
    }
    script.isClean();
    // One event late in the history is shown without another that was acknowledged before it.
    long[] all = happened.get(happened.size() - 1);
    script
        .ok("w", 300_000, 300_010, new Event("x", "l", "kx", 1, null), 0, offsets[0])
        .ok("w", 300_020, 300_030, new Event("y", "l", "ky", 2, null), 1, offsets[1])
        .read("r", 299_990, 300_040, STRONG)
        .token(Position.empty(), ends)
        .row("all", "*", all[0] + 1, all[1] + 2)
        .done();
    Report report = script.violates(Property.STRONG);
    assertThat(report.examples(Property.STRONG).get(0).operations().stream())
        .filteredOn(Read.class::isInstance)
        .hasSize(1);
  }

  /** Half appends, half reads of two rows each, at all levels; all in order, none stale. */
  private static History history(int operations) {
    List<Append> appends = new ArrayList<>();
    List<Read> reads = new ArrayList<>();
    long[] offsets = new long[PARTITIONS];
    long[] numbers = new long[KEYS];
    Position.Builder ends = Position.builder();
    Position token = Position.empty();
    for (int i = 0; i < operations; i++) {
      long startNs = i * 1_000L;
      Operation.Call call = new Operation.Call("c" + i % 16, startNs, startNs + 500, i, Outcome.OK);
      int key = (int) ((i * 7919L) % KEYS);
      if (i % 2 == 0) {
        int partition = key % PARTITIONS;
        Event event =
            new Event("e" + i, "l", "k" + key, ++numbers[key], "g" + partition + "/" + key % 100);
        Position at = Position.of("l", partition, ++offsets[partition]);
        appends.add(new Append(call, List.of(event), at));
        ends.advance(at);
      } else {
        int other = (key + 8) % KEYS;
        token = i % 1_000 == 1 ? ends.build() : token;
        Level level = Level.values()[i / 2 % 5];
        reads.add(
            new Read(
                call,
                new Read.Request(level, 10),
                List.of(row(key, numbers[key]), row(other, numbers[other])),
                Set.of(),
                token,
                token,
                new Read.Reply(
                    level, level == Level.STRONG, 0, level == Level.SNAPSHOT, null, "n1"),
                false));
      }
    }
    return new History(
        List.of(AggregateModel.sequence("seq", "l"), AggregateModel.counter("cnt", "l")),
        List.of(),
        appends,
        reads,
        List.of(),
        Set.of());
  }

  private static Row row(int key, long n) {
    return new Row("seq", "k" + key, n == 0 ? null : new long[] {n, n * (n + 1) / 2, n});
  }
}
