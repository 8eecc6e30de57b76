package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.log.LogEvent;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class CsvEventsTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Flight","fields":[
                {"name":"date","type":{"type":"long","logicalType":"timestamp-millis"}},
                {"name":"delay","type":"int"},
                {"name":"share","type":"double"},
                {"name":"origin","type":"string"},
                {"name":"state","type":["null","string"]}]}
              """);

  @Test
  void readsEachColumnAsTheSchemaSays() throws IOException {
    LogEvent event =
        read("date,delay,share,origin,state\n2001-01-01T00:01Z,-33,0.5,\"L,AS\",NV\n").next();
    assertThat(event.log()).isEqualTo("flights");
    assertThat(event.key()).isEqualTo("L,AS");
    assertThat(event.value().get("date"))
        .isEqualTo(Instant.parse("2001-01-01T00:01:00Z").toEpochMilli());
    assertThat(event.value().get("delay")).isEqualTo(-33);
    assertThat(event.value().get("share")).isEqualTo(0.5);
    assertThat(event.value().get("state")).isEqualTo("NV");
  }

  @Test
  void whatIsNotKnownIsNullWhereTheSchemaAllowsIt() throws IOException {
    CsvEvents events =
        read(
            "date,delay,share,origin,state\n"
                + "2001-01-01T00:01Z,1,1,NA,NA\n2001-01-01T00:01Z,1,1,,\n");
    LogEvent named = events.next();
    assertThat(named.value().get("origin")).isEqualTo("NA");
    assertThat(named.value().get("state")).isNull();
    assertThat(events.next().value().get("state")).isNull();
    assertThat(events.hasNext()).isFalse();
  }

  @Test
  void namesTheLineAndTheColumnOfABadCell() throws IOException {
    CsvEvents events = read("date,delay,share,origin,state\n2001-01-01T00:01Z,soon,1,LAS,NV\n");
    assertThatThrownBy(events::next)
        .hasMessageContainingAll("flights.csv", "line 2", "delay", "soon");
  }

  @Test
  void namesAColumnThatTheFileLacks() {
    assertThatThrownBy(() -> read("date,delay,share,origin\n"))
        .hasMessageContainingAll("flights.csv", "no column state");
  }

  private static CsvEvents read(String csv) throws IOException {
    return new CsvEvents("flights", "origin", SCHEMA, "flights.csv", new StringReader(csv));
  }
}
