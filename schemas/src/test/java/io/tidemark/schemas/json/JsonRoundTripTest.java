package io.tidemark.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.schemas.TidemarkException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Whatever Avro holds, printed as JSON and read back, is the same. */
class JsonRoundTripTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Every type once, and itself. */
  private static final Schema EVERYTHING =
      JsonToAvroTest.schema(
          "{'type':'record','name':'Everything','fields':["
              + "{'name':'bool','type':'boolean'},"
              + "{'name':'int','type':'int'},"
              + "{'name':'long','type':'long'},"
              + "{'name':'float','type':'float'},"
              + "{'name':'double','type':'double'},"
              + "{'name':'string','type':'string'},"
              + "{'name':'bytes','type':'bytes'},"
              + "{'name':'fixed','type':{'type':'fixed','name':'Four','size':4}},"
              + "{'name':'enum','type':{'type':'enum','name':'Sign','symbols':['PLUS','MINUS']}},"
              + "{'name':'array','type':{'type':'array','items':['null','long']}},"
              + "{'name':'map','type':{'type':'map','values':'string'}},"
              + "{'name':'date','type':{'type':'int','logicalType':'date'}},"
              + "{'name':'millis','type':{'type':'long','logicalType':'timestamp-millis'}},"
              + "{'name':'micros','type':{'type':'long','logicalType':'timestamp-micros'}},"
              + "{'name':'nanos','type':{'type':'long','logicalType':'timestamp-nanos'}},"
              + "{'name':'local','type':{'type':'long','logicalType':'local-timestamp-millis'}},"
              + "{'name':'time','type':{'type':'int','logicalType':'time-millis'}},"
              + "{'name':'decimal','type':{'type':'bytes','logicalType':'decimal','precision':40,'scale':3}},"
              + "{'name':'price','type':{'type':'bytes','logicalType':'decimal','precision':15,'scale':2}},"
              + "{'name':'child','type':['null','Everything'],'default':null}]}");

  private static final JsonToAvro TO_AVRO = new JsonToAvro(EVERYTHING);
  private static final AvroToJson TO_JSON = new AvroToJson(EVERYTHING);

  @Property(tries = 500)
  void avro_to_json_and_back_is_the_same(@ForAll("anything") GenericRecord value)
      throws IOException {
    byte[] avro = encode(value);
    JsonNode json = JSON.readTree(print(avro));
    assertThat(encode(TO_AVRO.convertRecord(json, "value"))).isEqualTo(avro);
  }

  @Property(tries = 100)
  void every_kind_of_generator_gets_the_same(@ForAll("anything") GenericRecord value)
      throws IOException {
    byte[] avro = encode(value);
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      TO_JSON.write(avro, 0, avro.length, out);
    }
    assertThat(JSON.readTree(text.toString())).isEqualTo(JSON.readTree(print(avro)));
  }

  @Property(tries = 200)
  void a_value_cut_short_is_an_error(
      @ForAll("anything") GenericRecord value, @ForAll @IntRange(min = 0, max = 1000) int cut)
      throws IOException {
    byte[] avro = encode(value);
    byte[] shorter = Arrays.copyOf(avro, cut % avro.length);
    assertThatThrownBy(() -> print(shorter)).isInstanceOf(TidemarkException.class);
  }

  @Example
  void bytes_behind_a_value_are_an_error() throws IOException {
    byte[] avro = encode(anything().sample());
    byte[] longer = Arrays.copyOf(avro, avro.length + 1);
    assertThatThrownBy(() -> print(longer))
        .isInstanceOf(TidemarkException.class)
        .hasMessageContaining("more than");
  }

  @Example
  void a_value_may_lie_anywhere_in_an_array() throws IOException {
    byte[] avro = encode(anything().sample());
    byte[] framed = new byte[avro.length + 7];
    System.arraycopy(avro, 0, framed, 5, avro.length);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      TO_JSON.write(framed, 5, avro.length, out);
    }
    assertThat(bytes.toByteArray()).isEqualTo(print(avro));
  }

  @Example
  void logical_types_are_printed_the_natural_way() throws IOException {
    Schema schema =
        JsonToAvroTest.schema(
            "{'type':'record','name':'R','fields':["
                + "{'name':'at','type':{'type':'long','logicalType':'timestamp-millis'}},"
                + "{'name':'day','type':{'type':'int','logicalType':'date'}},"
                + "{'name':'price','type':{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}},"
                + "{'name':'tail','type':['null','string']}]}");
    GenericRecord value = new GenericData.Record(schema);
    value.put("at", 978307200000L);
    value.put("day", 11323);
    value.put("price", ByteBuffer.wrap(BigInteger.valueOf(1230).toByteArray()));
    value.put("tail", "N\"1\"\u00fc");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] avro = encode(value);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      new AvroToJson(schema).write(avro, 0, avro.length, out);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"at\":\"2001-01-01T00:00:00Z\",\"day\":\"2001-01-01\",\"price\":12.30,\"tail\":\"N\\\"1\\\"\u00fc\"}");
  }

  private static byte[] print(byte[] avro) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      TO_JSON.write(avro, 0, avro.length, out);
    }
    return bytes.toByteArray();
  }

  private static byte[] encode(GenericRecord value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(value.getSchema()).write(value, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  @Provide
  Arbitrary<GenericRecord> anything() {
    return record(Arbitraries.just(null)).flatMap(child -> record(Arbitraries.of(child, null)));
  }

  private static Arbitrary<GenericRecord> record(Arbitrary<GenericRecord> child) {
    Arbitrary<String> texts =
        Arbitraries.strings().all().ofMaxLength(10).filter(JsonRoundTripTest::isText);
    Arbitrary<ByteBuffer> bytes =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(ByteBuffer::wrap);
    List<Arbitrary<?>> fields =
        List.of(
            Arbitraries.of(true, false),
            Arbitraries.integers(),
            Arbitraries.longs(),
            Arbitraries.oneOf(
                Arbitraries.floats(), Arbitraries.of(Float.NaN, Float.NEGATIVE_INFINITY)),
            Arbitraries.oneOf(
                Arbitraries.doubles(), Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY)),
            texts,
            bytes,
            Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(4)
                .map(four -> new GenericData.Fixed(EVERYTHING.getField("fixed").schema(), four)),
            Arbitraries.of("PLUS", "MINUS")
                .map(s -> new GenericData.EnumSymbol(EVERYTHING.getField("enum").schema(), s)),
            Arbitraries.longs().injectNull(0.3).list().ofMaxSize(5),
            // One entry at most: the order of entries is not part of a map.
            Arbitraries.maps(texts, texts).ofMaxSize(1),
            Arbitraries.integers(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.integers().between(-5, 86_400_005),
            Arbitraries.bigIntegers()
                .between(BigInteger.TEN.pow(39).negate(), BigInteger.TEN.pow(39))
                .map(unscaled -> ByteBuffer.wrap(unscaled.toByteArray())),
            Arbitraries.longs()
                .between(-999_999_999_999_999L, 999_999_999_999_999L)
                .map(cents -> ByteBuffer.wrap(BigInteger.valueOf(cents).toByteArray())),
            child);
    return Combinators.combine((List) fields).as(values -> recordOf((List<?>) values));
  }

  private static boolean isText(String text) {
    // Half of a surrogate pair has no UTF-8.
    return text.equals(
        new String(
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8));
  }

  private static GenericRecord recordOf(List<?> values) {
    GenericRecord record = new GenericData.Record(EVERYTHING);
    for (int i = 0; i < values.size(); i++) {
      record.put(i, values.get(i));
    }
    return record;
  }
}
