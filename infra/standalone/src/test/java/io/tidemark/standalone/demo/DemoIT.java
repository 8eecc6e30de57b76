package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.standalone.ChildServer;
import io.tidemark.standalone.ChildServer.Outcome;
import io.tidemark.standalone.Rows;
import io.tidemark.standalone.http.ServerApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it, on all of its data. */
class DemoIT {
  private static final long MOST_MEMORY_MIB = 4_096;
  private static final Duration COMPLETION = Duration.ofMinutes(10);

  @TempDir Path directory;

  @Test
  void everyRowIsRightAndASecondStartGoesOn() throws Exception {
    List<Flight> flights = DemoFiles.flights();
    List<Airport> airports = DemoFiles.airports();
    assertThat(flights).hasSize((int) DemoLog.FLIGHTS.events());
    assertThat(airports).hasSize((int) DemoLog.AIRPORTS.events());

    long beganNs = System.nanoTime();
    try (ChildServer server = ChildServer.run(directory, "demo")) {
      server.awaitLine("all views reflect all events", COMPLETION);
      tell("five views complete", beganNs);
      ExpectedViews.of(flights, airports).assertEqualTo(server.api());
      theCommandLineWorks(server);
      System.out.printf("DemoIT: at most %d MiB of memory%n", server.peakMemoryMiB());
      assertThat(server.peakMemoryMiB()).isLessThan(MOST_MEMORY_MIB);
      long stopNs = System.nanoTime();
      assertThat(server.stop(Duration.ofMinutes(2))).isEqualTo(143);
      tell("stopped", stopNs);
    }

    beganNs = System.nanoTime();
    try (ChildServer server = ChildServer.run(directory, "demo")) {
      server.awaitLine("all views reflect all events", COMPLETION);
      tell("readable after the second start", beganNs);
      assertThat(server.lines()).noneMatch(line -> line.startsWith("flights:"));
      ExpectedViews.of(flights, airports).assertEqualTo(server.api());
      appendsOneMoreFlight(server.api());
      tell("an append is in a view after the second start", beganNs);
    }

    // The second one was killed.
    List<Path> left = workOfFlink();
    assertThat(left).isNotEmpty();
    try (ChildServer server = ChildServer.run(directory, "demo", "--exit")) {
      assertThat(server.awaitEnd(COMPLETION)).isZero();
      assertThat(server.lines()).anyMatch(line -> line.matches(".*ORD +strong +27693 .*"));
    }
    assertThat(workOfFlink()).doesNotContainAnyElementsOf(left);
    assertThat(directory.resolve("logs/tidemark.log"))
        .content()
        .containsPattern(
            "(?m)^2\\d{3}-.* INFO  \\[.*] io\\.tidemark\\.server\\.Node - Serving http://")
        // Kafka's broker tells its settings with each start.
        .doesNotContainPattern("(?m) INFO  \\[.*] org\\.apache\\.kafka");
  }

  private static void theCommandLineWorks(ChildServer server) throws Exception {
    String url = server.http().toString();
    assertThat(run("logs", "--server", url).out()).contains("flights", "airports");
    assertThat(run("views", "--server", url).out()).contains(DemoViews.NAMES);
    assertThat(
            run("get", "departures_by_origin", "ORD", "--level", "strong", "--server", url).out())
        .contains("ORD", "27692");
    Outcome scan =
        run("scan", "traffic_by_route", "--prefix", "LAS", "--limit", "3", "--server", url);
    assertThat(scan.out().lines()).hasSize(4);
    assertThat(scan.err()).contains("token: ", "--cursor ");

    JsonNode json =
        ServerApi.JSON.readTree(
            run("get", "departures_by_origin", "ORD", "--json", "--server", url).out());
    assertThat(json.path("row").path("flights").asLong()).isEqualTo(27_692);

    Outcome unknown = ChildServer.runToEnd("get", "no_such_view", "x", "--server", url);
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err().lines()).hasSize(1).first().asString().contains("no_such_view");
    Outcome columns = ChildServer.runToEnd("get", "traffic_by_route", "LAS", "--server", url);
    assertThat(columns.status()).isEqualTo(1);
    assertThat(columns.err().lines()).hasSize(1).first().asString().contains("destination");
  }

  private static void appendsOneMoreFlight(ServerApi api) {
    ObjectNode body = ServerApi.JSON.createObjectNode();
    ObjectNode event = body.putArray("events").addObject();
    event.put("key", "ORD");
    event
        .putObject("value")
        .put("date", 978_307_260_000L)
        .put("delay", 0)
        .put("distance", 100)
        .put("origin", "ORD")
        .put("destination", "LAS");
    String token =
        api.post("/v1/logs/flights/events", "application/json", body.toString())
            .path("token")
            .asText();
    JsonNode answer = Rows.read(api, "/v1/views/departures_by_origin/rows/ORD", Map.of(), token);
    assertThat(answer.path("row").path("flights").asLong()).isEqualTo(27_693);
  }

  private static Outcome run(String... command) throws Exception {
    Outcome outcome = ChildServer.runToEnd(command);
    assertThat(outcome.status()).as("%s: %s", Map.of("err", outcome.err()), command).isZero();
    return outcome;
  }

  private static void tell(String what, long beganNs) {
    System.out.printf("DemoIT: %s after %.1f s%n", what, (System.nanoTime() - beganNs) / 1e9);
  }

  private List<Path> workOfFlink() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
      return files
          .filter(each -> each.getFileName().toString().startsWith("minicluster_"))
          .toList();
    }
  }
}
