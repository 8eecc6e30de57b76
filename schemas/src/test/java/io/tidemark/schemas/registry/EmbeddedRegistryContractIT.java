package io.tidemark.schemas.registry;

import io.tidemark.broker.EmbeddedKafka;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract against the embedded registry, or against the one whose address stands in the system
 * property {@code tidemark.registry.url}.
 */
class EmbeddedRegistryContractIT extends RegistryContract {
  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static EmbeddedRegistry embedded;
  private static URI uri;

  @BeforeAll
  static void start() {
    String other = System.getProperty("tidemark.registry.url", "");
    if (!other.isEmpty()) {
      uri = URI.create(other);
      return;
    }
    kafka = EmbeddedKafka.start(directory);
    embedded =
        EmbeddedRegistry.start(
            new EmbeddedRegistry.Config(kafka.bootstrapServers(), "127.0.0.1", 0, (short) 1));
    uri = embedded.uri();
  }

  @AfterAll
  static void stop() {
    try (EmbeddedKafka closedLast = kafka) {
      if (embedded != null) {
        embedded.close();
      }
    }
  }

  @Override
  URI registry() {
    return uri;
  }
}
