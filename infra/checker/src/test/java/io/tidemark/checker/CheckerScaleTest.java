package io.tidemark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The near-linear checks stay so: {@code -Dtidemark.checker.operations=1000000} for the full size.
 */
class CheckerScaleTest {
  private static final int KEYS = 1_000;
  private static final int PARTITIONS = 8;

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
