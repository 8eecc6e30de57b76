package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is away for longer than a transaction waits. */
class BrokerAwayIT {
  private static final Schema TICK =
      SchemaBuilder.record("Tick").fields().requiredInt("n").endRecord();

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(1);

  @TempDir Path directory;

  @Test
  void transactionsFailWhileItIsAwayAndWorkAgainAfterwards() {
    EmbeddedKafka kafka = EmbeddedKafka.start(directory);
    String address = kafka.bootstrapServers();
    try (LogStore logs = LogStore.connect(address, new InMemoryRegistry())) {
      logs.create(new LogSpec("ticks", TICK, 1, 1));
      append(logs, 1);
      assertThat(confirmedEnd(logs, PATIENCE)).isPositive();
      kafka.close();
      Throwable failure = catchThrowable(() -> append(logs, 2));
      assertThat(failure).isInstanceOf(CompletionException.class);
      assertThat(failure.getCause())
          .isInstanceOfSatisfying(
              TidemarkException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_UNAVAILABLE));
      assertThat(catchThrowable(() -> confirmedEnd(logs, SHORT)).getCause())
          .isInstanceOfSatisfying(
              TidemarkException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_UNAVAILABLE));
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      kafka = EmbeddedKafka.start(new EmbeddedKafka.Config(directory, "127.0.0.1", port, Map.of()));
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreException(CompletionException.class)
          .until(() -> append(logs, 3), token -> token.position().offset("ticks", 0) > 0);
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreException(CompletionException.class)
          .until(() -> confirmedEnd(logs, SHORT), end -> end > 2);
    } finally {
      kafka.close();
    }
  }

  private static long confirmedEnd(LogStore logs, Duration timeout) {
    return logs.ends().confirmedEnds(Set.of("ticks"), timeout).join().offset("ticks", 0);
  }

  private static Token append(LogStore logs, int n) {
    GenericRecord value = new GenericRecordBuilder(TICK).set("n", n).build();
    return logs.appender()
        .appendAtomically(
            List.of(new LogEvent("ticks", "a", value), new LogEvent("ticks", "b", value)))
        .join();
  }
}
