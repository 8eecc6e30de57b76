package io.tidemark.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The time of day of a process that uses a log store is set back by an hour, which its clients of
 * Kafka would wait through.
 */
// Long, since a broker alone may take a minute to start beside other tests; it only ends a hang.
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
class ClockSetBackIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path directory;

  private ClockShift clock;
  private @Nullable Served broker;
  private @Nullable Process process;
  private @Nullable BufferedReader answers;
  private @Nullable Writer commands;

  @BeforeEach
  void start() throws Exception {
    clock = new ClockShift(directory.resolve("clock"));
    assumeTrue(clock.isPossible(), ClockShift.MISSING);
    List<Integer> ports = Installation.freePorts(2);
    broker =
        new Served(
            new ChildProcess(
                "broker",
                Installation.in(Path.of("../.."))
                    .tidemark(
                        List.of("-Xmx256m"),
                        List.of(
                            "broker",
                            "--data",
                            directory.resolve("broker").toString(),
                            "--kafka-port",
                            Integer.toString(ports.get(0)),
                            "--registry-port",
                            Integer.toString(ports.get(1)))),
                Map.of(),
                directory.resolve("broker.out")),
            ports.get(1));
    broker.start();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            SetBackProcess.class.getName(),
            Installation.HOST + ":" + ports.get(0),
            "http://" + Installation.HOST + ":" + ports.get(1));
    builder.environment().putAll(clock.environment());
    process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  @AfterEach
  void stop() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
    if (broker != null) {
      broker.process().close();
    }
  }

  @Test
  void clientsThatHaveToConnectAgainDo() throws Exception {
    awaitWorks();
    broker.process().kill();
    say("ask");
    setBack();
    broker.start();
    awaitWorks();
    setBack();
    awaitWorks();
  }

  @Test
  void callsThatAreUnderWayEnd() throws Exception {
    awaitWorks();
    broker.process().pause();
    say("ask");
    setBack();
    assertThat(say("outcomes").split(", ")).hasSize(4).containsOnly("LOG_UNAVAILABLE");
    broker.process().resume();
    awaitWorks();
  }

  /** Clients that wait through the hour by which the clock was set back would not. */
  private void awaitWorks() throws Exception {
    assertThat(Moments.await(PATIENCE, () -> say("use").equals("works"))).isTrue();
  }

  /** Has the process do that, and returns its answer. */
  private String say(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String answer = answers.readLine();
    // What it logs comes between.
    while (answer != null && !answer.startsWith(command + ": ")) {
      System.out.println("ClockSetBackIT: " + answer);
      answer = answers.readLine();
    }
    assertThat(answer).as("the process has ended").isNotNull();
    System.out.println("ClockSetBackIT: " + answer);
    return answer.substring(command.length() + 2);
  }

  /** Returns when the process has the earlier time. */
  private void setBack() throws Exception {
    long before = Long.parseLong(say("time"));
    clock.setBack();
    while (Long.parseLong(say("time")) >= before) {
      Moments.pass(Duration.ofMillis(50));
    }
  }
}
