package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/** What goes in as Avro, through the columns of SQL, comes out as the same Avro. */
class EventDecoderTest {
  private static final Schema ALL =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"All","fields":[
                {"name":"text","type":"string"},
                {"name":"flag","type":"boolean"},
                {"name":"small","type":"int"},
                {"name":"big","type":"long"},
                {"name":"f","type":"float"},
                {"name":"d","type":"double"},
                {"name":"raw","type":"bytes"},
                {"name":"nested","type":{"type":"map","values":"long"}},
                {"name":"day","type":{"type":"int","logicalType":"date"}},
                {"name":"ms","type":{"type":"long","logicalType":"timestamp-millis"}},
                {"name":"us","type":{"type":"long","logicalType":"timestamp-micros"}},
                {"name":"money","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}},
                {"name":"maybe","type":["null","string"],"default":null},
                {"name":"never","type":["long","null"],"default":0}]}
              """);
  private static final String[] COLUMNS = {
    "text", "flag", "small", "big", "f", "d", "raw", "day", "ms", "us", "money", "maybe", "never"
  };

  private final InMemoryRegistry registry = InMemoryRegistry.create();

  @Test
  void everyTypeGoesThroughUnchanged() throws Exception {
    int id = registry.register("all", ALL);
    GenericRecord event = event();
    GenericRowData row = new GenericRowData(COLUMNS.length);
    new EventDecoder(registry, ALL, id, COLUMNS).decode(encode(ALL, id, event), row);

    RowType type =
        RowType.of(
            Arrays.stream(COLUMNS)
                .map(c -> AvroTypes.toSql(ALL.getField(c).schema()).orElseThrow())
                .toArray(LogicalType[]::new),
            COLUMNS);
    var fields = SchemaBuilder.record("Row").fields();
    for (String column : COLUMNS) {
      Schema schema = AvroTypes.toAvro(type.getTypeAt(type.getFieldIndex(column))).orElseThrow();
      fields
          .name(column)
          .type(Schema.createUnion(Schema.create(Schema.Type.NULL), schema))
          .noDefault();
    }
    Schema rowSchema = fields.endRecord();
    byte[] value = new RowEncoder(type, List.of("text"), 9).value(row);
    assertThat(WireFormat.schemaId(value)).isEqualTo(9);
    GenericRecord out = decode(rowSchema, value);
    for (String column : COLUMNS) {
      assertThat(text(out.get(column))).as(column).isEqualTo(text(event.get(column)));
    }
  }

  @Test
  void onlyWhatTheViewReadsIsDecoded() throws Exception {
    int id = registry.register("all", ALL);
    GenericRowData row = new GenericRowData(2);
    new EventDecoder(registry, ALL, id, new String[] {"money", "big"})
        .decode(encode(ALL, id, event()), row);
    assertThat(row.getField(1)).isEqualTo(-5_000_000_000L);
    assertThat(row.getField(0)).hasToString("-12.34");
  }

  @Test
  void anEventOfAnotherVersionIsResolved() throws Exception {
    Schema old =
        SchemaBuilder.record("E").fields().requiredInt("n").requiredString("gone").endRecord();
    Schema now =
        SchemaBuilder.record("E")
            .fields()
            .requiredLong("n")
            .name("added")
            .type()
            .stringType()
            .stringDefault("new")
            .endRecord();
    int oldId = registry.register("e", old);
    int nowId = registry.register("e", now);
    GenericRecord event = new GenericRecordBuilder(old).set("n", 7).set("gone", "x").build();
    GenericRowData row = new GenericRowData(2);
    new EventDecoder(registry, now, nowId, new String[] {"n", "added"})
        .decode(encode(old, oldId, event), row);
    assertThat(row.getField(0)).isEqualTo(7L);
    assertThat(row.getField(1)).hasToString("new");
  }

  @Test
  void whatDoesNotDecodeIsRefused() throws Exception {
    int id = registry.register("all", ALL);
    EventDecoder decoder = new EventDecoder(registry, ALL, id, COLUMNS);
    GenericRowData row = new GenericRowData(COLUMNS.length);
    byte[] good = encode(ALL, id, event());
    byte[] unknown = good.clone();
    WireFormat.putHeader(unknown, 4711);
    Map<String, byte[]> bad =
        Map.of(
            "wire format", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "does not fit", Arrays.copyOf(good, good.length - 1),
            "left over", Arrays.copyOf(good, good.length + 1),
            "4711", unknown);
    bad.forEach(
        (reason, value) ->
            assertThatThrownBy(() -> decoder.decode(value, row))
                .isInstanceOf(EventDecoder.UndecodableException.class)
                .hasMessageContaining(reason));
    assertThatThrownBy(() -> decoder.decode(null, row)).hasMessageContaining("no value");
  }

  private static GenericRecord event() {
    return new GenericRecordBuilder(ALL)
        .set("text", "Zürich")
        .set("flag", true)
        .set("small", -3)
        .set("big", -5_000_000_000L)
        .set("f", 1.5f)
        .set("d", -2.25)
        .set("raw", ByteBuffer.wrap(new byte[] {0, 1, -1}))
        .set("nested", Map.of("a", 1L))
        .set("day", 11_000)
        .set("ms", -1L)
        .set("us", -1_234_567L)
        .set("money", ByteBuffer.wrap(new BigDecimal("-12.34").unscaledValue().toByteArray()))
        .set("maybe", "yes")
        .set("never", null)
        .build();
  }

  private static String text(Object value) {
    return value instanceof ByteBuffer bytes
        ? Arrays.toString(Arrays.copyOfRange(bytes.array(), bytes.position(), bytes.limit()))
        : String.valueOf(value);
  }

  static byte[] encode(Schema schema, int id, GenericRecord event) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[WireFormat.HEADER_BYTES]);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(event, encoder);
    byte[] framed = bytes.toByteArray();
    WireFormat.putHeader(framed, id);
    return framed;
  }

  private static GenericRecord decode(Schema schema, byte[] framed) throws IOException {
    return new GenericDatumReader<GenericRecord>(schema)
        .read(
            null,
            DecoderFactory.get()
                .binaryDecoder(
                    framed,
                    WireFormat.HEADER_BYTES,
                    framed.length - WireFormat.HEADER_BYTES,
                    null));
  }
}
