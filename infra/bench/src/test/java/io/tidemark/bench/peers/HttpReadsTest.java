package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.KeyedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpReadsTest {
  private static final ReadPace SHORT =
      new ReadPace(
          List.of(2), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 20);

  @TempDir Path directory;

  private final AtomicLong served = new AtomicLong();
  private HttpServer server;

  private interface Serving {
    void serve(HttpExchange exchange, long number) throws IOException;
  }

  @BeforeEach
  void bind() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aWrongRowFailsThePeer() {
    HttpReads reads = reads((exchange, number) -> answer(exchange, 200, Readings.row(number + 1)));

    assertThatThrownBy(reads::measure).hasMessageContaining("is not in the answer");
  }

  @Test
  void anErrorThatOnlyTheLoadMeetsFailsThePeer() {
    assumeTrue(Program.WRK.find().isPresent(), Program.WRK.advice());
    HttpReads reads =
        reads(
            (exchange, number) ->
                answer(
                    exchange,
                    isOfWrk(exchange) && served.incrementAndGet() == 5 ? 503 : 200,
                    Readings.row(number)));

    assertThatThrownBy(reads::measure).hasMessageContaining("errors of kind status");
  }

  @Test
  void rightRowsGiveFigures() throws Exception {
    assumeTrue(Program.WRK.find().isPresent(), Program.WRK.advice());
    HttpReads reads = reads((exchange, number) -> answer(exchange, 200, Readings.row(number)));

    assertThat(reads.measure())
        .containsOnlyKeys(ReadMeasures.of(ReadKind.POINT, 2).toArray(Measure[]::new));
  }

  /** The client that looks at answers says who it is, and wrk does not. */
  private static boolean isOfWrk(HttpExchange exchange) {
    return !exchange.getRequestHeaders().containsKey("User-Agent");
  }

  private HttpReads reads(Serving serving) {
    server.createContext(
        "/",
        exchange -> {
          String key = exchange.getRequestURI().getPath().substring("/k".length());
          serving.serve(exchange, Long.parseLong(key));
        });
    server.start();
    return new HttpReads(
        directory,
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
        Map.of(ReadKind.POINT, KeyedRequest.get("/{key}")),
        ReadingsLog::requireRows,
        1_000,
        SHORT);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
