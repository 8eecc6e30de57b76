package io.tidemark.views;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How rows are compressed on their way into a changelog. Not LZ4 where there is a choice, for which
 * Kafka's client makes two buffers of 64 KiB for each batch: a view that ticks sends hundreds of
 * small batches a second. But Snappy is a native library, which cannot be loaded where the
 * directory for temporary files is mounted {@code noexec}; LZ4 does without.
 */
final class ChangelogCompression {
  private static final Logger LOG = LoggerFactory.getLogger(ChangelogCompression.class);

  /** The value of {@code compression.type}; the same for the life of this process. */
  static final String NAME = canSnappy() ? "snappy" : "lz4";

  private ChangelogCompression() {}

  /** Whether Kafka's client can do what it will do for each batch. */
  private static boolean canSnappy() {
    try (OutputStream out =
        Compression.snappy()
            .build()
            .wrapForOutput(new ByteBufferOutputStream(64), RecordBatch.CURRENT_MAGIC_VALUE)) {
      out.write(0);
      return true;
    } catch (KafkaException | IOException e) {
      LOG.warn(
          "Snappy cannot be used, as where java.io.tmpdir is mounted noexec; changelogs are"
              + " compressed with LZ4 instead, which costs more memory. {}",
          String.valueOf(e.getMessage()));
      return false;
    }
  }
}
