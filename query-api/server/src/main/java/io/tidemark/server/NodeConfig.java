package io.tidemark.server;

import java.nio.file.Path;

/**
 * How to run a node.
 *
 * @param host the address to listen on
 * @param port the port to listen on, 0 for any free one
 * @param dataDirectory where the shards are kept, in {@code shards} below it
 * @param eventLoops threads that serve HTTP, at least 1
 * @param tailers threads that follow changelogs, at least 1
 * @param maxWaits reads that may wait for progress at once; more are refused
 * @param defaultPartitions of a log whose request names none
 * @param changes how changes of views are streamed
 */
public record NodeConfig(
    String host,
    int port,
    Path dataDirectory,
    int eventLoops,
    int tailers,
    int maxWaits,
    int defaultPartitions,
    ChangesConfig changes) {

  /** Checks every value. */
  public NodeConfig {
    require(port >= 0 && port <= 65_535, "port must be from 0 to 65535, is " + port);
    require(eventLoops >= 1, "eventLoops must be at least 1, is " + eventLoops);
    require(tailers >= 1, "tailers must be at least 1, is " + tailers);
    require(maxWaits >= 1, "maxWaits must be at least 1, is " + maxWaits);
    require(
        defaultPartitions >= 1, "defaultPartitions must be at least 1, is " + defaultPartitions);
  }

  /** Listens on 127.0.0.1 and that port, with defaults that suit the machine. */
  public static NodeConfig of(Path dataDirectory, int port) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new NodeConfig(
        "127.0.0.1",
        port,
        dataDirectory,
        Math.max(2, cores),
        Math.min(4, cores),
        20_000,
        8,
        ChangesConfig.DEFAULT);
  }

  /** With another address to listen on. */
  public NodeConfig withHost(String other) {
    return new NodeConfig(
        other, port, dataDirectory, eventLoops, tailers, maxWaits, defaultPartitions, changes);
  }

  /** With another bound of waiting reads. */
  public NodeConfig withMaxWaits(int other) {
    return new NodeConfig(
        host, port, dataDirectory, eventLoops, tailers, other, defaultPartitions, changes);
  }

  /** With streams of changes that run so. */
  public NodeConfig withChanges(ChangesConfig other) {
    return new NodeConfig(
        host, port, dataDirectory, eventLoops, tailers, maxWaits, defaultPartitions, other);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
