package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PositionTest {
  record Entry(String log, int partition, long offset) {}

  @Property
  void mergeIsTheLeastPositionThatCoversBoth(
      @ForAll("positions") Position a, @ForAll("positions") Position b) {
    Position merged = a.merge(b);
    assertThat(merged.covers(a)).isTrue();
    assertThat(merged.covers(b)).isTrue();
    assertThat(merged).isEqualTo(b.merge(a)).hasSameHashCodeAs(b.merge(a));
    merged.forEach(
        (log, partition, offset) ->
            assertThat(offset)
                .isEqualTo(Math.max(a.offset(log, partition), b.offset(log, partition))));
  }

  @Property
  void coversIsTheOrderOfMerge(@ForAll("positions") Position a, @ForAll("positions") Position b) {
    assertThat(a.covers(b)).isEqualTo(a.merge(b).equals(a));
  }

  @Property
  void aBuilderLeavesWhatItTakesInAsItIs(
      @ForAll("positions") Position a, @ForAll("positions") Position b) {
    Position before = Position.fromRecords(a.toRecords());
    Position.Builder builder = Position.builder().advance(a);
    Position first = builder.build();
    builder.advance(b).advance("z", 1, 1);
    assertThat(a).isEqualTo(before);
    assertThat(first).isEqualTo(before);
  }

  @Property
  void survivesItsRecords(@ForAll("positions") Position a) {
    assertThat(Position.fromRecords(a.toRecords())).isEqualTo(a);
  }

  @Property
  void isReadAsItIsWritten(@ForAll("positions") Position a) {
    assertThat(Position.parse(a.toString())).isEqualTo(a);
  }

  @Example
  void garbledTextIsRefused() {
    for (String text : List.of("", "a", "a[", "a[0]", "a[0=]", "a[-1=2]", "a[0=1,]", "a[0=1] b")) {
      assertThatThrownBy(() -> Position.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Example
  void aPartitionThatIsNotNamedIsAtZero() {
    Position position = Position.of("flights", 3, 7);
    assertThat(position.offset("flights", 2)).isZero();
    assertThat(position.offset("flights", 9)).isZero();
    assertThat(position.offset("airports", 0)).isZero();
    assertThat(position.covers(Position.empty())).isTrue();
    assertThat(Position.empty().covers(position)).isFalse();
  }

  @Example
  void refusesNegativeOffsets() {
    assertThatThrownBy(() -> Position.of("flights", 0, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flights[0=-1]");
  }

  @Example
  void readsWellInMessages() {
    Position position = Position.of("flights", 3, 7).merge(Position.of("airports", 0, 1));
    assertThat(position).hasToString("airports[0=1] flights[3=7]");
    assertThat(position.restrictedTo("flights"::equals)).hasToString("flights[3=7]");
  }

  @Provide
  static Arbitrary<Position> positions() {
    Arbitrary<Entry> entries =
        Combinators.combine(
                Arbitraries.of("a", "b", "c"),
                Arbitraries.integers().between(0, 4),
                Arbitraries.longs().between(0, 5))
            .as(Entry::new);
    return entries
        .list()
        .ofMaxSize(8)
        .map(
            (List<Entry> list) -> {
              Position.Builder builder = Position.builder();
              list.forEach(e -> builder.advance(e.log(), e.partition(), e.offset()));
              return builder.build();
            });
  }
}
