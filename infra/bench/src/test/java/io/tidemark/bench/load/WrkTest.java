package io.tidemark.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WrkTest {
  /** As wrk 4.1.0 of Debian 12 printed it. */
  private static final String GOOD =
      """
      Running 1s test @ http://127.0.0.1:18099/
        1 threads and 2 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.45ms  482.74us   4.79ms   70.58%
          Req/Sec     1.32k   105.94     1.47k    54.55%
        1450 requests in 1.10s, 818.46KB read
      Requests/sec:   1318.66
      Transfer/sec:    744.32KB
      tidemark-wrk requests=1450 micros=1099602 p50=1422.0 p99=2779.0 p99.9=4251.0 connect=0 read=0 write=0 timeout=0 status=0
      """;

  private static final String NOT_FOUND =
      """
      Running 1s test @ http://127.0.0.1:18099/
        1 threads and 2 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.07ms  696.54us  10.76ms   94.46%
          Req/Sec     1.86k   203.77     2.04k    80.00%
        1853 requests in 1.00s, 0.92MB read
        Non-2xx or 3xx responses: 1853
      Requests/sec:   1852.15
      Transfer/sec:      0.92MB
      tidemark-wrk requests=1853 micros=1000457 p50=954.0 p99=3597.0 p99.9=10320.0 connect=0 read=0 write=0 timeout=0 status=1853
      """;

  @Test
  void readsTheFigures() {
    Load load = Wrk.parse(GOOD).requireGood();

    assertThat(load.requests()).isEqualTo(1_450);
    assertThat(load.perSecond()).isCloseTo(1_318.66, within(0.01));
    assertThat(load.p50Micros()).isEqualTo(1_422);
    assertThat(load.p99Micros()).isEqualTo(2_779);
    assertThat(load.p999Micros()).isEqualTo(4_251);
  }

  @Test
  void aRunWithErrorsIsNotGood() {
    assertThatThrownBy(() -> Wrk.parse(NOT_FOUND).requireGood())
        .hasMessage("1853 errors of kind status");
  }

  @Test
  void aRunThatWasNotAnsweredIsNotGood() {
    String none = GOOD.replace("requests=1450", "requests=0");

    assertThatThrownBy(() -> Wrk.parse(none).requireGood()).hasMessage("no request was answered");
  }

  @Test
  void saysWhatItGotInsteadOfFigures() {
    assertThatThrownBy(() -> Wrk.parse("unable to connect to 127.0.0.1:1 Connection refused"))
        .hasMessageContaining("Connection refused");
    assertThatThrownBy(() -> Wrk.parse(GOOD.replace("p99.9=", "p999=")))
        .hasMessageContaining("did not tell p99.9");
  }
}
