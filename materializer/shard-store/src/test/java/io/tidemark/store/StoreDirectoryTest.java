package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.StoreException.Kind;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  @TempDir Path directory;

  private void assertRefused(Kind kind, Path where, String identity, String... words) {
    assertThatThrownBy(() -> ShardStore.open(Stores.tiny(where), identity).close())
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContainingAll(words);
  }

  private void fill() {
    try (ShardStore store = Stores.open(directory)) {
      put(store, "a", "1");
      store.commit(bytes("m"));
    }
  }

  @Test
  void anotherShardIsRefused() {
    fill();
    assertRefused(
        Kind.WRONG_IDENTITY, directory, "cluster/view/v1/4", Stores.IDENTITY, "cluster/view/v1/4");
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    }
  }

  @Test
  void newerFormatIsRefused() throws Exception {
    fill();
    Path file = directory.resolve("shard");
    Files.writeString(file, Files.readString(file).replace("format=3", "format=4"));
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, "format 4", "up to format 3");
    Files.writeString(file, Files.readString(file).replace("format=4", "format=2"));
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, "format 2", "only format 3");
    Files.writeString(file, "identity=x\nformat=many\n");
    assertRefused(Kind.WRONG_IDENTITY, directory, Stores.IDENTITY, "many");
  }

  @Test
  void segmentOfAnotherShardIsRefused() throws Exception {
    Path mine = directory.resolve("mine");
    Path others = directory.resolve("others");
    for (Path each : List.of(mine, others)) {
      String identity = each.equals(mine) ? Stores.IDENTITY : "cluster/view/v1/4";
      try (ShardStore store = ShardStore.open(Stores.tiny(each), identity)) {
        put(store, "a", identity);
        store.commit(bytes("m"));
      }
    }
    String segment = "log/" + Segment.fileName(1);
    Files.copy(others.resolve(segment), mine.resolve(segment), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(
        Kind.WRONG_IDENTITY, mine, Stores.IDENTITY, "cluster/view/v1/4", Segment.fileName(1));
  }

  @Test
  void newerFormatOfEachFileIsRefused() throws Exception {
    fill();
    Path points = directory.resolve("index/points-1.tdi");
    byte[] table = Files.readAllBytes(points);
    byte[] newer = table.clone();
    newer[8]++;
    Files.write(points, newer);
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, "points-1.tdi", "format 4");
    Files.write(points, table);

    Path manifest = directory.resolve("manifest");
    byte[] bytes = Files.readAllBytes(manifest);
    ByteBuffer changed = ByteBuffer.wrap(bytes);
    changed.putInt(8, changed.getInt(8) + 1);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    changed.putInt(bytes.length - 4, (int) crc.getValue());
    Files.write(manifest, bytes);
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, "manifest", "format 4");
    Files.delete(manifest);

    Path segment = directory.resolve("log").resolve(Segment.fileName(1));
    Segment mapped = Segment.map(segment, 1, 64 << 10);
    int first = mapped.skipMetadata(0);
    mapped.unmap();
    byte[] start = new SegmentStart(4, 64 << 10, Stores.IDENTITY, 0).encode();
    LogRecord.Encoder encoder = new LogRecord.Encoder();
    encoder.fixedPart(
        Address.of(1, first), LogRecord.Kind.SEGMENT, 0, 0, 0, 0, LogRecord.NO_BYTES, start);
    ByteBuffer record =
        ByteBuffer.allocate(LogRecord.FIXED_BYTES + start.length)
            .put(encoder.scratch(), LogRecord.Encoder.START, LogRecord.FIXED_BYTES)
            .put(start)
            .flip();
    try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      file.write(record, first + Segment.HEADER_BYTES);
    }
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, Segment.fileName(1), "format 4");
  }

  @Test
  void directoryOfSomethingElseIsRefusedAndLeftAlone() throws Exception {
    Files.writeString(directory.resolve("thesis.txt"), "precious");
    assertRefused(Kind.WRONG_IDENTITY, directory, Stores.IDENTITY, "thesis.txt");
    assertThat(directory.resolve("log")).doesNotExist();
    assertThat(directory.resolve("thesis.txt")).hasContent("precious");
  }

  @Test
  void openDirectoryIsLockedUnderEveryNameItHas() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("real"));
    try (ShardStore store = Stores.open(directory.resolve("real"))) {
      assertRefused(Kind.LOCKED, directory.resolve("real"), Stores.IDENTITY, "in use");
      assertRefused(Kind.LOCKED, link, Stores.IDENTITY, "in use");
      put(store, "a", "1");
      store.commit(bytes("m"));
    }
    try (ShardStore store = Stores.open(link)) {
      assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    }
  }

  @Test
  void deletingLeavesNothingAndRefusesWhatIsInUseOrNoShard() throws Exception {
    Path shard = directory.resolve("shard");
    ShardStore.delete(shard);
    try (ShardStore store = Stores.open(shard)) {
      put(store, "a", "1");
      store.commit(bytes("m"));
      assertThatThrownBy(() -> ShardStore.delete(shard)).hasMessageContaining("in use");
      assertThat(rows(store)).hasSize(1);
    }
    ShardStore.delete(shard);
    assertThat(shard).doesNotExist();
    try (ShardStore store = Stores.open(shard)) {
      assertThat(store.metadata()).isEmpty();
    }

    Path other = Files.createDirectories(directory.resolve("other"));
    Files.writeString(other.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> ShardStore.delete(other)).hasMessageContaining("thesis.txt");
    assertThat(other.resolve("thesis.txt")).hasContent("precious");
  }
}
