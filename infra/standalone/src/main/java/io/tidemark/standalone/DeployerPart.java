package io.tidemark.standalone;

import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.views.Deployer;
import io.tidemark.views.RemoteFlinkCluster;
import java.net.URI;
import java.nio.file.Path;

/**
 * The deployer in a process of its own, for views whose jobs run in a Flink cluster of its own.
 * Thread-safe.
 */
public final class DeployerPart implements AutoCloseable {
  private final RunningParts parts = new RunningParts();

  /**
   * Starts it and brings the jobs of all views up; what an earlier deployer has left running in the
   * cluster ends first.
   *
   * @param flink the REST interface of the job manager; its processes need the class path of this
   *     one
   * @param checkpoints a directory that this process and the cluster's see under the same name
   */
  public static DeployerPart start(
      String bootstrapServers, URI registry, URI flink, Path checkpoints) {
    return new DeployerPart(bootstrapServers, registry, flink, checkpoints);
  }

  private DeployerPart(String bootstrapServers, URI registry, URI flink, Path checkpoints) {
    try {
      SchemaRegistry schemas = parts.add("registry client", SchemaRegistry.connect(registry));
      LogStore logs = parts.add("log store", LogStore.connect(bootstrapServers, schemas));
      ViewCatalog catalog = parts.add("view catalog", ViewCatalog.open(logs));
      RemoteFlinkCluster cluster = parts.add("Flink client", RemoteFlinkCluster.connect(flink));
      parts.add(
          "deployer",
          Deployer.start(
              new Deployer.Config(
                  logs,
                  catalog,
                  cluster,
                  () -> SchemaRegistry.connect(registry),
                  checkpoints.toAbsolutePath())));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /** Stops deciding about views. Their jobs go on. */
  @Override
  public void close() {
    parts.close();
  }
}
