package io.tidemark.bench.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.bench.run.Figure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic of the table: medians, rates, ratios, verdicts, and how they are shown. */
class ResultsTest {
  private static final DataSet SMALL = new DataSet(1_000_000, 200);
  private static final DataSet LARGE = new DataSet(5_000_000, 200);

  private final Results results = new Results();

  @Test
  void aMedianIsTheMiddleOrBetweenTheTwoInTheMiddle() {
    assertThat(Figure.median(5, 1, 3)).isEqualTo(new Figure(3, 1, 5));
    assertThat(Figure.median(4, 1, 3, 2)).isEqualTo(new Figure(2.5, 1, 4));
    assertThat(Figure.median(7)).isEqualTo(Figure.of(7));
    assertThatThrownBy(Figure::median).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStallInOnePartLowersTheRateOfTheWhole() {
    long second = 1_000_000_000;
    // Three parts of 100 rows in 1 + 1 + 8 seconds: 30 rows/s, though the median part has 100.
    assertThat(Figure.rate(100, second, second, 8 * second)).isEqualTo(new Figure(30, 12.5, 100));
  }

  @Test
  void betterIsAboveOneWhetherLessOrMoreIsBetter() {
    set(SMALL, Subject.TIDEMARK, Measure.GET_P50, 0.5);
    set(SMALL, Subject.ROCKSDB_STREAMS, Measure.GET_P50, 4);
    set(SMALL, Subject.TIDEMARK, Measure.INSERT_RATE, 300);
    set(SMALL, Subject.ROCKSDB_STREAMS, Measure.INSERT_RATE, 200);

    assertThat(ratio(Measure.GET_P50)).isEqualTo(8);
    assertThat(ratio(Measure.INSERT_RATE)).isEqualTo(1.5);
  }

  @Test
  void thereIsNoRatioToWhatWasNotMeasuredNorOfMemory() {
    set(SMALL, Subject.TIDEMARK, Measure.GET_P50, 0.5);
    set(LARGE, Subject.ROCKSDB_STREAMS, Measure.GET_P50, 4);
    set(SMALL, Subject.TIDEMARK, Measure.HEAP_MIB, 1);
    set(SMALL, Subject.ROCKSDB_STREAMS, Measure.HEAP_MIB, 2);

    assertThat(
            results.timesBetter(SMALL, Subject.TIDEMARK, Subject.ROCKSDB_STREAMS, Measure.GET_P50))
        .isEmpty();
    assertThat(ratio(Measure.HEAP_MIB)).isNaN();
  }

  @Test
  void aTargetIsMetAtItsLimitAndMissedJustBelowHoweverItIsRounded() {
    set(SMALL, Subject.TIDEMARK, Measure.GET_P50, 1);
    set(SMALL, Subject.ROCKSDB_STREAMS, Measure.GET_P50, 8);
    set(LARGE, Subject.TIDEMARK, Measure.GET_P50, 1);
    set(LARGE, Subject.ROCKSDB_STREAMS, Measure.GET_P50, 7.9999);

    assertThat(verdict(Target.GET_MEDIAN, SMALL)).isEqualTo(Target.Verdict.MET);
    assertThat(verdict(Target.GET_MEDIAN, LARGE)).isEqualTo(Target.Verdict.MISSED);
    assertThat(verdict(Target.GET_MEDIAN_TUNED, SMALL)).isEqualTo(Target.Verdict.NOT_MEASURED);
  }

  @Test
  void aLimitThatIsNoRatioIsAtMost() {
    set(SMALL, Subject.TIDEMARK, Measure.INDEX_BYTES, 20);
    set(LARGE, Subject.TIDEMARK, Measure.INDEX_BYTES, 20.1);

    assertThat(verdict(Target.INDEX, SMALL)).isEqualTo(Target.Verdict.MET);
    assertThat(verdict(Target.INDEX, LARGE)).isEqualTo(Target.Verdict.MISSED);
  }

  @Test
  void reopeningIsJudgedFromFiveMillionKeysOn() {
    set(SMALL, Subject.TIDEMARK, Measure.REOPEN_MS, 1);
    set(LARGE, Subject.TIDEMARK, Measure.REOPEN_MS, 51);

    assertThat(verdict(Target.REOPEN, SMALL)).isEqualTo(Target.Verdict.NOT_MEASURED);
    assertThat(verdict(Target.REOPEN, LARGE)).isEqualTo(Target.Verdict.MISSED);
  }

  @Test
  void theArrayOfTheValueIsNotCountedAsAllocation() {
    DataSet odd = new DataSet(10, 201);
    set(SMALL, Subject.TIDEMARK, Measure.GET_ALLOCATED, 216.01);
    set(LARGE, Subject.TIDEMARK, Measure.GET_ALLOCATED, 240);
    set(odd, Subject.TIDEMARK, Measure.GET_ALLOCATED, 224);

    assertThat(verdict(Target.ALLOCATION, SMALL)).isEqualTo(Target.Verdict.MET);
    assertThat(Target.ALLOCATION.judge(results, LARGE).reached()).isEqualTo(24);
    assertThat(Target.ALLOCATION.judge(results, odd).reached()).isZero();
  }

  @Test
  void theReportShowsFiguresRatiosRangesAndWhatIsMissing() {
    results.add(SMALL, Subject.TIDEMARK, Map.of(Measure.SCAN_P50, new Figure(10, 9, 11.5)));
    set(SMALL, Subject.ROCKSDB_STREAMS, Measure.SCAN_P50, 40);
    results.fail(SMALL, Subject.LMDB, Operation.SCAN, "it broke");

    String text =
        new Report(results, List.of(SMALL), List.of(Subject.values()), "- Machine: this\n")
            .markdown();

    assertThat(text)
        .contains("| scan of 100, p50 µs | 10.00 (4.00×) | 40.00 | – | failed | none |")
        .contains("| scan of 100, p50 µs | 9.00 – 11.50 | 40.00 – 40.00 | – | failed | none |")
        .contains("| point get, p50: at least 8× RocksDB, Streams' settings | not measured |")
        .contains("- LMDB, 1M keys, values of 200 B, SCAN: it broke")
        .contains("- Machine: this")
        .doesNotContain("| update, rows/s");
  }

  private void set(DataSet dataSet, Subject subject, Measure measure, double value) {
    results.add(dataSet, subject, Map.of(measure, Figure.of(value)));
  }

  private double ratio(Measure measure) {
    return results
        .timesBetter(SMALL, Subject.TIDEMARK, Subject.ROCKSDB_STREAMS, measure)
        .orElseThrow();
  }

  private Target.Verdict verdict(Target target, DataSet dataSet) {
    return target.judge(results, dataSet).verdict();
  }
}
