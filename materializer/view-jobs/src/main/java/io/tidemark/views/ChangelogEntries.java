package io.tidemark.views;

import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ChangelogRecord;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple5;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Records of a changelog on their way from the source to the tap of their shard, not yet decoded:
 * shard, offset, epoch header, key, value. What a record does not have is empty; no changelog
 * record has an empty value.
 */
final class ChangelogEntries
    implements KafkaRecordDeserializationSchema<Tuple5<Integer, Long, byte[], byte[], byte[]>> {
  private static final long serialVersionUID = 1L;

  static final TypeInformation<Tuple5<Integer, Long, byte[], byte[], byte[]>> TYPE =
      Types.TUPLE(
          Types.INT,
          Types.LONG,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  @Override
  public void deserialize(
      ConsumerRecord<byte[], byte[]> record,
      Collector<Tuple5<Integer, Long, byte[], byte[], byte[]>> out) {
    Header epoch = record.headers().lastHeader(ChangelogCodec.EPOCH_HEADER);
    out.collect(
        Tuple5.of(
            record.partition(),
            record.offset(),
            epoch == null ? Mark.NO_BYTES : epoch.value(),
            record.key() == null ? Mark.NO_BYTES : record.key(),
            record.value() == null ? Mark.NO_BYTES : record.value()));
  }

  @Override
  public TypeInformation<Tuple5<Integer, Long, byte[], byte[], byte[]>> getProducedType() {
    return TYPE;
  }

  static ChangelogRecord decode(
      String changelog, Tuple5<Integer, Long, byte[], byte[], byte[]> entry) {
    byte[] value = entry.f4.length == 0 ? null : entry.f4;
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(changelog, entry.f0, entry.f1, entry.f3, value);
    if (entry.f2.length > 0) {
      record.headers().add(ChangelogCodec.EPOCH_HEADER, entry.f2);
    }
    return ChangelogCodec.decode(record);
  }
}
