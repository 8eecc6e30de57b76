package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.Rows;
import io.tidemark.standalone.http.ServerApi;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The demo's views as plain Java computes them from the events: for each view its rows by key, the
 * columns of a key joined by a slash.
 *
 * <p>Whole numbers and texts are compared exactly. Averages and shares are quotients of whole
 * numbers, which both sides compute with one division, so they are compared to {@value #TOLERANCE},
 * some units in the last place of the largest of them.
 */
record ExpectedViews(Map<String, Map<String, Map<String, Object>>> views) {
  private static final double TOLERANCE = 1e-9;

  static ExpectedViews of(List<Flight> flights, List<Airport> airports) {
    Map<String, String> states = new HashMap<>();
    airports.forEach(airport -> states.put(airport.iata(), airport.state()));
    Map<String, Map<String, Map<String, Object>>> views = new LinkedHashMap<>();
    views.put("departures_by_origin", punctuality(flights, "origin", Flight::origin));
    views.put("arrivals_by_destination", punctuality(flights, "destination", Flight::destination));
    views.put("traffic_by_route", routes(flights));
    views.put("worst_delays", worst(flights));
    views.put("departures_by_state", states(flights, states));
    return new ExpectedViews(views);
  }

  private static Map<String, Map<String, Object>> punctuality(
      List<Flight> flights, String keyColumn, Function<Flight, String> key) {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    flights.stream()
        .collect(Collectors.groupingBy(key))
        .forEach(
            (group, members) -> {
              IntSummaryStatistics delays =
                  members.stream().mapToInt(Flight::delay).summaryStatistics();
              long late = members.stream().filter(flight -> flight.delay() > 15).count();
              Map<String, Object> row = new LinkedHashMap<>();
              row.put(keyColumn, group);
              row.put("flights", delays.getCount());
              row.put("average_delay", delays.getAverage());
              row.put("worst_delay", (long) delays.getMax());
              row.put("late_share", (double) late / delays.getCount());
              rows.put(group, row);
            });
    return rows;
  }

  private static Map<String, Map<String, Object>> routes(List<Flight> flights) {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    flights.stream()
        .collect(Collectors.groupingBy(flight -> flight.origin() + "/" + flight.destination()))
        .forEach(
            (route, members) -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("origin", members.get(0).origin());
              row.put("destination", members.get(0).destination());
              row.put("flights", (long) members.size());
              row.put(
                  "average_delay",
                  members.stream().mapToInt(Flight::delay).average().orElseThrow());
              row.put(
                  "distance",
                  (long) members.stream().mapToInt(Flight::distance).max().orElseThrow());
              rows.put(route, row);
            });
    return rows;
  }

  private static Map<String, Map<String, Object>> worst(List<Flight> flights) {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    Comparator<Flight> worstFirst =
        Comparator.comparingInt(Flight::delay)
            .reversed()
            .thenComparingLong(Flight::date)
            .thenComparing(Flight::destination);
    flights.stream()
        .collect(Collectors.groupingBy(Flight::origin))
        .forEach(
            (origin, members) -> {
              List<Flight> worst = members.stream().sorted(worstFirst).limit(3).toList();
              for (int rank = 1; rank <= worst.size(); rank++) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("origin", origin);
                Flight flight = worst.get(rank - 1);
                row.put("place", (long) rank);
                row.put("delay", (long) flight.delay());
                row.put("destination", flight.destination());
                row.put("distance", (long) flight.distance());
                rows.put(origin + "/" + rank, row);
              }
            });
    return rows;
  }

  private static Map<String, Map<String, Object>> states(
      List<Flight> flights, Map<String, String> states) {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    flights.stream()
        .collect(Collectors.groupingBy(flight -> states.get(flight.origin())))
        .forEach(
            (state, members) -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("state", state);
              row.put("airports", members.stream().map(Flight::origin).distinct().count());
              row.put("flights", (long) members.size());
              row.put(
                  "average_delay",
                  members.stream().mapToInt(Flight::delay).average().orElseThrow());
              rows.put(state, row);
            });
    return rows;
  }

  /** Reads every view with strong consistency and compares every row. */
  void assertEqualTo(ServerApi api) {
    views.forEach((view, rows) -> assertSame(view, Rows.all(api, view), rows));
  }

  private static void assertSame(
      String view, Map<String, JsonNode> actual, Map<String, Map<String, Object>> expected) {
    assertThat(actual.keySet()).as("keys of %s", view).isEqualTo(expected.keySet());
    expected.forEach(
        (key, row) ->
            row.forEach(
                (column, value) -> {
                  JsonNode cell = actual.get(key).path(column);
                  String where = view + ", key " + key + ", column " + column + ": " + cell;
                  if (value instanceof Double number) {
                    assertThat(cell.isNumber()).as(where).isTrue();
                    assertThat(cell.asDouble()).as(where).isCloseTo(number, within(TOLERANCE));
                  } else if (value instanceof Long number) {
                    assertThat(cell.isIntegralNumber()).as(where).isTrue();
                    assertThat(cell.asLong()).as(where).isEqualTo(number);
                  } else {
                    assertThat(cell.asText()).as(where).isEqualTo(value);
                  }
                }));
  }
}
