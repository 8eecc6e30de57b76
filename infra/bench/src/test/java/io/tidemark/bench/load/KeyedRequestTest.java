package io.tidemark.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KeyedRequestTest {
  private static final URI SERVER = URI.create("http://127.0.0.1:7070");

  @Test
  void keysAreOfOneLength() {
    assertThat(KeyedRequest.key(0)).isEqualTo("k00000000");
    assertThat(KeyedRequest.key(12_345_678)).isEqualTo("k12345678");
  }

  @Test
  void theLengthOfABodyCountsItsKeys() {
    KeyedRequest request = KeyedRequest.post("/v1", "text/plain", "{key} {key64} {prefix}");

    assertThat(request.raw(SERVER))
        .isEqualTo(
            """
            POST /v1 HTTP/1.1\r
            Host: 127.0.0.1:7070\r
            Content-Type: text/plain\r
            Content-Length: %d\r
            \r
            {key} {key64} {prefix}"""
                .formatted("k00000000 azAwMDAwMDAw k000000".length()));
  }

  @Test
  void sendsKeysAndSaysWhich() throws Exception {
    HttpServer echo =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    echo.createContext(
        "/",
        exchange -> {
          byte[] answer =
              (exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Mark"))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    echo.start();
    try {
      URI server = URI.create("http://127.0.0.1:" + echo.getAddress().getPort());
      HttpClient client = HttpClient.newHttpClient();

      KeyedRequest point = KeyedRequest.get("/{key}").with("Mark", "yes");
      KeyedRequest.Answer one = point.send(client, server, new SplittableRandom(1), 1_000);
      assertThat(one.keys()).hasSize(1);
      assertThat(one.body()).isEqualTo("/" + KeyedRequest.key(one.keys().get(0)) + " yes");

      KeyedRequest prefix = KeyedRequest.get("/{prefix}");
      KeyedRequest.Answer many = prefix.send(client, server, new SplittableRandom(1), 1_000);
      long first = many.keys().get(0);
      assertThat(first % 100).isZero();
      assertThat(many.keys())
          .containsExactlyElementsOf(LongStream.range(first, first + 100).boxed().toList());
      assertThat(KeyedRequest.key(first)).startsWith(many.body().substring(1, 8));
    } finally {
      echo.stop(0);
    }
  }
}
