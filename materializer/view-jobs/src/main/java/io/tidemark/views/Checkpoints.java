package io.tidemark.views;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of one view version on disk: {@code <root>/<view>-v<version>/g<generation>/<job>/
 * chk-<number>}. One is complete when its metadata file is there, which Flink writes last.
 *
 * <p>Those of one generation may share files, which lie beside them; none needs a file of another
 * generation, since a job does not claim the checkpoint that it is restored from and begins with a
 * whole one of its own. Until that is complete the other stays.
 */
final class Checkpoints {
  private static final Pattern GENERATION = Pattern.compile("g(\\d+)");
  private static final Pattern CHECKPOINT = Pattern.compile("chk-(\\d+)");
  private static final String METADATA = "_metadata";

  private record Found(long generation, long number, Path path) {}

  private final Path directory;

  Checkpoints(Path root, String view, int version) {
    this.directory = root.resolve(view + "-v" + version);
  }

  /**
   * Makes sure that checkpoints can be kept and found. Where their disk is away there would seem to
   * be none, and the view would be computed from the beginning.
   *
   * @throws UncheckedIOException when there can be no directory; worth another try
   */
  void open() {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("no checkpoints can be kept in " + directory + ": " + e, e);
    }
  }

  /** Where the jobs of that generation put theirs. */
  Path directory(long generation) {
    return directory.resolve("g" + generation);
  }

  /** The directories of the complete ones, the newest first. */
  List<Path> complete() {
    List<Found> found = new ArrayList<>();
    for (Path generation : children(directory)) {
      number(GENERATION, generation)
          .ifPresent(
              g -> {
                for (Path job : children(generation)) {
                  for (Path checkpoint : children(job)) {
                    number(CHECKPOINT, checkpoint)
                        .filter(n -> Files.exists(checkpoint.resolve(METADATA)))
                        .ifPresent(n -> found.add(new Found(g, n, checkpoint)));
                  }
                }
              });
    }
    found.sort(
        Comparator.comparingLong(Found::generation).thenComparingLong(Found::number).reversed());
    return found.stream().map(Found::path).toList();
  }

  /** Whether that generation has a complete one of its own. */
  boolean hasOneOf(long generation) {
    return complete().stream().anyMatch(path -> path.startsWith(directory(generation)));
  }

  /**
   * Deletes what no job will be restored from any more, now that the one of that generation runs.
   *
   * @param restored what it was restored from, whose files stay, since they may be shared by
   *     several; empty when it needs none of an earlier generation
   */
  void prune(long generation, Optional<Path> restored) {
    for (Path each : children(directory)) {
      if (number(GENERATION, each).filter(g -> g < generation).isEmpty()) {
        continue;
      }
      if (restored.filter(path -> path.startsWith(each)).isEmpty()) {
        delete(each);
        continue;
      }
      for (Path job : children(each)) {
        for (Path checkpoint : children(job)) {
          boolean other = number(CHECKPOINT, checkpoint).isPresent();
          if (other && !checkpoint.equals(restored.get())) {
            delete(checkpoint);
          }
        }
      }
    }
  }

  /** Deletes everything. */
  void delete() {
    delete(directory);
  }

  private static Optional<Long> number(Pattern pattern, Path path) {
    Matcher matcher = pattern.matcher(path.getFileName().toString());
    return matcher.matches() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
  }

  /**
   * None where there is no such directory, or no longer: the job deletes its old ones meanwhile.
   */
  private static List<Path> children(Path path) {
    try (Stream<Path> children = Files.list(path)) {
      return children.toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
