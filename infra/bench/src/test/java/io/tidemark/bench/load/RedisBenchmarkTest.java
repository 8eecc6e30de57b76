package io.tidemark.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RedisBenchmarkTest {
  /** As redis-benchmark 7.0.15 of Debian 12 printed it, but for some lines of the second list. */
  private static final String OUTPUT =
      " GET key:__rand_int__: rps=0.0 (overall: -nan) avg_msec=-nan (overall: -nan)\r"
          + " GET key:__rand_int__: rps=47452.4 (overall: 47452.4) avg_msec=0.453\r"
          + """
          ====== GET key:__rand_int__ ======
            50000 requests completed in 0.99 seconds
            32 parallel clients
            36 bytes payload
            keep alive: 1
            host configuration "save":
            host configuration "appendonly": no
            multi-thread: no

          Latency by percentile distribution:
          0.000% <= 0.047 milliseconds (cumulative count 2)
          50.000% <= 0.263 milliseconds (cumulative count 26002)
          75.000% <= 0.335 milliseconds (cumulative count 38260)
          87.500% <= 0.383 milliseconds (cumulative count 44014)
          93.750% <= 0.535 milliseconds (cumulative count 46916)
          96.875% <= 1.903 milliseconds (cumulative count 48440)
          98.438% <= 3.623 milliseconds (cumulative count 49220)
          99.219% <= 4.375 milliseconds (cumulative count 49613)
          99.609% <= 11.071 milliseconds (cumulative count 49805)
          99.805% <= 15.327 milliseconds (cumulative count 49903)
          99.902% <= 15.919 milliseconds (cumulative count 49952)
          99.951% <= 22.591 milliseconds (cumulative count 49977)
          100.000% <= 22.815 milliseconds (cumulative count 50000)

          Cumulative distribution of latencies:
          1.208% <= 0.103 milliseconds (cumulative count 604)
          65.808% <= 0.303 milliseconds (cumulative count 32904)
          99.390% <= 5.103 milliseconds (cumulative count 49695)
          99.934% <= 16.103 milliseconds (cumulative count 49967)
          100.000% <= 23.103 milliseconds (cumulative count 50000)

          Summary:
            throughput summary: 50607.29 requests per second
            latency summary (msec):
                    avg       min       p50       p95       p99       max
                  0.432     0.040     0.263     0.783     4.231    22.815
          """;

  @Test
  void readsTheFigures() {
    Load load = RedisBenchmark.parse(OUTPUT).requireGood();

    assertThat(load.requests()).isEqualTo(50_000);
    assertThat(load.perSecond()).isEqualTo(50_607.29);
    assertThat(load.p50Micros()).isEqualTo(263);
    assertThat(load.p99Micros()).isEqualTo(4_375);
    assertThat(load.p999Micros()).isEqualTo(15_919);
  }

  @Test
  void anErrorIsNotGood() {
    String failed = "Error from server: NOAUTH Authentication required.\n" + OUTPUT;

    assertThatThrownBy(() -> RedisBenchmark.parse(failed).requireGood())
        .hasMessageContaining("NOAUTH");
  }

  @Test
  void saysWhatItGotInsteadOfFigures() {
    assertThatThrownBy(() -> RedisBenchmark.parse("Could not connect to Redis"))
        .hasMessageContaining("Could not connect to Redis");
  }

  @Test
  void keysAreThoseThatItMakesOfRandomNumbers() {
    assertThat(RedisBenchmark.key(12_345)).isEqualTo("key:000000012345");
  }
}
