package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.run.ResidentPages;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScaleExperimentTest {
  private final ScaleExperiment scale = new ScaleExperiment();
  private final Results results = new Results();

  @Test
  void tenMillionKeysAreForTheFullEffort() {
    assertThat(titles(Effort.FULL)).contains("8 shards, 10M keys", "256 shards, 10M keys");
    assertThat(titles(Effort.QUICK))
        .containsExactly(
            "1 shard, 1M keys",
            "8 shards, 1M keys",
            "64 shards, 1M keys",
            "256 shards, 1M keys",
            "8 shards, 100k keys");
  }

  @Test
  void aChangeIsToldPerDoubling() {
    // From 8 shards to 64 are three doublings, and 0.512 is 0.8 three times over.
    rate("8 shards, 1M keys", 1_000);
    rate("64 shards, 1M keys", 512);

    assertThat(scale.remarks(results))
        .contains("| events/s, from the view's creation until it is complete | – | 0.80 | – |");
  }

  @Test
  void aFallOfMoreThanAFifthADoublingIsMissed() {
    rate("8 shards, 1M keys", 1_000);
    rate("64 shards, 1M keys", 511);
    assertThat(verdict("64 shards, 1M keys")).isEqualTo(Target.Verdict.MISSED);

    rate("256 shards, 1M keys", 511 * 0.64 + 1);
    assertThat(verdict("256 shards, 1M keys")).isEqualTo(Target.Verdict.MET);
  }

  @Test
  void memoryIsReadFromWhatTheJvmAndTheSystemTell() {
    // As JDK 17 printed it.
    String heap =
        """
        17550:
         garbage-first heap   total 264192K, used 5649K [0x00000000da800000, 0x0000000100000000)
          region size 1024K, 4 young (4096K), 2 survivors (2048K)
         Metaspace       used 8929K, committed 9088K, reserved 1114112K
          class space    used 1062K, committed 1152K, reserved 1048576K
        """;
    String status =
        """
        Name:	java
        VmRSS:	 1561744 kB
        RssAnon:	 523364 kB
        RssFile:	   38380 kB
        RssShmem:	       4 kB
        """;

    assertThat(Resident.of(heap, ResidentPages.parse(status)))
        .isEqualTo(new Resident(5_649L << 10, (523_364L - 264_192) << 10, 38_384L << 10));
  }

  private List<String> titles(Effort effort) {
    return scale.cases(effort).stream().map(Case::title).toList();
  }

  private void rate(String caseTitle, double perSecond) {
    results.add(caseTitle, Peer.TIDEMARK, Map.of(ScaleExperiment.MATERIALIZED, perSecond));
  }

  private Target.Verdict verdict(String caseTitle) {
    Target target =
        scale.targets().stream()
            .filter(
                each ->
                    each.one().caseTitle().equals(caseTitle)
                        && each.one().measure().equals(ScaleExperiment.MATERIALIZED))
            .findFirst()
            .orElseThrow();
    return target.judge(results).verdict();
  }
}
