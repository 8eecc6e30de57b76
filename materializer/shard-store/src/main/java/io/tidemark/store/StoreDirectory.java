package io.tidemark.store;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A shard's directory: whose it is, in which format, that nobody else has it open, and whether the
 * machine went down under it.
 *
 * <pre>
 * lock      locked as long as a store is open
 * shard     identity and format version
 * session   the machine's boot, with "ended" behind it after a close; "closed" when everything had
 *           been forced to disk at the last close; and the sum of that
 * manifest  which files of the index count, and since when the log has to be read after them
 * log/      segments of the log
 * index/    the point index, and the runs of the ordered index
 * </pre>
 */
final class StoreDirectory implements AutoCloseable {
  /** Raise it when a store of today could not read what a later one writes. */
  static final int FORMAT_VERSION = 3;

  private static final String SHARD_FILE = "shard";
  private static final String SESSION_FILE = "session";
  private static final String MANIFEST_FILE = "manifest";
  private static final String LOG = "log";
  private static final String INDEX = "index";
  private static final String TEMPORARY_SUFFIX = ".new";
  private static final String IDENTITY = "identity";
  private static final String FORMAT = "format";
  private static final String CLOSED = "closed";
  private static final String ENDED = " ended";
  private static final int SUM_DIGITS = 9;
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** How the session before this one ended, and so what its files are worth. */
  enum LastSession {
    /** Everything had been forced to disk by then; also when there was none. */
    CLOSED,
    /** By a close that forced nothing, but the machine has been up ever since: all is there. */
    ENDED,
    /** By a kill, but the machine has been up ever since: only the end may be torn. */
    KILLED,
    /** The machine went down: any page may be older than any other. */
    LOST_WITH_MACHINE
  }

  private final Path root;
  private final DirectoryLock lock;
  private final FileStore disk;
  private final LastSession lastSessionEnd;
  private final String boot;

  private StoreDirectory(Path root, DirectoryLock lock, String identity) throws IOException {
    this.root = root;
    this.lock = lock;
    this.disk = Files.getFileStore(root);
    claim(identity);
    this.boot = bootId();
    this.lastSessionEnd = readLastSession();
  }

  static StoreDirectory open(Path root, String identity) throws IOException {
    Files.createDirectories(root);
    DirectoryLock lock = DirectoryLock.take(root);
    try {
      return new StoreDirectory(root, lock, identity);
    } catch (Throwable e) {
      lock.close();
      throw e;
    }
  }

