package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.KeyedRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadsExperimentTest {
  private static final Experiment READS = new ReadsExperiment(ReadPace.USUAL);

  private final Results results = new Results();

  @Test
  void eventualReadsAreJudgedByTheFrameworksLimit() {
    String title = "eventual point reads, 32 connections: at least 0.8 of bare Vert.x";
    rate("1M keys", Peer.BARE_VERTX, ReadKind.POINT, 100_000);
    rate("1M keys", Peer.TIDEMARK, ReadKind.POINT, 79_999);
    assertThat(verdict(title, "1M keys")).isEqualTo(Target.Verdict.MISSED);

    rate("5M keys", Peer.BARE_VERTX, ReadKind.POINT, 100_000);
    rate("5M keys", Peer.TIDEMARK, ReadKind.POINT, 80_000);
    assertThat(verdict(title, "5M keys")).isEqualTo(Target.Verdict.MET);
  }

  @Test
  void sessionReadsAreJudgedByEventualOnes() {
    String title = "session point reads, 32 connections: at least 0.9 of eventual ones";
    rate("1M keys", Peer.TIDEMARK, ReadKind.POINT, 1_000);
    assertThat(verdict(title, "1M keys")).isEqualTo(Target.Verdict.NOT_MEASURED);

    rate("1M keys", Peer.TIDEMARK, ReadKind.SESSION, 899);
    assertThat(verdict(title, "1M keys")).isEqualTo(Target.Verdict.MISSED);

    rate("5M keys", Peer.TIDEMARK, ReadKind.POINT, 1_000);
    rate("5M keys", Peer.TIDEMARK, ReadKind.SESSION, 900);
    assertThat(verdict(title, "5M keys")).isEqualTo(Target.Verdict.MET);
  }

  @Test
  void strongReadsAreJudgedAlone() {
    String title = "strong point reads, 32 connections: at least 5,000/s";
    rate("1M keys", Peer.TIDEMARK, ReadKind.STRONG, 4_999);
    assertThat(verdict(title, "1M keys")).isEqualTo(Target.Verdict.MISSED);

    rate("5M keys", Peer.TIDEMARK, ReadKind.STRONG, 5_000);
    assertThat(verdict(title, "5M keys")).isEqualTo(Target.Verdict.MET);
  }

  @Test
  void everyFigureThatIsJudgedIsARowOfTheTable() {
    assertThat(READS.targets())
        .allSatisfy(target -> assertThat(READS.measures()).contains(target.one().measure()));
  }

  @Test
  void aWrongRowFails() {
    ReadingsLog.requireRows(
        new KeyedRequest.Answer(List.of(7L), 200, "{\"row\":" + Readings.row(7) + "}"));

    assertThatThrownBy(
            () ->
                ReadingsLog.requireRows(
                    new KeyedRequest.Answer(List.of(7L), 200, "{\"row\":" + Readings.row(8) + "}")))
        .hasMessageContaining("is not in the answer");
    assertThatThrownBy(
            () -> ReadingsLog.requireRows(new KeyedRequest.Answer(List.of(7L), 503, "late")))
        .hasMessageContaining("status 503");
  }

  @Test
  void rowsAreOfSomeTwoHundredBytes() {
    assertThat(Readings.row(12_345).length()).isBetween(190, 230);
    assertThat(Readings.note(1)).isNotEqualTo(Readings.note(2));
  }

  private void rate(String caseTitle, Peer peer, ReadKind kind, double perSecond) {
    results.add(caseTitle, peer, Map.of(ReadMeasures.rate(kind, 32), perSecond));
  }

  private Target.Verdict verdict(String title, String caseTitle) {
    Target target =
        READS.targets().stream()
            .filter(each -> each.title().equals(title) && each.one().caseTitle().equals(caseTitle))
            .findFirst()
            .orElseThrow();
    return target.judge(results).verdict();
  }
}
