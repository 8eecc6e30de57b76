package io.tidemark.bench.peers;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.run.ChildProcess;
import io.tidemark.broker.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One member of etcd with the rows as JSON, read linearizably through its JSON gateway. */
final class EtcdReads {
  /** More would only take long to load: what such a read costs does not depend on it. */
  private static final long MOST_KEYS = 100_000;

  private static final int TRANSACTION = 100;
  private static final Pattern UP = Pattern.compile("ready to serve client requests");
  private static final Duration START = Duration.ofSeconds(30);

  private EtcdReads() {}

  static Trial prepare(Workplace place, long keys, ReadPace pace) throws Exception {
    List<Integer> ports = FreePorts.find(2);
    String client = "http://127.0.0.1:" + ports.get(0);
    String peer = "http://127.0.0.1:" + ports.get(1);
    long held = Math.min(keys, MOST_KEYS);
    KeyedRequest range =
        KeyedRequest.post("/v3/kv/range", "application/json", "{\"key\":\"{key64}\"}");
    return ReadsTrial.prepare(
        ChildProcess.start(
            List.of(
                Program.ETCD.command(),
                "--name=one",
                "--data-dir=" + place.directory().resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=one=" + peer),
            place.directory().resolve("etcd.out")),
        process -> {
          process.await(UP, START);
          load(URI.create(client), held);
          return new HttpReads(
              place.directory(),
              URI.create(client),
              Map.of(ReadKind.STRONG, range),
              EtcdReads::requireRow,
              held,
              pace);
        });
  }

  private static void load(URI server, long keys) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    for (long from = 0; from < keys; from += TRANSACTION) {
      List<String> puts = new ArrayList<>();
      for (long number = from; number < Math.min(keys, from + TRANSACTION); number++) {
        puts.add(
            "{\"requestPut\":{\"key\":\"%s\",\"value\":\"%s\"}}"
                .formatted(base64(KeyedRequest.key(number)), base64(Readings.row(number))));
      }
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(server.resolve("/v3/kv/txn"))
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"success\":[" + String.join(",", puts) + "]}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException("etcd answered a transaction with " + response.body());
      }
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void requireRow(KeyedRequest.Answer answer) {
    long number = answer.keys().get(0);
    if (answer.status() != 200 || !answer.body().contains(base64(Readings.row(number)))) {
      throw new IllegalStateException(
          "%s is not in the answer %d: %s"
              .formatted(Readings.row(number), answer.status(), answer.body()));
    }
  }
}
