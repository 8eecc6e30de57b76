package io.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The registry client must not bring its libraries to those who depend on this jar. */
class PackagedJarIT {

  @Test
  void every_class_in_the_jar_is_in_a_package_of_ours() throws IOException, URISyntaxException {
    Path jar =
        Path.of(SchemaRegistry.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assumeThat(Files.isRegularFile(jar)).as("run from the packaged jar").isTrue();
    try (JarFile file = new JarFile(jar.toFile())) {
      List<String> classes =
          file.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith(".class") || name.endsWith(".so"))
              .toList();
      assertThat(classes).allMatch(name -> name.startsWith("io/tidemark/schemas/"));
      assertThat(classes).anyMatch(name -> name.endsWith("/CachedSchemaRegistryClient.class"));
      assertThat(file.stream().map(ZipEntry::getName))
          .filteredOn(name -> name.startsWith("META-INF/services/") && !name.endsWith("/"))
          .allMatch(name -> name.startsWith("META-INF/services/io.tidemark.schemas."));
    }
  }
}
