package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Where the next page of a scan begins: behind the last key of the page before. Good only for the
 * same view version and the same prefix, because its checksum covers them.
 */
final class Cursor {
  private Cursor() {}

  /** The cursor of the page behind that key. */
  static String encode(ServedView view, byte[] prefix, byte[] lastKey) {
    ByteBuffer all = ByteBuffer.allocate(lastKey.length + Integer.BYTES);
    all.put(lastKey).putInt(checksum(view, prefix, lastKey));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all.array());
  }

  /**
   * The first key of the page.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_CURSOR}
   */
  static byte[] decode(ServedView view, byte[] prefix, String cursor) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(cursor);
      int length = all.length - Integer.BYTES;
      if (length >= 0) {
        byte[] lastKey = Arrays.copyOf(all, length);
        if (ByteBuffer.wrap(all).getInt(length) == checksum(view, prefix, lastKey)) {
          // The shortest key behind it: the same with a zero byte more.
          return Arrays.copyOf(lastKey, length + 1);
        }
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new TidemarkException(
        ErrorCode.INVALID_CURSOR,
        "not a cursor of this scan over "
            + view
            + "; send the cursor of the page before with the same view and prefix,"
            + " or none for the first page");
  }

  private static int checksum(ServedView view, byte[] prefix, byte[] key) {
    CRC32C crc = new CRC32C();
    crc.update(view.toString().getBytes(StandardCharsets.UTF_8));
    crc.update(0);
    crc.update(prefix.length);
    crc.update(prefix);
    crc.update(key);
    return (int) crc.getValue();
  }
}
