package io.tidemark.bench.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * A request that is sent again and again, each time with other keys. In its path and its body,
 * {@code {key}} stands for any key, {@code {key64}} for any in Base64, {@code {prefix}} for what a
 * hundred keys begin with. All keys are of one length, and so are all requests.
 *
 * @param headers beside {@code Host} and {@code Content-Length}
 * @param body empty for none
 */
public record KeyedRequest(String method, String path, Map<String, String> headers, String body) {
  /** How many keys begin with what stands for {@code {prefix}}. */
  public static final int KEYS_OF_PREFIX = 100;

  private static final Pattern PLACE = Pattern.compile("\\{(key|key64|prefix)}");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  public KeyedRequest {
    headers = Map.copyOf(headers);
  }

  /** A request without a body. */
  public static KeyedRequest get(String path) {
    return new KeyedRequest("GET", path, Map.of(), "");
  }

  /** A request with a body. */
  public static KeyedRequest post(String path, String contentType, String body) {
    return new KeyedRequest("POST", path, Map.of("Content-Type", contentType), body);
  }

  /** The same with another header. */
  public KeyedRequest with(String header, String value) {
    Map<String, String> all = new HashMap<>(headers);
    all.put(header, value);
    return new KeyedRequest(method, path, all, body);
  }

  /** The key of that number, below 100 million. */
  public static String key(long number) {
    String digits = Long.toString(number);
    return "k" + "0".repeat(8 - digits.length()) + digits;
  }

  /**
   * An answer to be judged.
   *
   * @param keys the numbers of the keys that were asked for
   */
  public record Answer(List<Long> keys, int status, String body) {}

  /** Sends it once, with random keys of so many. */
  public Answer send(HttpClient client, URI server, RandomGenerator random, long keys)
      throws IOException, InterruptedException {
    List<Long> asked = new ArrayList<>();
    String filledPath = fill(path, random, keys, asked);
    String filledBody = fill(body, random, keys, asked);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(filledPath))
            .timeout(TIMEOUT)
            .method(method, HttpRequest.BodyPublishers.ofString(filledBody));
    headers.forEach(request::header);
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(List.copyOf(asked), response.statusCode(), response.body());
  }

  private static String fill(String template, RandomGenerator random, long keys, List<Long> asked) {
    return PLACE
        .matcher(template)
        .replaceAll(
            place -> {
              long number = random.nextLong(keys);
              if (!place.group(1).equals("prefix")) {
                asked.add(number);
                return value(place.group(1), number);
              }
              long first = number - number % KEYS_OF_PREFIX;
              LongStream.range(first, first + KEYS_OF_PREFIX).forEach(asked::add);
              return value("prefix", first);
            });
  }

  private static String value(String place, long number) {
    String key = key(number);
    return switch (place) {
      case "key" -> key;
      case "key64" -> Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
      case "prefix" -> key.substring(0, key.length() - 2);
      default -> throw new IllegalArgumentException(place);
    };
  }

  /** The bytes that go to the server as they are, but for the places of keys. */
  String raw(URI server) {
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(server.getRawAuthority()).append("\r\n");
    headers.forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
    if (!body.isEmpty()) {
      Matcher places = PLACE.matcher(body);
      int length = places.replaceAll(place -> value(place.group(1), 0)).length();
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    return text.append("\r\n").append(body).toString();
  }
}
