package io.tidemark.log.changelog;

import io.tidemark.log.Position;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Changelog records as Kafka records.
 *
 * <p>A row's key and value are the Kafka record's. A control record has a fixed key of two bytes,
 * 0xFF and its kind: no {@link RowKey} begins with 0xFF. Its value is in Avro's single-object
 * encoding. The epoch is a header of eight bytes, big-endian, on every record but EpochStart, whose
 * offset it is. Stateless and thread-safe.
 */
public final class ChangelogCodec {
  /** The header that carries the epoch. */
  public static final String EPOCH_HEADER = "e";

  private static final byte CONTROL = (byte) 0xFF;
  private static final byte EPOCH_START = 1;
  private static final byte PROGRESS = 2;
  private static final byte CHECKPOINT_MARK = 3;

  private ChangelogCodec() {}

  /** A row; {@code null} deletes the key. */
  public static ProducerRecord<byte[], byte[]> row(
      String changelog, int shard, long epoch, byte[] key, byte @Nullable [] value) {
    return new ProducerRecord<>(changelog, shard, key, value, epochHeader(epoch));
  }

  /** The begin of an epoch. */
  public static ProducerRecord<byte[], byte[]> epochStart(
      String changelog, int shard, EpochStart start) {
    return new ProducerRecord<>(
        changelog, shard, key(EPOCH_START), bytes(start::toByteBuffer), null);
  }

  /** A progress. */
  public static ProducerRecord<byte[], byte[]> progress(
      String changelog, int shard, long epoch, Progress progress) {
    return new ProducerRecord<>(
        changelog, shard, key(PROGRESS), bytes(progress::toByteBuffer), epochHeader(epoch));
  }

  /** A checkpoint's mark. */
  public static ProducerRecord<byte[], byte[]> checkpointMark(
      String changelog, int shard, long epoch, CheckpointMark mark) {
    return new ProducerRecord<>(
        changelog, shard, key(CHECKPOINT_MARK), bytes(mark::toByteBuffer), epochHeader(epoch));
  }

  /**
   * Decodes a record of a changelog.
   *
   * @throws TidemarkException {@link ErrorCode#INTERNAL} when it is none, naming topic, partition
   *     and offset
   */
  public static ChangelogRecord decode(ConsumerRecord<byte[], byte[]> record) {
    byte[] key = record.key();
    byte[] value = record.value();
    if (key == null) {
      throw undecodable(record, "it has no key", null);
    }
    if (key.length != 2 || key[0] != CONTROL) {
      return new ChangelogRecord.Row(epoch(record), key, value);
    }
    try {
      ByteBuffer body = ByteBuffer.wrap(value);
      switch (key[1]) {
        case EPOCH_START:
          EpochStart start = EpochStart.fromByteBuffer(body);
          return new ChangelogRecord.Epoch(
              record.offset(), start, Position.fromRecords(start.getTarget()));
        case PROGRESS:
          Progress progress = ProgressFormat.decode(body);
          return new ChangelogRecord.Reached(
              epoch(record), progress, Position.fromRecords(progress.getPosition()));
        case CHECKPOINT_MARK:
          return new ChangelogRecord.Mark(epoch(record), CheckpointMark.fromByteBuffer(body));
        default:
          throw undecodable(record, "control records of kind " + key[1] + " are unknown", null);
      }
    } catch (IOException | AvroRuntimeException e) {
      throw undecodable(record, e.getMessage(), e);
    }
  }

  private static long epoch(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader(EPOCH_HEADER);
    if (header == null || header.value().length != Long.BYTES) {
      throw undecodable(record, "it carries no epoch", null);
    }
    return ByteBuffer.wrap(header.value()).getLong();
  }

  private static List<Header> epochHeader(long epoch) {
    return List.of(
        new RecordHeader(EPOCH_HEADER, ByteBuffer.allocate(Long.BYTES).putLong(epoch).array()));
  }

  private static byte[] key(byte kind) {
    return new byte[] {CONTROL, kind};
  }

  private interface Encoding {
    ByteBuffer encode() throws IOException;
  }

  private static byte[] bytes(Encoding encoding) {
    try {
      ByteBuffer buffer = encoding.encode();
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TidemarkException undecodable(
      ConsumerRecord<byte[], byte[]> record, @Nullable String why, @Nullable Exception cause) {
    return new TidemarkException(
        ErrorCode.INTERNAL,
        "not a changelog record at %s-%d offset %d: %s"
            .formatted(record.topic(), record.partition(), record.offset(), why),
        cause);
  }
}