  /** Deletes a shard's directory, whichever shard's; nothing happens when there is none. */
  static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (DirectoryLock lock = DirectoryLock.take(root)) {
      if (!Files.exists(root.resolve(SHARD_FILE))) {
        refuseForeignFiles(root);
      }
      // The index before the log: a half-deleted directory then opens at some commit, or as
      // corrupt, but never wrong.
      Files.deleteIfExists(root.resolve(MANIFEST_FILE));
      deleteTree(root.resolve(INDEX));
      deleteTree(root.resolve(LOG));
      Files.deleteIfExists(root.resolve(SESSION_FILE));
      Files.deleteIfExists(root.resolve(SHARD_FILE));
      Files.deleteIfExists(root.resolve(DirectoryLock.FILE));
      try {
        Files.delete(root);
      } catch (DirectoryNotEmptyException notOnlyOurs) {
        // What others put there is theirs.
      }
    }
  }

  private void claim(String identity) throws IOException {
    Properties shard = new Properties();
    try (Reader in = Files.newBufferedReader(root.resolve(SHARD_FILE))) {
      shard.load(in);
    } catch (NoSuchFileException absent) {
      refuseForeignFiles(root);
      shard.setProperty(IDENTITY, identity);
      shard.setProperty(FORMAT, Integer.toString(FORMAT_VERSION));
      StringWriter text = new StringWriter();
      shard.store(text, null);
      writeShardFile(text.toString());
      return;
    } catch (IllegalArgumentException | CharacterCodingException malformed) {
      throw notAShard(root, "its file '" + SHARD_FILE + "' is malformed", malformed);
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
      throw notAShard(root, "its format version is '" + format + "'", e);
    }
    if (version > FORMAT_VERSION) {
      throw newer(root, version);
    }
    if (version < FORMAT_VERSION) {
      throw wrongFormat(root, version, "only format " + FORMAT_VERSION + ". Delete");
    }
  }

  /** For a file or directory that a later version of this engine wrote. */
  static StoreException newer(Path file, int format) {
    return wrongFormat(file, format, "up to format " + FORMAT_VERSION + ". Upgrade, or delete");
  }

  /** For a file of another shard. */
  static StoreException foreign(Path file, String owner, String identity, String advice) {
    return new StoreException(
        StoreException.Kind.WRONG_IDENTITY,
        file + " is of shard '" + owner + "', not of '" + identity + "'. " + advice);
  }

  private static StoreException wrongFormat(Path file, int format, String reads) {
    return new StoreException(
        StoreException.Kind.WRONG_FORMAT,
        file
            + " has format "
            + format
            + ", this version reads "
            + reads
            + " the shard's directory and load the shard again");
  }

  private static void refuseForeignFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      List<String> foreign =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals(DirectoryLock.FILE) && !name.endsWith(TEMPORARY_SUFFIX))
              .sorted()
              .toList();
      if (!foreign.isEmpty()) {
        throw notAShard(root, "it has other files in it: " + foreign, null);
      }
    }
  }

  private static StoreException notAShard(Path root, String why, @Nullable Throwable cause) {
    return new StoreException(
        StoreException.Kind.WRONG_IDENTITY,
        "The directory " + root + " is no shard store: " + why + ". Choose another directory",
        cause);
  }

  private LastSession readLastSession() throws IOException {
    Path file = root.resolve(SESSION_FILE);
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException absent) {
      return Files.exists(log()) ? LastSession.LOST_WITH_MACHINE : LastSession.CLOSED;
    }
    if (text.isEmpty()) {
      // Who was ended while writing it has not changed anything yet.
      return LastSession.LOST_WITH_MACHINE;
    }
    // Of a store that lost its machine less is demanded: nothing but its word makes it one.
    String session = text.substring(0, Math.max(0, text.length() - SUM_DIGITS));
    if (!summed(session).equals(text)) {
      throw new StoreException(
          StoreException.Kind.CORRUPT,
          file
              + " is not what was written, so nobody knows what the end of the log must be like."
              + " Delete the shard's directory and load the shard again");
    }
    if (session.equals(CLOSED)) {
      return LastSession.CLOSED;
    }
    if (session.equals(boot + ENDED)) {
      return LastSession.ENDED;
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

  /** What stands in the file of the session. */
  static String summed(String session) {
    CRC32C sum = new CRC32C();
    sum.update(session.getBytes(StandardCharsets.ISO_8859_1));
    return session + " %08x".formatted(sum.getValue());
  }

  private static byte[] sessionFile(String session) {
    return summed(session).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void write(Path file, byte[] bytes, boolean forced) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(bytes));
      if (forced) {
        out.force(true);
      }
    }
  }

  /** Written once, as a whole or not at all. */
  private void writeShardFile(String text) throws IOException {
    replace(SHARD_FILE, text.getBytes(StandardCharsets.UTF_8), true);
  }

  /**
   * Puts a new manifest in the place of the last one.
   *
   * @param forced whether it must be on disk when this returns
   */
  void writeManifest(byte[] manifest, boolean forced) throws IOException {
    replace(MANIFEST_FILE, manifest, forced);
  }

  Path manifest() {
    return root.resolve(MANIFEST_FILE);
  }

  private void replace(String name, byte[] bytes, boolean forced) throws IOException {
    Path temporary = root.resolve(name + TEMPORARY_SUFFIX);
    write(temporary, bytes, forced);
    Files.move(temporary, root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    if (forced) {
      forceNames(root);
    }
  }

  LastSession lastSessionEnd() {
    return lastSessionEnd;
  }

  Path log() {
    return root.resolve(LOG);
  }

  Path index() {
    return root.resolve(INDEX);
  }

  private static void deleteTree(Path top) throws IOException {
    if (!Files.exists(top)) {
      return;
    }
    try (Stream<Path> files = Files.walk(top)) {
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
    if (lastSessionEnd != LastSession.KILLED) {
      write(root.resolve(SESSION_FILE), sessionFile(boot), true);
    }
  }

  /**
   * To be called when nothing will be written any more.
   *
   * @param forced whether every file has been forced to disk
   */
  void markClosed(boolean forced) throws IOException {
    String session = forced ? CLOSED : boot + ENDED;
    replace(SESSION_FILE, sessionFile(session), forced);
  }

  /** Forces the names of files to disk. */
  void sync() throws IOException {
    for (Path directory : List.of(log(), index(), root)) {
      forceNames(directory);
    }
  }

  private static void forceNames(Path directory) throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
