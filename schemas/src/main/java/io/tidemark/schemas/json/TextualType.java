package io.tidemark.schemas.json;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Logical types over int and long that JSON shows as text. */
enum TextualType {
  DATE("date", ChronoUnit.DAYS),
  TIME_MILLIS("time-millis", ChronoUnit.MILLIS),
  TIME_MICROS("time-micros", ChronoUnit.MICROS),
  TIMESTAMP_MILLIS("timestamp-millis", ChronoUnit.MILLIS),
  TIMESTAMP_MICROS("timestamp-micros", ChronoUnit.MICROS),
  TIMESTAMP_NANOS("timestamp-nanos", ChronoUnit.NANOS),
  LOCAL_TIMESTAMP_MILLIS("local-timestamp-millis", ChronoUnit.MILLIS),
  LOCAL_TIMESTAMP_MICROS("local-timestamp-micros", ChronoUnit.MICROS),
  LOCAL_TIMESTAMP_NANOS("local-timestamp-nanos", ChronoUnit.NANOS);

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long NANOS_PER_DAY = Duration.ofDays(1).toNanos();

  final String avroName;
  private final ChronoUnit unit;
  private final long unitNanos;
  private final long unitsPerSecond;

  TextualType(String avroName, ChronoUnit unit) {
    this.avroName = avroName;
    this.unit = unit;
    this.unitNanos = unit.getDuration().toNanos();
    this.unitsPerSecond = Math.max(1, NANOS_PER_SECOND / unitNanos);
  }

  /** The type of that schema, null when it is none of these. */
  static @Nullable TextualType of(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      for (TextualType type : values()) {
        if (type.avroName.equals(logical.getName())) {
          return type;
        }
      }
    }
    return null;
  }

  /**
   * The ISO-8601 text of a value, null when it has none: a time of day beyond the day.
   *
   * @param value in the type's unit
   */
  @Nullable String print(long value) {
    return switch (this) {
      case DATE -> LocalDate.ofEpochDay(value).toString();
      case TIME_MILLIS, TIME_MICROS ->
          value >= 0 && value < NANOS_PER_DAY / unitNanos
              ? LocalTime.ofNanoOfDay(value * unitNanos).toString()
              : null;
      case TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS -> instant(value).toString();
      case LOCAL_TIMESTAMP_MILLIS, LOCAL_TIMESTAMP_MICROS, LOCAL_TIMESTAMP_NANOS ->
          LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC).toString();
    };
  }

  /**
   * The value of an ISO-8601 text, in the type's unit.
   *
   * @throws java.time.DateTimeException when the text is none
   * @throws ArithmeticException when it is out of the type's range or finer than its unit
   */
  long parse(String text) {
    return switch (this) {
      case DATE -> Math.toIntExact(LocalDate.parse(text).toEpochDay());
      case TIME_MILLIS, TIME_MICROS -> whole(LocalTime.parse(text).toNanoOfDay());
      case TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS -> units(parseInstant(text));
      case LOCAL_TIMESTAMP_MILLIS, LOCAL_TIMESTAMP_MICROS, LOCAL_TIMESTAMP_NANOS ->
          units(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    };
  }

  /** OffsetDateTime takes any offset, but not the years beyond 9999 that Instant prints. */
  private static Instant parseInstant(String text) {
    return text.endsWith("Z") ? Instant.parse(text) : OffsetDateTime.parse(text).toInstant();
  }

  private Instant instant(long value) {
    return Instant.ofEpochSecond(
        Math.floorDiv(value, unitsPerSecond), Math.floorMod(value, unitsPerSecond) * unitNanos);
  }

  private long units(Instant instant) {
    long seconds = instant.getEpochSecond();
    long fraction = whole(instant.getNano());
    if (seconds < 0) {
      // From the next second downward, or the smallest values would overflow on the way.
      return Math.addExact(
          Math.multiplyExact(seconds + 1, unitsPerSecond), fraction - unitsPerSecond);
    }
    return Math.addExact(Math.multiplyExact(seconds, unitsPerSecond), fraction);
  }

  private long whole(long nanos) {
    if (nanos % unitNanos != 0) {
      throw new ArithmeticException(
          "finer than " + unit.toString().toLowerCase(java.util.Locale.ROOT));
    }
    return nanos / unitNanos;
  }
}
