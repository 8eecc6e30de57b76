package io.tidemark.bench.peers;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** One connection to Redis, with the little of its protocol that loading and checking takes. */
final class RedisLink implements AutoCloseable {
  private static final int PIPELINED = 1_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  RedisLink(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    in = new BufferedInputStream(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
  }

  /** Sets the keys of all numbers below a count, many at once. */
  void setAll(long count, LongFunction<String> key, LongFunction<String> value) throws IOException {
    for (long from = 0; from < count; from += PIPELINED) {
      long to = Math.min(count, from + PIPELINED);
      for (long number = from; number < to; number++) {
        send("SET", key.apply(number), value.apply(number));
      }
      out.flush();
      for (long number = from; number < to; number++) {
        String reply = line();
        if (!reply.equals("+OK")) {
          throw new IOException("Redis answered SET with " + reply);
        }
      }
    }
  }

  /** The value of a key; {@code null} for none. */
  @Nullable String get(String key) throws IOException {
    send("GET", key);
    out.flush();
    String head = line();
    if (!head.startsWith("$")) {
      throw new IOException("Redis answered GET with " + head);
    }
    int length = Integer.parseInt(head.substring(1));
    if (length < 0) {
      return null;
    }
    byte[] value = in.readNBytes(length);
    line();
    return new String(value, StandardCharsets.UTF_8);
  }

  private void send(String... words) throws IOException {
    StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
      text.append(word).append("\r\n");
    }
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("Redis has closed the connection after '" + line + "'");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
