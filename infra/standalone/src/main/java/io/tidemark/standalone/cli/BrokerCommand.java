package io.tidemark.standalone.cli;

import io.tidemark.standalone.BrokerPart;
import io.tidemark.standalone.StandaloneConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a broker and a schema registry until they are told to stop. */
@Command(name = "broker", description = "Run only a broker and a schema registry, in this process.")
final class BrokerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Directory of this process.")
  private Path data;

  @Option(
      names = "--host",
      defaultValue = StandaloneConfig.DEFAULT_HOST,
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_KAFKA_PORT,
      description = "Port of the broker, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int kafkaPort;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_REGISTRY_PORT,
      description = "Port of the registry, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int registryPort;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  BrokerCommand() {}

  @Override
  public Integer call() throws Exception {
    return PartProcess.run(
        data.resolve("logs"),
        spec.commandLine().getOut(),
        () -> BrokerPart.start(data.resolve("kafka"), host, kafkaPort, registryPort),
        part -> "Kafka " + part.bootstrapServers() + ", schema registry " + part.registry());
  }
}
