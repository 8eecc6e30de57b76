package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.ErrorCode;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaErrorsTest {
  /** The messages are those of Kafka 4.3. */
  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST, Unable to replicate the partition 3 time(s): The target replication factor of"
        + " 3 cannot be reached because only 1 broker(s) are registered or some brokers have all"
        + " their log directories cordoned.",
    "LOG_UNAVAILABLE, 'Unable to replicate the partition 1 time(s): All brokers are currently"
        + " fenced, or have all their log directories cordoned.'"
  })
  void brokersThatStoodStillForAMomentAreNoFaultOfTheRequest(ErrorCode code, String message) {
    Exception thrown = new InvalidReplicationFactorException(message);
    assertThat(KafkaErrors.translate(thrown, "creating log 'a'").code()).isEqualTo(code);
  }
}
