package io.tidemark.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds a directory against every other store, in this process and in others, until it is closed or
 * the process ends.
 */
final class DirectoryLock implements AutoCloseable {
  static final String FILE = "lock";

  /**
   * The directories that are held in this process. State of the class, because the lock that it
   * stands beside is one of the process: closing a second channel on the lock file, as a refused
   * attempt would, gives up the lock of the first.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path realPath;
  private final FileChannel channel;

  private DirectoryLock(Path realPath, FileChannel channel) {
    this.realPath = realPath;
    this.channel = channel;
  }

  /**
   * @throws StoreException LOCKED
   */
  static DirectoryLock take(Path directory) throws IOException {
    Path realPath = directory.toRealPath();
    if (!HELD_HERE.add(realPath)) {
      throw held(directory);
    }
    try {
      return new DirectoryLock(realPath, lockFile(directory));
    } catch (Throwable e) {
      HELD_HERE.remove(realPath);
      throw e;
    }
  }

  private static FileChannel lockFile(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw held(directory);
      }
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  private static StoreException held(Path directory) {
    return new StoreException(
        StoreException.Kind.LOCKED,
        "The shard directory "
            + directory
            + " is in use by a live store. Close that one, or choose another directory");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD_HERE.remove(realPath);
    }
  }
}
