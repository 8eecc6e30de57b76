package io.tidemark.views;

import io.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.util.SerializedThrowable;
import org.apache.flink.util.StateMigrationException;

/** Reads what made a job fail. */
final class JobFailures {
  private JobFailures() {}

  /** The cause in words, the most telling one of the chain. */
  static String describe(Optional<Throwable> failure) {
    if (failure.isEmpty()) {
      return "";
    }
    List<Throwable> chain = chain(failure.get());
    for (Throwable each : chain) {
      if (each instanceof BadEventException
          || each instanceof ReplacedException
          || each instanceof TidemarkException) {
        return String.valueOf(each.getMessage());
      }
    }
    Throwable deepest = chain.get(chain.size() - 1);
    return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
  }

  /** Whether the job would do better from another checkpoint. */
  static boolean isOfRestore(Throwable failure) {
    for (Throwable each : chain(failure)) {
      String text = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
      if (each instanceof StateMigrationException
          || text.contains("restore")
          || text.contains("streamoperatorstatecontext")
          || text.contains("checkpoint/savepoint")) {
        return true;
      }
    }
    return false;
  }

  /** Whether no checkpoint helps: the view stops at a bad event, or another job has its place. */
  static boolean isFinal(Throwable failure) {
    return chain(failure).stream()
        .anyMatch(each -> each instanceof BadEventException || each instanceof ReplacedException);
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = failure; t != null && chain.size() < 50; t = t.getCause()) {
      chain.add(
          t instanceof SerializedThrowable serialized
              ? serialized.deserializeError(JobFailures.class.getClassLoader())
              : t);
    }
    return chain;
  }
}
