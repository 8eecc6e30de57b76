package io.tidemark.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.map.ChronicleMap;
import org.jspecify.annotations.Nullable;

/** Chronicle Map in a file. It has neither batches nor order: a commit does nothing. */
final class ChronicleMapSubject implements SubjectStore {
  private static final double ROOM = 1.1;

  private final ChronicleMap<byte[], byte[]> map;

  ChronicleMapSubject(Opening opening) {
    DataSet data = opening.dataSet();
    try {
      Files.createDirectories(opening.directory());
      this.map =
          ChronicleMap.of(byte[].class, byte[].class)
              .name("bench")
              .constantKeySizeBySample(new byte[DataSet.KEY_BYTES])
              .constantValueSizeBySample(new byte[data.valueBytes()])
              .entries((long) (data.keys() * ROOM))
              .createPersistedTo(opening.directory().resolve("map").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    map.put(key, value);
  }

  @Override
  public void commit() {}

  @Override
  public SubjectReader reader() {
    return new Reader();
  }

  @Override
  public void settle() {}

  @Override
  public long indexBytes() {
    return -1;
  }

  @Override
  public void close() {
    map.close();
  }

  private final class Reader implements SubjectReader {
    @Override
    public void refresh() {}

    @Override
    public byte @Nullable [] get(byte[] key) {
      return map.get(key);
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
      List<byte[]> values = new ArrayList<>(keys.size());
      for (byte[] key : keys) {
        values.add(map.get(key));
      }
      return values;
    }

    @Override
    public void scan(byte[] from, int rows, RowSink sink) {
      throw new UnsupportedOperationException("Chronicle Map has no order");
    }

    @Override
    public void close() {}
  }
}
