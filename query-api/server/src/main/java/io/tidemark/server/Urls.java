package io.tidemark.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the parts of a URL apart, strictly: what cannot be decoded is refused, not guessed. */
final class Urls {
  private Urls() {}

  /** One segment of a path, where a plus is a plus. */
  static String decodeSegment(String encoded) {
    return encoded.indexOf('%') < 0 ? encoded : decode(encoded.replace("+", "%2B"));
  }

  /** The parameters of a query. */
  static Map<String, String> decodeQuery(@Nullable String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String part : query.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decode(part.substring(equals + 1));
      if (parameters.put(name, value) != null) {
        throw Problem.invalid("the query parameter '" + name + "' is given twice");
      }
    }
    return parameters;
  }

  private static String decode(String encoded) {
    try {
      String decoded = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
      if (decoded.indexOf('\uFFFD') >= 0 && !encoded.contains("%EF%BF%BD")) {
        throw Problem.invalid("'" + encoded + "' is not UTF-8 when decoded");
      }
      return decoded;
    } catch (IllegalArgumentException e) {
      throw Problem.invalid("'" + encoded + "' is not URL-encoded: " + e.getMessage());
    }
  }
}
