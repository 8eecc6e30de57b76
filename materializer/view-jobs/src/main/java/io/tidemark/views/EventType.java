package io.tidemark.views;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Events between a source and its tap, which are always in one chain: nobody changes an event, so
 * both may have the same one, and it never has to become bytes.
 */
final class EventType extends GenericTypeInfo<ConsumerRecord<byte[], byte[]>> {
  static final EventType INSTANCE = new EventType();

  private static final long serialVersionUID = 1L;

  @SuppressWarnings("unchecked") // a class literal has no type arguments
  private EventType() {
    super((Class<ConsumerRecord<byte[], byte[]>>) (Class<?>) ConsumerRecord.class);
  }

  @Override
  public TypeSerializer<ConsumerRecord<byte[], byte[]>> createSerializer(SerializerConfig config) {
    return Unserialized.INSTANCE;
  }

  /** Hands on what it gets. */
  static final class Unserialized extends TypeSerializerSingleton<ConsumerRecord<byte[], byte[]>> {
    static final Unserialized INSTANCE = new Unserialized();

    private static final long serialVersionUID = 1L;

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public ConsumerRecord<byte[], byte[]> createInstance() {
      throw split();
    }

    @Override
    public ConsumerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> event) {
      return event;
    }

    @Override
    public ConsumerRecord<byte[], byte[]> copy(
        ConsumerRecord<byte[], byte[]> event, ConsumerRecord<byte[], byte[]> reuse) {
      return event;
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public void serialize(ConsumerRecord<byte[], byte[]> event, DataOutputView target) {
      throw split();
    }

    @Override
    public ConsumerRecord<byte[], byte[]> deserialize(DataInputView source) {
      throw split();
    }

    @Override
    public ConsumerRecord<byte[], byte[]> deserialize(
        ConsumerRecord<byte[], byte[]> reuse, DataInputView source) {
      throw split();
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) {
      throw split();
    }

    private static IllegalStateException split() {
      return new IllegalStateException("a source and its tap are not in one chain");
    }

    @Override
    public TypeSerializerSnapshot<ConsumerRecord<byte[], byte[]>> snapshotConfiguration() {
      return new UnserializedSnapshot();
    }

    /** Flink makes it by reflection. */
    public static final class UnserializedSnapshot
        extends SimpleTypeSerializerSnapshot<ConsumerRecord<byte[], byte[]>> {
      /** Makes it. */
      public UnserializedSnapshot() {
        super(() -> INSTANCE);
      }
    }
  }
}
