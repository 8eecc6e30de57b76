package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.load.Wrk;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What wrk sends: a key that is always the same would be answered too well. */
class RandomKeysTest {
  private static final long KEYS = 1_000;

  /** Of so few keys nearly all are drawn in some hundred requests. */
  private static final long FEW_KEYS = 10;

  @TempDir Path directory;

  private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Program.WRK.find().isPresent(), Program.WRK.advice());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(exchange.getRequestURI().getPath().substring(1) + body);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  @Test
  void everyKeyIsDrawnAndNoOther() throws Exception {
    send(KeyedRequest.get("/{key}"), FEW_KEYS);

    Set<String> all =
        LongStream.range(0, FEW_KEYS).mapToObj(KeyedRequest::key).collect(Collectors.toSet());
    assertThat(Set.copyOf(received)).isEqualTo(all);
  }

  @Test
  void eachPlaceOfARequestHasAKeyOfItsOwn() throws Exception {
    send(KeyedRequest.post("/", "text/plain", "{key} {key64} {prefix}"), KEYS);

    assertThat(received)
        .allSatisfy(
            body -> {
              List<String> parts = List.of(body.split(" ", -1));
              assertThat(parts).hasSize(3);
              assertThat(parts.get(0)).matches("k00000\\d{3}");
              assertThat(
                      new String(Base64.getDecoder().decode(parts.get(1)), StandardCharsets.UTF_8))
                  .matches("k00000\\d{3}");
              assertThat(parts.get(2)).matches("k00000\\d");
            });
    assertThat(received)
        .anySatisfy(
            body -> {
              List<String> parts = List.of(body.split(" ", -1));
              assertThat(Base64.getDecoder().decode(parts.get(1)))
                  .isNotEqualTo(parts.get(0).getBytes(StandardCharsets.UTF_8));
            });
    assertThat(received.stream().distinct().count()).isGreaterThan(received.size() / 2);
  }

  private void send(KeyedRequest request, long keys) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Wrk.run(directory, address, request, keys, 4, Duration.ofSeconds(2)).requireGood();
  }
}
