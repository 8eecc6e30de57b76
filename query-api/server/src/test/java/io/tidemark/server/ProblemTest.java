package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeBecomesAProblemWithItsStatusAndAdvice(ErrorCode code) throws Exception {
    Reply reply =
        Problem.reply(new CompletionException(new TidemarkException(code, "what is wrong")));
    JsonNode body = Json.MAPPER.readTree(reply.body());
    assertThat(reply.contentType()).isEqualTo("application/problem+json");
    assertThat(reply.status()).isEqualTo(Problem.status(code)).isBetween(400, 599);
    assertThat(body.path("status").asInt()).isEqualTo(reply.status());
    assertThat(body.path("code").asText()).isEqualTo(code.name());
    assertThat(body.path("detail").asText()).isEqualTo("what is wrong");
    assertThat(body.path("retry").asText()).isEqualTo(code.retry().name().toLowerCase());
  }

  @Test
  void theStatusesAreTheseAndNoOthers() {
    Map<Integer, String> codes =
        Arrays.stream(ErrorCode.values())
            .collect(
                Collectors.groupingBy(
                    Problem::status, Collectors.mapping(ErrorCode::name, Collectors.joining(" "))));
    assertThat(codes)
        .containsOnly(
            Map.entry(
                400,
                "INVALID_REQUEST INVALID_NAME INVALID_KEY UNKNOWN_LEVEL"
                    + " SNAPSHOT_NEEDS_EXACT NO_RETENTION INVALID_TOKEN FOREIGN_TOKEN INVALID_LIMIT INVALID_CURSOR"),
            Map.entry(404, "UNKNOWN_LOG UNKNOWN_SCHEMA UNKNOWN_VIEW"),
            Map.entry(
                409,
                "LOG_EXISTS INCOMPATIBLE_SCHEMA VIEW_EXISTS VIEW_IN_USE TOKEN_AHEAD LOG_RECREATED"),
            Map.entry(410, "CUT_GONE AS_OF_GONE CHANGES_GONE"),
            Map.entry(422, "SCHEMA_MISMATCH INVALID_SCHEMA INVALID_SQL"),
            Map.entry(500, "DATA_DIRECTORY INTERNAL"),
            Map.entry(
                503,
                "REGISTRY_UNAVAILABLE LOG_UNAVAILABLE VIEW_FAILED VIEW_BUILDING NO_COMMON_CUT"
                    + " TOO_SLOW LOG_SHRUNK EPOCH_NOT_CONFIRMED ORDER_NOT_CONFIRMED NODE_UNAVAILABLE OVERLOADED"),
            Map.entry(504, "DEADLINE_EXCEEDED"));
  }

  @Test
  void aDefectSaysNothingOfItsInside() throws Exception {
    JsonNode body = Json.MAPPER.readTree(Problem.reply(new IllegalStateException("secret")).body());
    assertThat(body.path("code").asText()).isEqualTo("INTERNAL");
    assertThat(body.toString()).doesNotContain("secret");
  }
}
