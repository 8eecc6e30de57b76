package io.tidemark.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The deployments that a run can be over. */
enum Deployments {
  /** Everything in one process. */
  STANDALONE {
    @Override
    Deployment start(Installation installation, Path directory)
        throws IOException, InterruptedException {
      return StandaloneDeployment.start(installation, directory);
    }
  },
  /** Each part in a process of its own. */
  PROCESSES {
    @Override
    Deployment start(Installation installation, Path directory)
        throws IOException, InterruptedException {
      return ProcessesDeployment.start(installation, directory);
    }
  };

  /** Starts it in that directory; returns when all that listens does. */
  abstract Deployment start(Installation installation, Path directory)
      throws IOException, InterruptedException;

  /** The name on the command line. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Deployments parse(String text) {
    for (Deployments each : values()) {
      if (each.text().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "no deployment is called '" + text + "'; there are standalone and processes");
  }
}
