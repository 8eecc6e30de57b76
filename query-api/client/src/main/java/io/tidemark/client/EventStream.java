package io.tidemark.client;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Server-sent events, as they come. One thread reads, any thread closes. */
final class EventStream implements AutoCloseable {
  /**
   * One event.
   *
   * @param id empty for none
   */
  record Event(String name, String id, String data) {}

  private final InputStream bytes;
  private final BufferedReader lines;

  EventStream(InputStream bytes) {
    this.bytes = bytes;
    this.lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
  }

  /**
   * Waits for the next event; comments are passed over.
   *
   * @throws IOException when there will be none
   */
  Event next() throws IOException {
    String name = "message";
    String id = "";
    StringBuilder data = new StringBuilder();
    while (true) {
      String line = lines.readLine();
      if (line == null) {
        throw new EOFException("the node ended the stream");
      }
      if (line.isEmpty()) {
        if (data.length() > 0) {
          return new Event(name, id, data.toString());
        }
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "event" -> name = value;
        case "id" -> id = value;
        case "data" -> data.append(data.length() > 0 ? "\n" : "").append(value);
        default -> {
          // Comments have no name, and fields that are not known are to be ignored.
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    // Not the reader: it may be waiting for bytes, and holds its lock meanwhile.
    bytes.close();
  }
}
