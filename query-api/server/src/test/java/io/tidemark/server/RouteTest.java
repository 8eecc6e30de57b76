package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTest {
  private static Route route(String template) {
    return new Route("GET", template, call -> new CompletableFuture<>());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/views/{view}/rows/{key...} | /v1/views/a/rows/b | {view=a} [b]
          /v1/views/{view}/rows/{key...} | v1/views/a/rows/b | {view=a} [b]
          /v1/views/{view}/rows/{key...} | /v1/views//rows/ | {view=} []
          /v1/views/{view}/rows/{key...} | /v1/views/a/rows/b//c%2Fd/ | {view=a} [b, , c%2Fd, ]
          /v1/views/{view}/rows/{key...} | /v1/views/a/rows | none
          /v1/views/{view}/rows/{key...} | /v1/views/a/rows:batchGet/b | none
          /v1/views/{view}/rows/{key...} | /v1/views/a/row/b | none
          /v1/views/{view}/rows/{key...} | //v1/views/a/rows/b | none
          /v1/views/{view}/rows | /v1/views/a/rows | {view=a} []
          /v1/views/{view}/rows | /v1/views/a/rows/ | none
          /v1/views/{view}/rows | /v1/views/a/rows/b | none
          /v1/views/{view} | /v1/views | none
          /v1/views/{view} | /v1/views/ | {view=} []
          /v1/views | /v1/views | {} []
          /v1/views | /v1/viewss | none
          /v1/views | / | none
          /v1/views | /v1%2Fviews | none
          """)
  void pathsAreMatchedAsTheyWereSent(String template, String path, String expected) {
    Route.Match match = route(template).match(path);
    // An empty segment and no segment look alike.
    String found = match == null ? "none" : match.variables() + " " + match.rest();
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void aPathIsMatchedSegmentBySegment() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] words = {"", "v1", "v1x", "{a}", "b"};
    int matched = 0;
    for (int i = 0; i < 20_000; i++) {
      List<String> template = words(random, words);
      List<String> path = words(random, "", "v1", "v1x", "x", "b");
      boolean rest = random.nextBoolean();
      String text = "/" + String.join("/", template) + (rest ? "/{rest...}" : "");
      Route.Match match = route(text).match("/" + String.join("/", path));
      boolean fits = rest ? path.size() > template.size() : path.size() == template.size();
      Map<String, String> variables = new TreeMap<>();
      for (int s = 0; fits && s < template.size(); s++) {
        if (template.get(s).equals("{a}")) {
          variables.put("a", path.get(s));
        } else {
          fits = template.get(s).equals(path.get(s));
        }
      }
      assertThat(match != null).as("seed %d: %s at %s", seed, path, text).isEqualTo(fits);
      if (match != null) {
        matched++;
        assertThat(match.variables()).isEqualTo(variables);
        assertThat(match.rest())
            .as("seed %d: %s at %s", seed, path, text)
            .isEqualTo(path.subList(template.size(), path.size()));
      }
    }
    assertThat(matched).isGreaterThan(500);
  }

  private static List<String> words(Random random, String... words) {
    List<String> chosen = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      chosen.add(Arrays.asList(words).get(random.nextInt(words.length)));
    }
    return chosen;
  }
}
