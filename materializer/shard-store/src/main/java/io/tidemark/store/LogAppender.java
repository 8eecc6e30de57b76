package io.tidemark.store;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * The writing end of the log: the queue itself, opened at the first append, always in a new
 * segment. For one thread at a time, any thread.
 */
final class LogAppender implements AutoCloseable {
  private final SegmentClock clock;
  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final LogRecord.Encoder encoder = new LogRecord.Encoder();

  LogAppender(Path directory, int segment, int segmentBytes) {
    clock = new SegmentClock(segment);
    queue =
        SingleChronicleQueueBuilder.binary(directory)
            .rollCycle(clock)
            .timeProvider(clock)
            // A segment is one block: a block that is left behind would be unmapped, and a document
            // must fit into one.
            .blockSize(segmentBytes)
            .build();
    appender = queue.createAppender();
    appender.singleThreadedCheckDisabled(true);
  }

  int segment() {
    return clock.segment();
  }

  void roll() {
    clock.roll();
  }

  /** Segments have been deleted behind the queue's back. */
  void forgetDeleted() {
    queue.refreshDirectoryListing();
  }

  /** Appends one record and gives its address. */
  long append(
      LogRecord.Kind kind,
      int flags,
      long previous,
      long back,
      long step,
      byte[] key,
      byte[] value) {
    try (DocumentContext document = appender.writingDocument()) {
      try {
        Bytes<?> bytes = document.wire().bytes();
        long address = Address.of(clock.segment(), bytes.writePosition() - Segment.HEADER_BYTES);
        encoder.fixedPart(address, kind, flags, previous, back, step, key, value);
        bytes.write(encoder.scratch(), LogRecord.Encoder.START, LogRecord.FIXED_BYTES);
        bytes.write(key);
        bytes.write(value);
        return address;
      } catch (Throwable e) {
        document.rollbackOnClose();
        throw e;
      }
    }
  }

  @Override
  public void close() {
    appender.close();
    queue.close();
  }
}
