package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.http.ServerApi;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up: a small file system in memory, which only root can mount. */
class DiskFullIT {
  private static final String SCHEMA =
      """
      {"type":"record","name":"Note","fields":[
        {"name":"topic","type":"string"},{"name":"text","type":"string"}]}
      """;

  @TempDir Path mountPoint;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can mount a small disk");
    mounted = run("mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", mountPoint.toString()) == 0;
    assumeTrue(mounted, "this machine does not let root mount a tmpfs");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      run("umount", "-l", mountPoint.toString());
    }
  }

  @Test
  void appendsFailAndReadsGoOnAndNothingAcknowledgedIsLost() throws Exception {
    Path data = mountPoint.resolve("data");
    Path ballast = mountPoint.resolve("ballast");
    long acknowledged;
    try (ChildServer server = ChildServer.run(data, "up")) {
      ServerApi api = server.api();
      ObjectNode log = ServerApi.JSON.createObjectNode();
      log.put("schema", SCHEMA).put("partitions", 1);
      api.put("/v1/logs/notes", "application/json", log.toString());
      api.put(
          "/v1/views/counts",
          "application/sql",
          "CREATE MATERIALIZED VIEW counts AS"
              + " SELECT topic, COUNT(*) AS notes FROM notes GROUP BY topic");
      append(api, 10);
      assertThat(Rows.all(api, "counts").get("t").path("notes").asLong()).isEqualTo(1);

      fill(ballast);
      acknowledged = 1;
      TidemarkException refused = null;
      while (refused == null) {
        try {
          append(api, 1_000);
          acknowledged++;
        } catch (TidemarkException e) {
          refused = e;
        }
      }
      assertThat(refused.code()).isEqualTo(ErrorCode.LOG_UNAVAILABLE);
      long atLeast = count(api, "eventual");
      assertThat(atLeast).isBetween(1L, acknowledged);
      assertThatThrownBy(() -> api.get("/v1/ready", Map.of(), null))
          .isInstanceOf(TidemarkException.class);
      Awaitility.await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(20))
          .until(() -> server.isAlive() && count(api, "eventual") >= atLeast);
    }

    Files.delete(ballast);
    try (ChildServer server = ChildServer.run(data, "up")) {
      // What was sent without an answer may be in the log too, but only once more each.
      assertThat(Rows.all(server.api(), "counts").get("t").path("notes").asLong())
          .isGreaterThanOrEqualTo(acknowledged);
    }
  }

  private static void append(ServerApi api, int characters) {
    ObjectNode body = ServerApi.JSON.createObjectNode();
    ObjectNode event = body.putArray("events").addObject();
    event.put("key", "t");
    event.putObject("value").put("topic", "t").put("text", "x".repeat(characters));
    api.post("/v1/logs/notes/events", "application/json", body.toString());
  }

  private static long count(ServerApi api, String level) {
    return api.get("/v1/views/counts/rows/t", Map.of("consistency", level), null)
        .path("row")
        .path("notes")
        .asLong();
  }

  /** Takes all the room there is. */
  private static void fill(Path ballast) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
