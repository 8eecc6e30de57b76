package io.tidemark.store;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A shard's directory: whose it is, in which format, that nobody else has it open, and whether the
 * machine went down under it.
 *
 * <pre>
 * lock      locked as long as a store is open
 * shard     identity and format version
 * session   the machine's boot while a store is open, or was killed; "closed" after a clean close
 * log/      segments of the log
 * index/    the ordered index
 * </pre>
 */
final class StoreDirectory implements AutoCloseable {
  /** Raise it when a store of today could not read what a later one writes. */
  static final int FORMAT_VERSION = 1;

  private static final String LOCK_FILE = "lock";
  private static final String SHARD_FILE = "shard";
  private static final String SESSION_FILE = "session";
  private static final String TEMPORARY_SUFFIX = ".new";
  private static final String IDENTITY = "identity";
  private static final String FORMAT = "format";
  private static final String CLOSED = "closed";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /**
   * The directories that are open in this process. State of the class, because the lock that it
   * stands beside is one of the process: closing a second channel on the lock file, as a refused
   * attempt would, gives up the lock of the first.
   */
  private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

  /** How the session before this one ended, and so what its files are worth. */
  enum LastSession {
    /** Everything had been forced to disk; also when there was none. */
    CLOSED,
    /** All that was written is there, but not all of it on disk, and the end may be torn. */
    KILLED,
    /** The machine went down: any page may be older than any other. */
    LOST_WITH_MACHINE
  }

  private final Path root;
  private final Path realRoot;
  private final FileChannel lock;
  private final FileStore disk;
  private final LastSession lastSessionEnd;
  private final String boot;

  private StoreDirectory(Path root, Path realRoot, FileChannel lock, String identity)
      throws IOException {
    this.root = root;
    this.realRoot = realRoot;
    this.lock = lock;
    this.disk = Files.getFileStore(realRoot);
    claim(identity);
    this.boot = bootId();
    this.lastSessionEnd = readLastSession();
  }

  static StoreDirectory open(Path root, String identity) throws IOException {
    Files.createDirectories(root);
    Path realRoot = root.toRealPath();
    if (!OPEN_HERE.add(realRoot)) {
      throw locked(root);
    }
    try {
      return lockAndOpen(root, realRoot, identity);
    } catch (Throwable e) {
      OPEN_HERE.remove(realRoot);
      throw e;
    }
  }

  private static StoreDirectory lockAndOpen(Path root, Path realRoot, String identity)
      throws IOException {
    FileChannel lock =
        FileChannel.open(
            root.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw locked(root);
      }
      return new StoreDirectory(root, realRoot, lock, identity);
    } catch (Throwable e) {
      lock.close();
      throw e;
    }
  }

  private static StoreException locked(Path root) {
    return new StoreException(
        StoreException.Kind.LOCKED,
        "The shard directory "
            + root
            + " is in use by a live store. Close that one, or choose another directory");
  }

  private void claim(String identity) throws IOException {
    Properties shard = new Properties();
    try (Reader in = Files.newBufferedReader(root.resolve(SHARD_FILE))) {
      shard.load(in);
    } catch (NoSuchFileException absent) {
      refuseForeignFiles();
      shard.setProperty(IDENTITY, identity);
      shard.setProperty(FORMAT, Integer.toString(FORMAT_VERSION));
      StringWriter text = new StringWriter();
      shard.store(text, null);
      writeShardFile(text.toString());
      return;
    } catch (IllegalArgumentException malformed) {
      throw notAShard("its file '" + SHARD_FILE + "' is malformed", malformed);
    }
    checkFormat(shard.getProperty(FORMAT, ""));
    if (!identity.equals(shard.getProperty(IDENTITY))) {
      throw new StoreException(
          StoreException.Kind.WRONG_IDENTITY,
          "The directory "
              + root
              + " holds shard '"
              + shard.getProperty(IDENTITY)
              + "', not '"
              + identity
              + "'. Choose another directory, or delete this one");
    }
  }

  private void checkFormat(String format) {
    int version;
    try {
      version = Integer.parseInt(format);
    } catch (NumberFormatException e) {
      throw notAShard("its format version is '" + format + "'", e);
    }
    if (version > FORMAT_VERSION) {
      throw new StoreException(
          StoreException.Kind.WRONG_FORMAT,
          "The directory "
              + root
              + " has format "
              + version
              + ", this version reads up to "
              + FORMAT_VERSION
              + ". Upgrade, or delete the directory and load the shard again");
    }
  }

  private void refuseForeignFiles() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      List<String> foreign =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals(LOCK_FILE) && !name.endsWith(TEMPORARY_SUFFIX))
              .sorted()
              .toList();
      if (!foreign.isEmpty()) {
        throw notAShard("it has other files in it: " + foreign, null);
      }
    }
  }

  private StoreException notAShard(String why, @Nullable Throwable cause) {
    return new StoreException(
        StoreException.Kind.WRONG_IDENTITY,
        "The directory " + root + " is no shard store: " + why + ". Choose another directory",
        cause);
  }

  private LastSession readLastSession() throws IOException {
    String session;
    try {
      session = Files.readString(root.resolve(SESSION_FILE)).strip();
    } catch (NoSuchFileException absent) {
      return Files.exists(log()) ? LastSession.LOST_WITH_MACHINE : LastSession.CLOSED;
    }
    if (session.equals(CLOSED)) {
      return LastSession.CLOSED;
    }
    return session.equals(boot) ? LastSession.KILLED : LastSession.LOST_WITH_MACHINE;
  }

  /**
   * Changes at each start of the machine. Where there is none, the machine is taken to have stayed
   * up.
   */
  private static String bootId() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  private void write(Path file, String text) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      out.force(true);
    }
  }

  /** Written once, as a whole or not at all. */
  private void writeShardFile(String text) throws IOException {
    Path temporary = root.resolve(SHARD_FILE + TEMPORARY_SUFFIX);
    write(temporary, text);
    Files.move(temporary, root.resolve(SHARD_FILE), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(root, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  LastSession lastSessionEnd() {
    return lastSessionEnd;
  }

  Path log() {
    return root.resolve("log");
  }

  Path index() {
    return root.resolve("index");
  }

  /** Removes the index. */
  void dropIndex() throws IOException {
    if (!Files.exists(index())) {
      return;
    }
    try (Stream<Path> files = Files.walk(index())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * @throws StoreException NO_SPACE when less than the reserve is free
   */
  void checkSpace(long reserveBytes) {
    try {
      long usable = disk.getUsableSpace();
      if (usable < reserveBytes) {
        throw new StoreException(
            StoreException.Kind.NO_SPACE,
            "Only "
                + usable
                + " bytes are free below "
                + root
                + ", the reserve is "
                + reserveBytes
                + ". Free some space; reads go on meanwhile");
      }
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot ask how much space is free below " + root, e);
    }
  }

  /**
   * To be called when the index stands at the end of the log. Until then the last session's word
   * holds.
   */
  void markOpen() throws IOException {
    write(root.resolve(SESSION_FILE), boot);
  }

  /** To be called when everything has been forced to disk. */
  void markClosed() throws IOException {
    write(root.resolve(SESSION_FILE), CLOSED);
  }

  @Override
  public void close() throws IOException {
    try {
      lock.close();
    } finally {
      OPEN_HERE.remove(realRoot);
    }
  }
}
