package io.tidemark.standalone.demo;

import io.tidemark.log.LogEvent;
import java.io.IOException;
import java.io.Reader;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Iterator;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a CSV file as events of a log, one after the other. The schema says which columns
 * are read and as what; a column that may be null is null where the file has {@code NA} or nothing.
 * Not thread-safe.
 */
final class CsvEvents implements Iterator<LogEvent>, AutoCloseable {
  private final String log;
  private final String keyColumn;
  private final Schema schema;
  private final String file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> lines;

  /** Reads the header; the text is closed with this object. */
  CsvEvents(String log, String keyColumn, Schema schema, String file, Reader text)
      throws IOException {
    this.log = log;
    this.keyColumn = keyColumn;
    this.schema = schema;
    this.file = file;
    this.parser =
        CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get().parse(text);
    this.lines = parser.iterator();
    List<String> header = parser.getHeaderNames();
    for (Schema.Field field : schema.getFields()) {
      requireColumn(header, field.name());
    }
    requireColumn(header, keyColumn);
  }

  @Override
  public boolean hasNext() {
    return lines.hasNext();
  }

  /**
   * The next event.
   *
   * @throws IllegalArgumentException when a cell does not fit; names the line and the column
   */
  @Override
  public LogEvent next() {
    CSVRecord line = lines.next();
    GenericRecord value = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      try {
        value.put(field.pos(), convert(line.get(field.name()), field.schema()));
      } catch (IllegalArgumentException | DateTimeParseException e) {
        throw new IllegalArgumentException(
            "%s, line %d, column %s: %s"
                .formatted(file, parser.getCurrentLineNumber(), field.name(), e.getMessage()),
            e);
      }
    }
    return new LogEvent(log, line.get(keyColumn), value);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private void requireColumn(List<String> header, String column) throws IOException {
    if (!header.contains(column)) {
      throw new IOException("%s has no column %s, only %s".formatted(file, column, header));
    }
  }

  private static @Nullable Object convert(String cell, Schema type) {
    return switch (type.getType()) {
      case UNION -> {
        boolean missing = cell.isEmpty() || cell.equals("NA");
        if (missing && type.isNullable()) {
          yield null;
        }
        Schema present =
            type.getTypes().stream()
                .filter(member -> member.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no column can be " + type));
        yield convert(cell, present);
      }
      case STRING -> cell;
      case INT -> Integer.valueOf(cell);
      case LONG -> convertLong(cell, type);
      case FLOAT -> Float.valueOf(cell);
      case DOUBLE -> Double.valueOf(cell);
      case BOOLEAN -> Boolean.valueOf(cell);
      default -> throw new IllegalArgumentException("no column can be of type " + type);
    };
  }

  private static Long convertLong(String cell, Schema type) {
    if (type.getLogicalType() instanceof LogicalTypes.TimestampMillis) {
      return OffsetDateTime.parse(cell).toInstant().toEpochMilli();
    }
    return Long.valueOf(cell);
  }
}
