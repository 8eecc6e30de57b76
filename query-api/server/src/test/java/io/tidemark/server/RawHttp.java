package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP as text, for requests that no client would send and replies that are looked at closely. */
final class RawHttp {
  static final Pattern LENGTH = Pattern.compile("content-length: ([0-9]+)\r\n");

  private RawHttp() {}

  /** The text of a request; a body is announced. */
  static String request(String method, String path, String body, String... headers) {
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    if (!body.isEmpty()) {
      text.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    return text + "\r\n" + body;
  }

  /** Sends requests at once on one connection and returns their replies. */
  static List<String> pipelined(URI server, String... requests) throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(20_000);
      String all = String.join("", requests);
      socket.getOutputStream().write(all.getBytes(StandardCharsets.UTF_8));
      List<String> replies = new ArrayList<>();
      while (replies.size() < requests.length) {
        replies.add(reply(socket.getInputStream()));
      }
      return replies;
    }
  }

  /** One reply, as long as it says it is. */
  private static String reply(InputStream in) throws IOException {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      int next = in.read();
      assertThat(next).as("the connection's end, behind %s", head).isNotNegative();
      reply.write(next);
      head = reply.toString(StandardCharsets.UTF_8);
    }
    Matcher length = LENGTH.matcher(head);
    assertThat(length.find()).as(head).isTrue();
    reply.write(in.readNBytes(Integer.parseInt(length.group(1))));
    return reply.toString(StandardCharsets.UTF_8);
  }
}
