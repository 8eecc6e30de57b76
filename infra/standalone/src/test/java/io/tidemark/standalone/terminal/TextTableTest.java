package io.tidemark.standalone.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  private final StringWriter text = new StringWriter();

  @Test
  void alignsNumbersToTheRight() {
    new TextTable(List.of("ORIGIN", "FLIGHTS"))
        .row(List.of("LAS", "7"))
        .row(List.of("ANCHORAGE", "12345"))
        .print(new PrintWriter(text), "  ");
    assertThat(text.toString().lines())
        .containsExactly("  ORIGIN     FLIGHTS", "  LAS              7", "  ANCHORAGE    12345");
  }

  @Test
  void refusesARowOfAnotherWidth() {
    TextTable table = new TextTable(List.of("A"));
    assertThatThrownBy(() -> table.row(List.of("1", "2"))).hasMessageContaining("1 columns");
  }

  @Test
  void roundsFractionsAndShowsWhatIsMissing() throws Exception {
    var json = new ObjectMapper().readTree("{\"a\":8.123456,\"b\":1.5,\"c\":null,\"d\":\"x\"}");
    assertThat(List.of("a", "b", "c", "d", "e"))
        .extracting(name -> TextTable.cell(json.path(name)))
        .containsExactly("8.1235", "1.5", "-", "x", "-");
  }

  @Test
  void tellsProgressOnceASecondAndAtTheEnd() {
    Progress.Lines lines = new Progress.Lines("flights", "events", 3_000, new PrintWriter(text), 0);
    for (int tenth = 1; tenth <= 15; tenth++) {
      lines.add(100, Duration.ofMillis(100 * tenth).toNanos());
    }
    assertThat(text.toString().lines()).containsExactly("flights: 1,000 of 3,000 events (1,000/s)");
    lines.close();
    assertThat(text.toString().lines()).hasSize(2);
  }
}
