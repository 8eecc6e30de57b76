package io.tidemark.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DataSetTest {
  @Test
  void keysAreDistinctAndSharePrefixes() {
    int count = 100_000;
    var keys =
        LongStream.range(0, count)
            .mapToObj(row -> new String(DataSet.key(row), StandardCharsets.US_ASCII))
            .collect(Collectors.toSet());
    assertThat(keys).hasSize(count).allMatch(key -> key.matches("cust0\\d{3}[0-9a-f]{16}"));
    assertThat(keys.stream().map(key -> key.substring(0, 8)).distinct()).hasSize(1_000);
  }

  @Test
  void valuesTellTheirRowAndVersion() {
    byte[] value = new byte[200];
    DataSet.fillValue(17, 3, value);
    assertThat(DataSet.version(value)).isEqualTo(3);
    assertThat(DataSet.isValue(17, value)).isTrue();
    assertThat(DataSet.isValue(18, value)).isFalse();
    value[150]++;
    assertThat(DataSet.isValue(17, value)).isFalse();
  }
}
