package io.tidemark.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the parts of a URL apart, strictly: what cannot be decoded is refused, not guessed. */
final class Urls {
  /** What a decoder puts where there are no characters. */
  private static final char WRONG = '\uFFFD';

  private Urls() {}

  /** One segment of a path, where a plus is a plus. */
  static String decodeSegment(String encoded) {
    return encoded.indexOf('%') < 0 ? encoded : decode(encoded.replace("+", "%2B"));
  }

  /** The parameters of a query. */
  static Map<String, String> decodeQuery(@Nullable String query) {
    if (query == null || query.isEmpty()) {
      return Map.of();
    }
    if (query.indexOf('&') < 0) {
      return Map.of(name(query), value(query));
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      String name = name(part);
      if (parameters.put(name, value(part)) != null) {
        throw Problem.invalid("the query parameter '" + name + "' is given twice");
      }
    }
    return parameters;
  }

  private static String name(String parameter) {
    int equals = parameter.indexOf('=');
    return decode(equals < 0 ? parameter : parameter.substring(0, equals));
  }

  private static String value(String parameter) {
    int equals = parameter.indexOf('=');
    return equals < 0 ? "" : decode(parameter.substring(equals + 1));
  }

  private static String decode(String encoded) {
    if (encoded.indexOf('%') < 0 && encoded.indexOf('+') < 0 && encoded.indexOf(WRONG) < 0) {
      return encoded;
    }
    try {
      String decoded = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
      if (decoded.indexOf(WRONG) >= 0 && !encoded.contains("%EF%BF%BD")) {
        throw Problem.invalid("'" + encoded + "' is not UTF-8 when decoded");
      }
      return decoded;
    } catch (IllegalArgumentException e) {
      throw Problem.invalid("'" + encoded + "' is not URL-encoded: " + e.getMessage());
    }
  }
}
