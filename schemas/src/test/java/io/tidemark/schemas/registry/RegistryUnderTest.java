package io.tidemark.schemas.registry;

import io.tidemark.broker.EmbeddedKafka;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An embedded registry with a broker of its own for one test class, or the one whose address stands
 * in the system property {@code tidemark.registry.url}.
 */
final class RegistryUnderTest implements BeforeAllCallback, AfterAllCallback {
  private Path directory;
  private EmbeddedKafka kafka;
  private EmbeddedRegistry embedded;
  private URI uri;

  URI uri() {
    return uri;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    String other = System.getProperty("tidemark.registry.url", "");
    if (!other.isEmpty()) {
      uri = URI.create(other);
      return;
    }
    directory = Files.createTempDirectory("registry");
    kafka = EmbeddedKafka.start(directory);
    embedded = start(kafka);
    uri = embedded.uri();
  }

  static EmbeddedRegistry start(EmbeddedKafka kafka) {
    return EmbeddedRegistry.start(
        new EmbeddedRegistry.Config(kafka.bootstrapServers(), "127.0.0.1", 0, (short) 1));
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    try (EmbeddedKafka closedSecond = kafka;
        EmbeddedRegistry closedFirst = embedded) {
      // Both end here, also when one of them fails to.
    }
    if (directory != null) {
      try (Stream<Path> files = Files.walk(directory)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.delete(file);
        }
      }
    }
  }
}
