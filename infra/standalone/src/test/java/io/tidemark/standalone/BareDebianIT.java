package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * The demo as it is packaged, in a container that has a JDK 17 and nothing else. Skipped where
 * there is no Docker engine or no image; {@code infra/deploy/debian-image} makes the image.
 */
class BareDebianIT {
  private static final String IMAGE =
      System.getProperty("tidemark.debian.image", "tidemark-debian12-jdk17:local");

  @Test
  void theDemoNeedsAJdkAndNothingElse() {
    assumeThat(DockerClientFactory.instance().isDockerAvailable())
        .as("no Docker engine answers")
        .isTrue();
    assumeThat(imageIsThere()).as("no image %s: run infra/deploy/debian-image", IMAGE).isTrue();
    try (GenericContainer<?> debian = new GenericContainer<>(DockerImageName.parse(IMAGE))) {
      debian
          .withImagePullPolicy(image -> false)
          .withFileSystemBind(
              Path.of("target").toAbsolutePath().toString(), "/tidemark", BindMode.READ_ONLY)
          .withCommand(
              "java",
              "@/tidemark/jvm.args",
              "@/tidemark/server.args",
              "-jar",
              "/tidemark/tidemark-standalone.jar",
              "demo",
              "--data",
              "/tmp/data",
              "--exit")
          .withStartupCheckStrategy(
              new OneShotStartupCheckStrategy().withTimeout(Duration.ofMinutes(4)));
      // Fails with the container's output when the command does not end with 0.
      debian.start();
      assertThat(debian.getLogs())
          .contains("508,239 of 508,239 events")
          .contains("all views reflect all events, by strong reads");
    }
  }

  private static boolean imageIsThere() {
    try {
      DockerClientFactory.instance().client().inspectImageCmd(IMAGE).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }
}
