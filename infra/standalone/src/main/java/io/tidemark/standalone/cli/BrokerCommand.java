package io.tidemark.standalone.cli;

import io.tidemark.standalone.BrokerPart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a broker and a schema registry until they are told to stop. */
@Command(name = "broker", description = "Run only a broker and a schema registry, in this process.")
final class BrokerCommand implements Callable<Integer> {
  @Mixin private PartOptions process;
  @Mixin private HostOption listen;
  @Mixin private BrokerPortOptions ports;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  BrokerCommand() {}

  @Override
  public Integer call() throws Exception {
    return process.run(
        () ->
            BrokerPart.start(
                process.data.resolve("kafka"), listen.host, ports.kafka, ports.registry),
        part -> "Kafka " + part.bootstrapServers() + ", schema registry " + part.registry());
  }
}
