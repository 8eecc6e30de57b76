package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedExecutorTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatFailsDoesNotHoldUpTheTasksBehindIt(boolean error) throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    try (KeyedExecutor executor = new KeyedExecutor("test", 1)) {
      executor.execute(
          "view",
          () -> {
            if (error) {
              throw new StackOverflowError();
            }
            throw new IllegalStateException("on purpose");
          });
      executor.execute("view", ran::countDown);
      assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
