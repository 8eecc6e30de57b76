package io.tidemark.standalone;

import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.server.Node;
import io.tidemark.server.NodeConfig;
import java.net.URI;

/** A node in a process of its own: replicas of all shards, and HTTP. Thread-safe. */
public final class NodePart implements AutoCloseable {
  private final RunningParts parts = new RunningParts();
  private final Node node;

  /** Starts it; returns when it takes requests, while its replicas catch up. */
  public static NodePart start(String bootstrapServers, URI registry, NodeConfig config) {
    return new NodePart(bootstrapServers, registry, config);
  }

  private NodePart(String bootstrapServers, URI registry, NodeConfig config) {
    try (Node.Prepared prepared = Node.prepare(config)) {
      SchemaRegistry schemas = parts.add("registry client", SchemaRegistry.connect(registry));
      LogStore logs = parts.add("log store", LogStore.connect(bootstrapServers, schemas));
      ViewCatalog catalog = parts.add("view catalog", ViewCatalog.open(logs));
      node = parts.add("node", prepared.start(logs, catalog));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /** Where HTTP is served. */
  public URI http() {
    return node.uri();
  }

  /** Stops taking requests, then the rest. */
  @Override
  public void close() {
    parts.close();
  }
}
