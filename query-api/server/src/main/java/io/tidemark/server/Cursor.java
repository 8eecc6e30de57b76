package io.tidemark.server;

import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where the next page of a scan begins, and what it must not fall behind. Good only for the same
 * view version and the same prefix, because its checksum covers them.
 *
 * <p>The pages of a snapshot are all at one cut, so its cursors carry the cut. Those of other
 * levels but eventual carry the token of the page before, so that no page is older than the one
 * before it, also for a reader who does not send the token. Those of reads as of an earlier state
 * carry the token that names the states that were shown, and are good only for the same state asked
 * for in the same words.
 *
 * @param from the first key of the page
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cursor(ServedView view, byte[] from, @Nullable Carried carried) {
  /**
   * What the page before says to the next.
   *
   * @param cut whether the token is the cut itself, and not only what must be reflected at least
   * @param asOf the earlier state in the words of the request; {@code null} for other levels
   */
  record Carried(Token token, boolean cut, @Nullable String asOf) {}

  private static final int TAIL_BYTES = 1 + 2 * Integer.BYTES;

  /** The cursor of the page behind that key. */
  static String encode(ServedView view, byte[] prefix, byte[] lastKey, @Nullable Carried carried) {
    byte[] token =
        carried == null
            ? new byte[0]
            : carried.token().encode().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer all = ByteBuffer.allocate(lastKey.length + token.length + TAIL_BYTES);
    all.put(lastKey).put(token);
    all.put((byte) (carried != null && carried.cut() ? 1 : 0)).putInt(token.length);
    all.putInt(checksum(view, prefix, carried == null ? null : carried.asOf(), all));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all.array());
  }

  /**
   * Reads a cursor.
   *
   * @param asOf the earlier state that the request asks for, in its own words
   * @throws TidemarkException {@link ErrorCode#INVALID_CURSOR}
   */
  static Cursor decode(ServedView view, byte[] prefix, @Nullable String asOf, String cursor) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      ByteBuffer all = ByteBuffer.wrap(bytes);
      int tail = bytes.length - TAIL_BYTES;
      if (tail >= 0
          && all.getInt(bytes.length - Integer.BYTES)
              == checksum(view, prefix, asOf, all.position(bytes.length - Integer.BYTES))) {
        int keyBytes = Math.max(0, Math.min(tail, tail - all.getInt(tail + 1)));
        String token = new String(bytes, keyBytes, tail - keyBytes, StandardCharsets.US_ASCII);
        // The shortest key behind it: the same with a zero byte more.
        byte[] from = Arrays.copyOf(Arrays.copyOf(bytes, keyBytes), keyBytes + 1);
        return new Cursor(
            view,
            from,
            token.isEmpty() ? null : new Carried(Token.parse(token), bytes[tail] == 1, asOf));
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new TidemarkException(
        ErrorCode.INVALID_CURSOR,
        "not a cursor of this scan over "
            + view
            + "; send the cursor of the page before with the same view, prefix and"
            + " asOf, or none for the first page");
  }

  /**
   * How to read the page.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_CURSOR} when a snapshot is to go on where
   *     none began
   */
  ReadOptions carryOn(ReadOptions options, String clusterId) {
    if (options.level() == Level.SNAPSHOT) {
      if (carried == null || !carried.cut()) {
        throw new TidemarkException(
            ErrorCode.INVALID_CURSOR,
            "the page before was no snapshot; begin the scan with consistency=snapshot");
      }
      return options.atCut(Token.empty(clusterId).merge(carried.token()).position());
    }
    if (options.level() == Level.EVENTUAL || carried == null) {
      return options;
    }
    if (options.asOf() != null) {
      return options.at(new AsOf.Again(options.asOf().text(), carried.token()));
    }
    return options.withToken(
        options.token() == null
            ? Token.empty(clusterId).merge(carried.token())
            : options.token().merge(carried.token()));
  }

  /** Of everything that has been put so far. */
  private static int checksum(
      ServedView view, byte[] prefix, @Nullable String asOf, ByteBuffer all) {
    CRC32C crc = new CRC32C();
    crc.update(view.toString().getBytes(StandardCharsets.UTF_8));
    crc.update(0);
    crc.update(prefix.length);
    crc.update(prefix);
    if (asOf != null) {
      crc.update(asOf.getBytes(StandardCharsets.UTF_8));
    }
    crc.update(all.array(), 0, all.position());
    return (int) crc.getValue();
  }
}
