package io.tidemark.standalone.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.avro.Schema;

/**
 * A log of the demo.
 *
 * @param name of the log
 * @param keyColumn the column of the file that becomes the key
 * @param partitions of the log
 * @param file the resource with the events, CSV, gzipped when it ends in {@code .gz}
 * @param events how many the file holds
 */
record DemoLog(String name, String keyColumn, int partitions, String file, long events) {
  static final DemoLog FLIGHTS =
      new DemoLog("flights", "origin", 8, "/demo/flights-2001-01.csv.gz", 508_239);
  static final DemoLog AIRPORTS = new DemoLog("airports", "iata", 1, "/demo/airports.csv", 3_376);
  static final List<DemoLog> ALL = List.of(AIRPORTS, FLIGHTS);

  /** The schema of the events. */
  Schema schema() throws IOException {
    try (InputStream in = resource("/schemas/" + name + ".avsc")) {
      return new Schema.Parser().parse(in);
    }
  }

  /** The events, in the order of the file. */
  CsvEvents open() throws IOException {
    InputStream in = resource(file);
    Reader text =
        new InputStreamReader(
            file.endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in, StandardCharsets.UTF_8);
    return new CsvEvents(name, keyColumn, schema(), file, text);
  }

  private static InputStream resource(String path) throws IOException {
    InputStream in = DemoLog.class.getResourceAsStream(path);
    if (in == null) {
      throw new IOException("the resource " + path + " is missing from this build");
    }
    return in;
  }
}
