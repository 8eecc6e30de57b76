package io.tidemark.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonToAvroTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Schema FLIGHT =
      SchemaBuilder.record("Flight")
          .namespace("demo")
          .fields()
          .requiredInt("delay")
          .requiredString("origin")
          .optionalString("tail")
          .name("legs")
          .type()
          .array()
          .items()
          .longType()
          .arrayDefault(List.of(7L))
          .endRecord();

  static Object convert(Schema schema, String json) {
    try {
      return new JsonToAvro(schema).convert(JSON.readTree(json.replace('\'', '"')), "value");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** Parses a schema with single quotes for double ones; a bare name is a primitive type. */
  static Schema schema(String text) {
    String json = text.startsWith("{") || text.startsWith("[") ? text : "'" + text + "'";
    return new Schema.Parser().parse(json.replace('\'', '"'));
  }

  private static void assertMismatch(Schema schema, String json, String message) {
    assertThatThrownBy(() -> convert(schema, json))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_MISMATCH))
        .hasMessage(message);
  }

  @Test
  void absent_fields_take_their_default_or_null() {
    GenericRecord flight = (GenericRecord) convert(FLIGHT, "{'delay':-3,'origin':'LAS'}");
    assertThat(flight.get("delay")).isEqualTo(-3);
    assertThat(flight.get("origin")).isEqualTo("LAS");
    assertThat(flight.get("tail")).isNull();
    assertThat(flight.get("legs")).isEqualTo(List.of(7L));
  }

  @Test
  void a_default_is_not_shared_between_records() {
    GenericRecord first = (GenericRecord) convert(FLIGHT, "{'delay':1,'origin':'LAS'}");
    ((List<?>) first.get("legs")).clear();
    GenericRecord second = (GenericRecord) convert(FLIGHT, "{'delay':1,'origin':'LAS'}");
    assertThat(second.get("legs")).isEqualTo(List.of(7L));
  }

  @Test
  void a_nullable_field_without_default_may_be_absent() {
    Schema nullable =
        schema("{'type':'record','name':'R','fields':[{'name':'a','type':['int','null']}]}");
    assertThat(((GenericRecord) convert(nullable, "{}")).get("a")).isNull();
    assertThat(((GenericRecord) convert(nullable, "{'a':5}")).get("a")).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'delay':'x','origin':'LAS'}          | value.delay: expected int, got string \"x\"",
        "{'delay':1.5,'origin':'LAS'}          | value.delay: expected int, got number 1.5",
        "{'delay':3000000000,'origin':'LAS'}   | value.delay: expected int, got number 3000000000, which is out of range",
        "{'delay':null,'origin':'LAS'}         | value.delay: expected int, got null",
        "{'origin':'LAS'}                      | value.delay: expected int, got nothing",
        "{'delay':1,'origin':7}                | value.origin: expected string, got number 7",
        "{'delay':1,'origin':'L','tail':true}  | value.tail: expected string, got true",
        "{'delay':1,'origin':'L','legs':[1,{}]}| value.legs[1]: expected long, got an object",
        "{'delay':1,'origin':'L','legs':{}}    | value.legs: expected an array of long, got an object",
        "[1]                                   | value: expected an object (demo.Flight), got an array",
        "{'delay':1,'origin':'L','dealy':2}    | value: unknown field \"dealy\"; demo.Flight has delay, origin, tail, legs",
        "{'delay':1,'origin':'L','x':2,'y':3}  | value: unknown fields \"x\", \"y\"; demo.Flight has delay, origin, tail, legs",
      })
  void what_does_not_fit_is_named(String json, String message) {
    assertMismatch(FLIGHT, json, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "int     | 2147483648                     | value: expected int, got number 2147483648, which is out of range",
        "long    | 9223372036854775808            | value: expected long, got number 9223372036854775808, which is out of range",
        "float   | 1e39                           | value: expected float, got number 1.0E39, which is out of range",
        "double  | 1e400                          | value: expected double, got number Infinity, which is out of range",
        "boolean | 1                              | value: expected boolean, got number 1",
        "null    | 0                              | value: expected null, got number 0",
        "bytes   | '*'                            | value: expected bytes as base64, got string \"*\", which is not base64",
        "{'type':'fixed','name':'F','size':2} | 'AAAA' | value: expected base64 of 2 bytes, got string \"AAAA\", which has 3 bytes",
        "{'type':'enum','name':'E','symbols':['A','B']} | 'C' | value: expected one of A, B, got string \"C\"",
        "{'type':'map','values':'int'} | {'k':'v'}     | value.k: expected int, got string \"v\"",
        "{'type':'int','logicalType':'date'} | '2001-13-01' | value: expected date, got string \"2001-13-01\", which is not in ISO-8601",
        "{'type':'long','logicalType':'timestamp-millis'} | '2001-01-01T00:00:00.0001Z' | value: expected timestamp-millis, got string \"2001-01-01T00:00:00.0001Z\", which is out of range or too fine",
        "{'type':'bytes','logicalType':'decimal','precision':4,'scale':2} | 123.4 | value: expected decimal(4, 2), got number 123.4, which is out of range",
        "{'type':'bytes','logicalType':'decimal','precision':4,'scale':2} | '1.234' | value: expected decimal(4, 2), got string \"1.234\", which has more than 2 decimals",
        "{'type':'bytes','logicalType':'decimal','precision':4,'scale':2} | '1e-999999999' | value: expected decimal(4, 2), got string \"1e-999999999\", which has more than 2 decimals",
        "{'type':'bytes','logicalType':'decimal','precision':4,'scale':2} | 'x' | value: expected decimal(4, 2), got string \"x\"",
        "{'type':'string','logicalType':'uuid'} | 'x'  | value: expected uuid, got string \"x\"",
        "['int','string'] | true                       | value: expected int or string, got true",
        "['int','boolean'] | 3000000000                | value: expected int, got number 3000000000, which is out of range",
        "['int','long'] | 1.5                          | value: no branch of int or long fits: value: expected int, got number 1.5; value: expected long, got number 1.5",
      })
  void each_type_says_what_it_expects(String type, String json, String message) {
    assertMismatch(schema(type), json, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'long','logicalType':'timestamp-millis'} | '1970-01-01T00:00:01.5Z'      | 1500",
        "{'type':'long','logicalType':'timestamp-millis'} | '1970-01-01T01:00:00+01:00'   | 0",
        "{'type':'long','logicalType':'timestamp-millis'} | -1                            | -1",
        "{'type':'long','logicalType':'timestamp-micros'} | '1969-12-31T23:59:59.999999Z' | -1",
        "{'type':'long','logicalType':'local-timestamp-millis'} | '1970-01-01T00:00:01'   | 1000",
        "{'type':'long','logicalType':'time-micros'} | '00:00:01'                         | 1000000",
      })
  void moments_may_be_text_or_number(String type, String json, long expected) {
    assertThat(convert(schema(type), json)).isEqualTo(expected);
  }

  @Test
  void a_date_may_be_text_or_number() {
    Schema date = schema("{'type':'int','logicalType':'date'}");
    assertThat(convert(date, "'1970-01-02'")).isEqualTo(1);
    assertThat(convert(date, "1")).isEqualTo(1);
  }

  @Test
  void a_decimal_may_be_text_or_number() {
    Schema price = schema("{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}");
    ByteBuffer expected = ByteBuffer.wrap(new byte[] {4, -46}); // 1234
    assertThat(convert(price, "12.34")).isEqualTo(expected);
    assertThat(convert(price, "'12.340'")).isEqualTo(expected);
    Schema fixed =
        schema(
            "{'type':'fixed','name':'P','size':4,'logicalType':'decimal','precision':9,'scale':2}");
    assertThat(((GenericData.Fixed) convert(fixed, "-0.01")).bytes())
        .containsExactly(-1, -1, -1, -1);
  }

  @Test
  void a_union_takes_the_branch_that_fits() {
    Schema union = schema("['null','double','long','string',{'type':'array','items':'int'}]");
    assertThat(convert(union, "null")).isNull();
    assertThat(convert(union, "5")).isEqualTo(5L);
    assertThat(convert(union, "5.5")).isEqualTo(5.5);
    assertThat(convert(union, "'x'")).isEqualTo("x");
    assertThat(convert(union, "[1]")).isEqualTo(List.of(1));
  }

  @Test
  void a_union_of_records_takes_the_one_whose_fields_fit() {
    Schema union =
        schema(
            "[{'type':'record','name':'A','fields':[{'name':'a','type':'int'}]},"
                + "{'type':'record','name':'B','fields':[{'name':'b','type':'int'}]}]");
    assertThat(((GenericRecord) convert(union, "{'b':1}")).getSchema().getName()).isEqualTo("B");
  }

  @Test
  void bytes_are_base64() {
    assertThat(convert(schema("bytes"), "'aGk='"))
        .isEqualTo(ByteBuffer.wrap("hi".getBytes(StandardCharsets.UTF_8)));
    assertThat(convert(schema("{'type':'map','values':'bytes'}"), "{'k':''}"))
        .isEqualTo(Map.of("k", ByteBuffer.allocate(0)));
  }
}
