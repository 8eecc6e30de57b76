package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PortsTest {
  private static final Path DATA = Path.of("data");

  @Test
  void namesThePortThatIsTakenAndTheOptionThatChangesIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> require(port, 0, 0))
          .hasMessageContainingAll("127.0.0.1:" + port, "--http-port");
      assertThatThrownBy(() -> require(0, port, 0))
          .hasMessageContainingAll("127.0.0.1:" + port, "--kafka-port");
      assertThatThrownBy(() -> require(0, 0, port))
          .hasMessageContainingAll("127.0.0.1:" + port, "--registry-port");
    }
  }

  @Test
  void refusesOnePortForTwo() {
    assertThatThrownBy(() -> require(7070, 7070, 0))
        .hasMessageContainingAll("--http-port", "--kafka-port", "7070");
  }

  @Test
  void anyFreePortsAreFine() {
    assertThatCode(() -> require(0, 0, 0)).doesNotThrowAnyException();
  }

  @Test
  void namesAHostThatHasNoAddress() {
    assertThatThrownBy(
            () -> Ports.requireFree(new StandaloneConfig(DATA, "no-such-host.invalid", 0, 0, 0)))
        .hasMessageContainingAll("no-such-host.invalid", "--host");
  }

  private static void require(int http, int kafka, int registry) {
    Ports.requireFree(new StandaloneConfig(DATA, "127.0.0.1", http, kafka, registry));
  }
}
