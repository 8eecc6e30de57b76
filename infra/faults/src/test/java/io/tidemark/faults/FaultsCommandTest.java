package io.tidemark.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FaultsCommandTest {
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return new CommandLine(new FaultsCommand()).setErr(new PrintWriter(err, true)).execute(args);
  }

  @Test
  void aFaultThatNobodyKnowsIsRefusedWithThoseThatThereAre() {
    assertThat(execute("--faults", "kill-tasks,rain")).isEqualTo(2);
    assertThat(err.toString()).contains("'rain'").contains("kill-tasks, pause-tasks");
  }

  @Test
  void aDeploymentThatNobodyKnowsIsRefusedWithThoseThatThereAre() {
    assertThat(execute("--deployment", "cloud")).isEqualTo(2);
    assertThat(err.toString()).contains("'cloud'").contains("standalone and processes");
  }

  @Test
  void faultsAreNamedTheSameEverywhere() {
    for (FaultKind kind : FaultKind.values()) {
      assertThat(FaultKind.parse(kind.text())).isEqualTo(kind);
    }
  }
}
