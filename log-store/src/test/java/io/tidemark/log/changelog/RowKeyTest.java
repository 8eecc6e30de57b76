package io.tidemark.log.changelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.apple.foundationdb.tuple.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RowKeyTest {
  @Property
  void encodesAsTheTupleLayerDoes(@ForAll("columns") List<Object> columns) {
    assertThat(RowKey.of(columns)).isEqualTo(Tuple.fromList(columns).pack());
  }

  @Property
  void isTakenApartAgain(@ForAll("columns") List<Object> columns) {
    List<Object> apart = RowKey.columns(RowKey.of(columns));
    assertThat(apart).hasSameSizeAs(columns);
    assertThat(RowKey.of(apart)).isEqualTo(RowKey.of(columns));
    for (int i = 0; i < apart.size(); i++) {
      Object column = columns.get(i);
      assertThat(apart.get(i)).isEqualTo(column instanceof Integer n ? n.longValue() : column);
    }
  }

  @Example
  void takesApartTheEndsOfTheRange() {
    List<Object> ends = List.of(Long.MIN_VALUE, Long.MAX_VALUE, -1L, 0L, 255L, -256L, "a\0b", "");
    assertThat(RowKey.columns(RowKey.of(ends))).isEqualTo(ends);
    assertThatThrownBy(() -> RowKey.columns(new byte[] {0x02, 'a'}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RowKey.columns(new byte[] {0x77}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void keepsTheOrderOfLongs(@ForAll long a, @ForAll long b) {
    assertThat(Integer.signum(compare(List.of(a), List.of(b))))
        .isEqualTo(Integer.signum(Long.compare(a, b)));
  }

  @Property
  void keepsTheOrderOfDoubles(@ForAll double a, @ForAll double b) {
    assertThat(Integer.signum(compare(List.of(a), List.of(b))))
        .isEqualTo(Integer.signum(Double.compare(a, b)));
  }

  @Property
  void noKeyIsAPrefixOfAnotherWithAsManyColumns(
      @ForAll("columns") List<Object> a, @ForAll("columns") List<Object> b) {
    byte[] keyA = RowKey.of(a);
    byte[] keyB = RowKey.of(b);
    if (a.size() == b.size() && !Arrays.equals(keyA, keyB)) {
      assertThat(startsWith(keyA, keyB)).isFalse();
    }
  }

  @Property
  void everyKeyThatBeginsWithAPrefixIsBelowItsEnd(@ForAll("columns") List<Object> columns) {
    byte[] prefix = RowKey.of(columns);
    byte[] key = Arrays.copyOf(prefix, prefix.length + 2);
    key[prefix.length] = (byte) 0xFE;
    byte[] end = RowKey.afterPrefix(prefix);
    if (end == null) {
      assertThat(prefix).isEmpty();
    } else {
      assertThat(Arrays.compareUnsigned(key, end)).isNegative();
      assertThat(Arrays.compareUnsigned(prefix, end)).isNegative();
    }
  }

  @Example
  void aTextPrefixIsAPrefixOfTheTextsThatBeginSo() {
    byte[] prefix = new RowKey().addTextPrefix("LA".getBytes(StandardCharsets.UTF_8)).toBytes();
    assertThat(startsWith(RowKey.of(List.of("LAS", "PHL")), prefix)).isTrue();
    assertThat(startsWith(RowKey.of(List.of("LA")), prefix)).isTrue();
    assertThat(startsWith(RowKey.of(List.of("L")), prefix)).isFalse();
  }

  @Example
  void shardsAsKafkasDefaultPartitionerDoes() {
    // Kafka's documented test value: murmur2("21") = -973932308.
    byte[] key = "21".getBytes(StandardCharsets.UTF_8);
    assertThat(Shards.of(key, 1000)).isEqualTo((-973932308 & 0x7fffffff) % 1000);
  }

  @Example
  void refusesOtherTypes() {
    assertThatThrownBy(() -> RowKey.of(List.of(new ArrayList<>())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ArrayList");
  }

  @Provide
  static Arbitrary<List<Object>> columns() {
    Arbitrary<Object> column =
        Arbitraries.oneOf(
            Arbitraries.longs().asGeneric(),
            Arbitraries.of(0L, 255L, 256L, -255L, -256L, Long.MAX_VALUE, Long.MIN_VALUE, -1L)
                .asGeneric(),
            // Lone surrogates have no UTF-8.
            Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(6).asGeneric(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(5).asGeneric(),
            Arbitraries.doubles().asGeneric(),
            Arbitraries.floats().asGeneric(),
            Arbitraries.of(true, false).asGeneric());
    return column.injectNull(0.1).list().ofMaxSize(4);
  }

  private static int compare(List<?> a, List<?> b) {
    return Arrays.compareUnsigned(RowKey.of(a), RowKey.of(b));
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
