package io.tidemark.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the HTTP interface: method, path and what to do.
 *
 * <p>Paths are matched segment by segment as they were sent, before anything is decoded: a key may
 * hold a slash, two dots or nothing at all, and none of that may change which route it takes.
 *
 * @param template the path; {@code {name}} stands for one segment, {@code {name...}} at the end for
 *     one or more
 * @param pattern the segments of the template
 */
record Route(String method, String template, List<String> pattern, Handler handler) {
  /** An operation at the paths of a template. */
  Route(String method, String template, Handler handler) {
    this(method, template, split(template), handler);
  }

  /** Answers a request; must not block the thread that calls it. */
  interface Handler {
    CompletionStage<Reply> handle(Call call) throws Exception;
  }

  /** The segments that stood for the template's variables, still encoded. */
  record Match(Map<String, String> variables, List<String> rest) {}

  /** Matches the segments of a path. */
  @Nullable Match match(List<String> segments) {
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < pattern.size(); i++) {
      String expected = pattern.get(i);
      if (i >= segments.size()) {
        return null;
      }
      if (expected.endsWith("...}")) {
        return new Match(variables, segments.subList(i, segments.size()));
      }
      if (expected.startsWith("{")) {
        variables.put(expected.substring(1, expected.length() - 1), segments.get(i));
      } else if (!expected.equals(segments.get(i))) {
        return null;
      }
    }
    return pattern.size() == segments.size() ? new Match(variables, List.of()) : null;
  }

  /** The segments of a path; empty ones count. */
  static List<String> split(String path) {
    List<String> segments = new ArrayList<>();
    int from = path.startsWith("/") ? 1 : 0;
    for (int slash = path.indexOf('/', from); slash >= 0; slash = path.indexOf('/', from)) {
      segments.add(path.substring(from, slash));
      from = slash + 1;
    }
    segments.add(path.substring(from));
    return segments;
  }
}
