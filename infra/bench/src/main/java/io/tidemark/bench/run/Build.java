package io.tidemark.bench.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** What the build wrote down of itself: flags and versions have one home, the root pom. */
public final class Build {
  private final Properties properties = new Properties();

  /** Reads what the jar carries. */
  public Build() {
    try (InputStream in = Build.class.getResourceAsStream("/bench.properties")) {
      properties.load(Objects.requireNonNull(in, "bench.properties is not on the class path"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the libraries need of the JVM; a process that a measurement starts gets the same. */
  public List<String> jvmFlags() {
    return List.of(get("jvm.flags").split("\\s+"));
  }

  /** The version that the build has pinned. */
  public String version(String library) {
    return get("version." + library);
  }

  private String get(String name) {
    return Objects.requireNonNull(properties.getProperty(name), name);
  }
}
