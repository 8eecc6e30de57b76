package io.tidemark.schemas.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.avro.LogicalTypes.Decimal;

/** Decimals as Avro stores them: the unscaled value in two's complement, big-endian. */
final class DecimalBytes {
  /** No schema has as many decimals; beyond, arithmetic on a hostile exponent takes forever. */
  private static final int MAX_SCALE = 10_000;

  private DecimalBytes() {}

  /**
   * The value with the type's scale.
   *
   * @throws ArithmeticException when it does not fit the type
   */
  static BigInteger unscaled(BigDecimal value, Decimal type) {
    long wholeDigits = (long) value.precision() - value.scale();
    if (value.signum() == 0) {
      return BigInteger.ZERO;
    }
    if (value.scale() > MAX_SCALE) {
      throw new ArithmeticException("has more than " + type.getScale() + " decimals");
    }
    if (wholeDigits > type.getPrecision() - type.getScale()) {
      throw new ArithmeticException("is out of range");
    }
    BigDecimal stripped = value.stripTrailingZeros();
    if (stripped.scale() > type.getScale()) {
      throw new ArithmeticException("has more than " + type.getScale() + " decimals");
    }
    return stripped.setScale(type.getScale()).unscaledValue();
  }

  /**
   * The value in exactly that many bytes.
   *
   * @throws ArithmeticException when it needs more
   */
  static byte[] padded(BigInteger unscaled, int sizeBytes) {
    byte[] shortest = unscaled.toByteArray();
    if (shortest.length > sizeBytes) {
      throw new ArithmeticException("is out of range");
    }
    byte[] padded = new byte[sizeBytes];
    Arrays.fill(padded, (byte) (unscaled.signum() < 0 ? -1 : 0));
    System.arraycopy(shortest, 0, padded, sizeBytes - shortest.length, shortest.length);
    return padded;
  }
}
