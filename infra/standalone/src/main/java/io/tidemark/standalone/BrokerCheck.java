package io.tidemark.standalone;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.server.ReadinessCheck;
import org.jspecify.annotations.Nullable;

/** Tells why the broker gave up, which its clients cannot know: to them it only stops answering. */
record BrokerCheck(EmbeddedKafka kafka) implements ReadinessCheck {
  @Override
  public String part() {
    return "broker-process";
  }

  @Override
  public @Nullable String reason() {
    String fault = kafka.fault();
    return fault == null
        ? null
        : "the broker gave up ("
            + fault
            + "); appends fail and reads go on: make room, then restart";
  }
}
