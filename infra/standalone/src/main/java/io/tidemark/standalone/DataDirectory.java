package io.tidemark.standalone;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one directory that a standalone server keeps everything in, locked while this object lives.
 *
 * <pre>
 * kafka/                the broker's logs and metadata
 * checkpoints/          the state of the view jobs
 * shards/               what the query node serves from; can be rebuilt from kafka/
 * logs/                 what the process has to say
 * tmp/                  what it needs while it runs; emptied at each start
 * tidemark.properties   format and cluster id
 * tidemark.lock         the process id of the owner
 * </pre>
 *
 * The lock is the operating system's, so that it goes with its process however that ends. Not
 * thread-safe.
 */
public final class DataDirectory implements AutoCloseable {
  /** The layout that this version writes; a directory with a higher number is refused. */
  static final int FORMAT = 2;

  private static final String PROPERTIES = "tidemark.properties";
  private static final String LOCK = "tidemark.lock";
  private static final String FORMAT_KEY = "format";
  private static final String CLUSTER_KEY = "cluster.id";

  private final Path root;
  private final FileChannel lockFile;
  private @Nullable String clusterId;

  private DataDirectory(Path root, FileChannel lockFile, @Nullable String clusterId) {
    this.root = root;
    this.lockFile = lockFile;
    this.clusterId = clusterId;
  }

  /**
   * Takes the directory, which is made when it is missing.
   *
   * @throws TidemarkException {@link ErrorCode#DATA_DIRECTORY} when a live process has it, when it
   *     holds something else, parts of two clusters, or a newer format; nothing was changed then
   */
  public static DataDirectory open(Path directory) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      Files.createDirectories(root);
      requireOurs(root);
      FileChannel lockFile = lock(root);
      try {
        return new DataDirectory(root, lockFile, readIdentity(root));
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw refused(
          "cannot use the data directory %s: %s; choose another with --data", e, root, reason(e));
    }
  }

  /** The directory itself, absolute. */
  public Path root() {
    return root;
  }

  /** Where the broker keeps its logs. */
  public Path kafka() {
    return root.resolve("kafka");
  }

  /** Where the view jobs keep their state. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** Where the query node keeps its shards. */
  public Path shards() {
    return root.resolve("shards");
  }

  /** Where the process writes its log files. */
  public Path logs() {
    return root.resolve("logs");
  }

  /** Where the process has what it needs while it runs. */
  public Path temporary() {
    return root.resolve("tmp");
  }

  /** The cluster that the directory belongs to; {@code null} until it was first used. */
  public @Nullable String clusterId() {
    return clusterId;
  }

  /**
   * Says which cluster runs on the directory.
   *
   * @throws TidemarkException {@link ErrorCode#DATA_DIRECTORY} when it belongs to another
   */
  public void claim(String cluster) {
    if (clusterId != null) {
      requireSame(root, clusterId, cluster);
      return;
    }
    Properties properties = new Properties();
    properties.setProperty(FORMAT_KEY, Integer.toString(FORMAT));
    properties.setProperty(CLUSTER_KEY, cluster);
    try {
      store(root.resolve(PROPERTIES), properties, "Tidemark's data directory: do not edit");
    } catch (IOException e) {
      throw refused("cannot write to the data directory %s: %s", e, root, reason(e));
    }
    clusterId = cluster;
  }

  /** Whether that marker was set; survives everything that the directory survives. */
  public boolean isMarked(String marker) {
    return Files.exists(root.resolve(marker));
  }

  /** Sets the marker, with the reason as its text. */
  public void mark(String marker, String text) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("done", text);
    store(root.resolve(marker), properties, "Written once, when the work was complete");
  }

  /** Gives the directory back. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }

  private static FileChannel lock(Path root) throws IOException {
    Path file = root.resolve(LOCK);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(root, file);
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
      return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse(root, file);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static TidemarkException inUse(Path root, Path file) throws IOException {
    String owner = Files.readString(file).strip();
    return refused(
        "the data directory %s is in use by process %s; stop it, or choose another directory with"
            + " --data",
        null, root, owner.isEmpty() ? "(unknown)" : owner);
  }

  private static void requireOurs(Path root) throws IOException {
    if (Files.exists(root.resolve(PROPERTIES)) || Files.exists(root.resolve(LOCK))) {
      return;
    }
    try (Stream<Path> files = Files.list(root)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      if (!names.isEmpty()) {
        throw refused(
            "the directory %s is not empty and not Tidemark's (it holds %s); choose another with"
                + " --data",
            null, root, String.join(", ", names.subList(0, Math.min(3, names.size()))));
      }
    }
  }

  private static @Nullable String readIdentity(Path root) throws IOException {
    Path file = root.resolve(PROPERTIES);
    if (!Files.exists(file)) {
      return null;
    }
    Properties properties = load(file);
    String format = properties.getProperty(FORMAT_KEY, "");
    String cluster = properties.getProperty(CLUSTER_KEY);
    if (cluster == null || !format.matches("\\d{1,9}")) {
      throw refused("%s is damaged: restore it, or choose another directory", null, file);
    }
    int found = Integer.parseInt(format);
    if (found != FORMAT) {
      throw refused(
          "the data directory %s has format %d, this version of Tidemark reads format %d only: %s",
          null,
          root,
          found,
          FORMAT,
          found > FORMAT
              ? "run a newer version"
              : "run the version that wrote it, or begin with another directory");
    }
    Path kafka = root.resolve("kafka").resolve("meta.properties");
    if (Files.exists(kafka)) {
      requireSame(root, cluster, load(kafka).getProperty("cluster.id", "(none)"));
    }
    return cluster;
  }

  private static void requireSame(Path root, String expected, String found) {
    if (!expected.equals(found)) {
      throw refused(
          "the data directory %s belongs to cluster %s, but its kafka/ to cluster %s: put back the"
              + " kafka/ that belongs to it, or choose another directory with --data",
          null, root, expected, found);
    }
  }

  private static Properties load(Path file) throws IOException {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return properties;
  }

  /** The file is there as a whole or not at all, also when the process or machine dies. */
  private static void store(Path file, Properties properties, String comment) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
            FileChannel.open(
                draft,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        var out = java.nio.channels.Channels.newOutputStream(channel)) {
      properties.store(out, comment);
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private static TidemarkException refused(
      String format, @Nullable Exception cause, Object... arguments) {
    return new TidemarkException(ErrorCode.DATA_DIRECTORY, String.format(format, arguments), cause);
  }
}
