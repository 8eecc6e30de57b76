package io.tidemark.standalone.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The demo's files, read without any of the code that the demo reads them with. */
final class DemoFiles {
  private DemoFiles() {}

  static List<Flight> flights() throws IOException {
    try (BufferedReader lines =
        text(new GZIPInputStream(resource("/demo/flights-2001-01.csv.gz")))) {
      return lines.lines().skip(1).map(DemoFiles::flight).toList();
    }
  }

  static List<Airport> airports() throws IOException {
    try (BufferedReader lines = text(resource("/demo/airports.csv"))) {
      return lines.lines().skip(1).map(DemoFiles::airport).toList();
    }
  }

  private static Flight flight(String line) {
    String[] cells = line.split(",");
    return new Flight(
        LocalDateTime.parse(cells[0].replace("Z", "")).toInstant(ZoneOffset.UTC).toEpochMilli(),
        Integer.parseInt(cells[1]),
        Integer.parseInt(cells[2]),
        cells[3],
        cells[4]);
  }

  /** Only names hold commas, so the columns after the name are counted from the end. */
  private static Airport airport(String line) {
    String[] cells = line.split(",");
    return new Airport(cells[0], cells[cells.length - 4]);
  }

  private static BufferedReader text(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  private static InputStream resource(String path) {
    return Objects.requireNonNull(DemoFiles.class.getResourceAsStream(path), path);
  }
}
