package io.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class WireFormatTest {

  @Example
  void a_header_is_a_zero_byte_and_the_id_big_endian() {
    byte[] framed = {9, 9, 9, 9, 9, 42};
    WireFormat.putHeader(framed, 0x01020304);
    assertThat(framed).containsExactly(0, 1, 2, 3, 4, 42);
    assertThat(WireFormat.schemaId(framed)).isEqualTo(0x01020304);
  }

  @Property
  void an_id_comes_back(@ForAll int id) {
    byte[] framed = new byte[WireFormat.HEADER_BYTES];
    WireFormat.putHeader(framed, id);
    assertThat(WireFormat.schemaId(framed)).isEqualTo(id);
  }

  @Property
  void what_is_too_short_has_no_id(@ForAll @Size(max = 4) byte[] bytes) {
    assertThatThrownBy(() -> WireFormat.schemaId(bytes))
        .isInstanceOfSatisfying(
            TidemarkException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_MISMATCH));
  }

  @Example
  void what_begins_with_another_byte_has_no_id() {
    assertThatThrownBy(() -> WireFormat.schemaId(new byte[] {'{', 0, 0, 0, 1, 2}))
        .isInstanceOf(TidemarkException.class)
        .hasMessageContaining("6 bytes that begin with 123");
  }
}
