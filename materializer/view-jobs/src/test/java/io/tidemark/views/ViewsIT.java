package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewsIT {
  @TempDir static Path directory;
  static ViewLab lab;

  @BeforeAll
  static void start() {
    lab = new ViewLab(directory);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void aGroupedViewIsATickView() throws Exception {
    lab.createLog("sales", ViewLab.SALE, 3);
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      events.add(new LogEvent("sales", "shop" + i % 7, ViewLab.sale("shop" + i % 7, "p", i)));
    }
    Position token = lab.append(events);
    long t0 = System.nanoTime();
    ViewDefinition view =
        lab.createView(
            "by_shop",
            "CREATE MATERIALIZED VIEW by_shop AS\nSELECT shop, COUNT(*) AS sales, SUM(amount) AS amount FROM sales GROUP BY shop");
    System.out.println("created in " + (System.nanoTime() - t0) / 1e9 + " " + view);
    assertThat(view.getExact()).isFalse();
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(token);
      System.out.println(fold.rows());
      assertThat(fold.rows()).hasSize(7);
      assertThat(fold.rows())
          .contains(Map.of("shop", "shop0", "sales", 15L, "amount", 7 * (14 * 15 / 2)));
    }
  }
}
