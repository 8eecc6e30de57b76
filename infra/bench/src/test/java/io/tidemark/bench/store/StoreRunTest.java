package io.tidemark.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.run.Build;
import io.tidemark.bench.run.Conditions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every subject and operation once, with next to no rows: that it works, not how quick it is. */
class StoreRunTest {
  private static final DataSet DATA = new DataSet(2_000, 100);
  private static final Effort IN_THIS_PROCESS = new Effort(0, 0, 1, Duration.ofMillis(30));

  @TempDir Path directory;

  @Test
  void everythingIsMeasured() throws Exception {
    StringWriter said = new StringWriter();
    Set<Operation> all = EnumSet.allOf(Operation.class);

    Results results = run(List.of(Subject.values()), all, IN_THIS_PROCESS, said);

    assertThat(results.failures()).as(said.toString()).isEmpty();
    for (Subject subject : Subject.values()) {
      for (Measure measure : Measure.values()) {
        boolean tells = measure != Measure.INDEX_BYTES || subject != Subject.CHRONICLE_MAP;
        assertThat(results.figure(DATA, subject, measure).isPresent())
            .as("%s of %s", measure, subject)
            .isEqualTo(subject.offers(measure.operation()) && tells);
      }
    }
    try (var left = Files.list(directory)) {
      assertThat(left).allMatch(path -> path.toString().endsWith(".log"));
    }
  }

  @Test
  void processesOfTheirOwnMeasureTheSame() throws Exception {
    StringWriter said = new StringWriter();
    Set<Operation> one = EnumSet.of(Operation.LOAD, Operation.GET_MEAN);
    Effort aProcess = new Effort(1, 0, 1, Duration.ofMillis(30));

    Results results = run(List.of(Subject.BASE), one, aProcess, said);

    assertThat(results.failures()).as(said.toString()).isEmpty();
    assertThat(results.figure(DATA, Subject.BASE, Measure.INSERT_RATE)).isPresent();
    assertThat(results.figure(DATA, Subject.BASE, Measure.GET_MEAN)).isPresent();
  }

  @Test
  void whatFailsIsNotedAndTheRestGoesOn() throws Exception {
    StringWriter said = new StringWriter();
    // In the way of the first subject's directory.
    Files.createFile(directory.resolve("%s-%d-%d".formatted(Subject.LMDB, DATA.keys(), 100)));

    Results results =
        run(
            List.of(Subject.LMDB, Subject.CHRONICLE_MAP),
            EnumSet.of(Operation.LOAD, Operation.GET),
            IN_THIS_PROCESS,
            said);

    assertThat(results.failures()).hasSize(1);
    assertThat(results.failed(DATA, Subject.LMDB, Operation.GET)).isTrue();
    assertThat(results.figure(DATA, Subject.CHRONICLE_MAP, Measure.GET_P50)).isPresent();
  }

  private Results run(
      List<Subject> subjects, Set<Operation> operations, Effort effort, StringWriter said)
      throws Exception {
    return new StoreRun(
            subjects,
            operations,
            effort,
            new Build().jvmFlags(),
            directory,
            Conditions.memoryBytes(),
            new PrintWriter(said))
        .measure(List.of(DATA));
  }
}
