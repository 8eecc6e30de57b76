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
record Route(String method, String template, List<Segment> pattern, Handler handler) {
  /** An operation at the paths of a template. */
  Route(String method, String template, Handler handler) {
    this(method, template, split(template).stream().map(Segment::of).toList(), handler);
  }

  /** Answers a request; must not block the thread that calls it. */
  interface Handler {
    CompletionStage<Reply> handle(Call call) throws Exception;
  }

  /** The segments that stood for the template's variables, still encoded. Both may be changed. */
  record Match(Map<String, String> variables, List<String> rest) {}

  private enum Kind {
    LITERAL,
    VARIABLE,
    REST
  }

  /** A segment of a template: its text, or the name of what stands for it. */
  private record Segment(Kind kind, String text) {
    static Segment of(String text) {
      if (!text.startsWith("{")) {
        return new Segment(Kind.LITERAL, text);
      }
      return text.endsWith("...}")
          ? new Segment(Kind.REST, text.substring(1, text.length() - 4))
          : new Segment(Kind.VARIABLE, text.substring(1, text.length() - 1));
    }
  }

  /** Matches a path; {@code null} when the operation is at others. */
  @Nullable Match match(String path) {
    Map<String, String> variables = new HashMap<>(2);
    // Behind the path's end by one when there are no more segments: the last one may be empty.
    int from = begin(path);
    for (Segment expected : pattern) {
      if (from > path.length()) {
        return null;
      }
      if (expected.kind == Kind.REST) {
        return new Match(variables, split(path, from));
      }
      int slash = path.indexOf('/', from);
      int end = slash < 0 ? path.length() : slash;
      if (expected.kind == Kind.VARIABLE) {
        variables.put(expected.text, path.substring(from, end));
      } else if (end - from != expected.text.length() || !path.startsWith(expected.text, from)) {
        return null;
      }
      from = end + 1;
    }
    return from > path.length() ? new Match(variables, new ArrayList<>(0)) : null;
  }

  /** The segments of a path; empty ones count. */
  static List<String> split(String path) {
    return split(path, begin(path));
  }

  private static int begin(String path) {
    return path.startsWith("/") ? 1 : 0;
  }

  private static List<String> split(String path, int begin) {
    List<String> segments = new ArrayList<>();
    int from = begin;
    for (int slash = path.indexOf('/', from); slash >= 0; slash = path.indexOf('/', from)) {
      segments.add(path.substring(from, slash));
      from = slash + 1;
    }
    segments.add(path.substring(from));
    return segments;
  }
}
