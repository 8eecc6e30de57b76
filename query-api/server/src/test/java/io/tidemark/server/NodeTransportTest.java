package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NodeTransportTest {
  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void onLinuxConnectionsArePolledByItsOwnMeans() {
    Vertx vertx = Node.vertx(1);
    try {
      assertThat(vertx.isNativeTransportEnabled())
          .as("the native transport: %s", vertx.unavailableNativeTransportCause())
          .isTrue();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
