package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Reads a stream of changes event by event, and applies each row as soon as it is there. */
final class ChangeReader implements AutoCloseable {
  /** All comments are of this kind. */
  static final String COMMENT = "comment";

  private final HttpClient http = HttpClient.newHttpClient();
  private final TestNode node;
  private final String path;
  private InputStream body = InputStream.nullInputStream();
  private BufferedReader lines = new BufferedReader(new InputStreamReader(body));

  final TreeMap<String, Long> rows = new TreeMap<>();
  String lastId = "";

  /** An event; the data of comments is missing. */
  record Event(String name, JsonNode data) {}

  ChangeReader(TestNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /** Connects, behind the last progress if there is one. */
  void connect() throws Exception {
    body.close();
    String[] headers =
        lastId.isEmpty() ? new String[0] : new String[] {Call.LAST_EVENT_ID_HEADER, lastId};
    HttpResponse<InputStream> response =
        http.send(
            node.request(path, headers).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
    body = response.body();
    lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    if (response.statusCode() != 200) {
      throw new AssertionError(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Waits for the next event, comments included. */
  Event next() throws IOException {
    String name = "";
    String id = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(":")) {
        lines.readLine();
        return new Event(COMMENT, Json.MAPPER.missingNode());
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        lines.readLine();
        return apply(new Event(name, Json.MAPPER.readTree(line.substring(6))), id);
      }
    }
    throw new IOException("the stream has ended");
  }

  private Event apply(Event event, String id) {
    JsonNode data = event.data();
    switch (event.name()) {
      case "reset" -> rows.clear();
      case "row" -> {
        String key = data.at("/key/origin").asText() + data.at("/key/dest").asText();
        if (data.path("row").isNull()) {
          rows.remove(key);
        } else {
          rows.put(key, data.at("/row/flights").asLong());
        }
      }
      case "progress" -> lastId = id;
      default -> {}
    }
    return event;
  }

  /** The next event that is neither a comment nor a row. */
  Event nextNoRow() throws IOException {
    Event event = next();
    while (event.name().equals("row") || event.name().equals(COMMENT)) {
      event = next();
    }
    return event;
  }

  /** Reads up to the next progress, and returns the rows then; a node that stops is a break. */
  Map<String, Long> progress() throws IOException {
    Event event = nextNoRow();
    while (event.name().equals("reset")) {
      event = nextNoRow();
    }
    if (event.data().path("code").asText().equals("NODE_UNAVAILABLE")) {
      throw new IOException("the node stops");
    }
    if (!event.name().equals("progress")) {
      throw new AssertionError(event.toString());
    }
    return rows;
  }

  /** Breaks the connection. */
  @Override
  public void close() throws IOException {
    body.close();
  }
}
