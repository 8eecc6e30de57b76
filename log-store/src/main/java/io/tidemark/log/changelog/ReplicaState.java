package io.tidemark.log.changelog;

import io.tidemark.log.Position;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the readers of a shard's copy see, besides the rows. It is committed together with the rows,
 * so whoever has both knows exactly which progress the rows belong to. Immutable.
 *
 * @param nextOffset the changelog offset behind the progress: where a restarted replica goes on,
 *     and what makes reads monotonic across replicas
 * @param epoch of the writer whose rows these are
 * @param start how that epoch began; {@code null} while nothing has ever been visible
 * @param target what the epoch must cover before the view is complete
 * @param frontier every event below it is reflected; never moves back
 * @param exact whether the rows reflect exactly the frontier, and not more
 * @param cut the barrier that made the cut, 0 for a tick
 * @param rows how many rows the epoch has had, {@link #NOT_COUNTED} when nobody has counted
 */
public record ReplicaState(
    long nextOffset,
    long epoch,
    @Nullable EpochStart start,
    Position target,
    Position frontier,
    boolean exact,
    long cut,
    long rows) {

  /** The rows of an epoch whose writer was of a version that did not count them. */
  public static final long NOT_COUNTED = -1;

  /** Nothing has ever been visible. */
  public static final ReplicaState EMPTY =
      new ReplicaState(0, -1, null, Position.empty(), Position.empty(), false, 0, 0);

  private static final byte FORMAT = 1;

  /** Whether readers have ever been shown anything. */
  public boolean visible() {
    return start != null;
  }

  /** Whether the first build has not yet reached where its job began. */
  public boolean building() {
    return !visible() || !frontier.covers(target);
  }

  /**
   * This state as a store's metadata.
   *
   * @throws IllegalStateException when it is not {@link #visible}
   */
  public byte[] toBytes() {
    if (start == null) {
      throw new IllegalStateException("nothing is visible yet");
    }
    try {
      ByteBuffer startBytes =
          new EpochStart(start.getGeneration(), start.getRestoredCheckpoint(), target.toRecords())
              .toByteBuffer();
      ByteBuffer progressBytes =
          new Progress(frontier.toRecords(), exact, cut, rows).toByteBuffer();
      ByteBuffer all =
          ByteBuffer.allocate(
              1
                  + 2 * Long.BYTES
                  + 2 * Integer.BYTES
                  + startBytes.remaining()
                  + progressBytes.remaining());
      all.put(FORMAT).putLong(nextOffset).putLong(epoch);
      all.putInt(startBytes.remaining()).put(startBytes);
      all.putInt(progressBytes.remaining()).put(progressBytes);
      return all.array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what {@link #toBytes} wrote; nothing means {@link #EMPTY}.
   *
   * @throws IllegalStateException when another version of Tidemark wrote it
   */
  public static ReplicaState fromBytes(byte[] bytes) {
    if (bytes.length == 0) {
      return EMPTY;
    }
    ByteBuffer all = ByteBuffer.wrap(bytes);
    byte format = all.get();
    if (format != FORMAT) {
      throw new IllegalStateException(
          "the shard was written by another version of Tidemark: metadata of format "
              + format
              + ", expected "
              + FORMAT);
    }
    long nextOffset = all.getLong();
    long epoch = all.getLong();
    try {
      EpochStart start = EpochStart.fromByteBuffer(part(all));
      Progress progress = ProgressFormat.decode(part(all));
      return new ReplicaState(
          nextOffset,
          epoch,
          new EpochStart(start.getGeneration(), start.getRestoredCheckpoint(), List.of()),
          Position.fromRecords(start.getTarget()),
          Position.fromRecords(progress.getPosition()),
          progress.getExact(),
          progress.getCut(),
          progress.getRows());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuffer part(ByteBuffer all) {
    int length = all.getInt();
    ByteBuffer part = all.slice(all.position(), length);
    all.position(all.position() + length);
    return part;
  }
}
