package io.tidemark.bench.peers;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is measured. To add one, add a constant, and to the experiments what is to be done with it.
 */
enum Peer {
  TIDEMARK("Tidemark", "its standalone server: broker, Flink and node in one process", null),
  TIDEMARK_NODE(
      "Tidemark, node alone",
      "a node in a process of its own, of the views of a standalone server that runs beside; heap"
          + " 512 MiB",
      null),
  STREAMS(
      "Kafka Streams",
      "at least once; one process, one thread a core, a static member of its group, RocksDB and all"
          + " else with its defaults, heap 512 MiB; its broker is the one in Tidemark's standalone server, which does nothing"
          + " else meanwhile",
      null),
  STREAMS_EOS(
      "Kafka Streams, exactly once", "the same with processing.guarantee=exactly_once_v2", null),
  REDIS("Redis", "one process, nothing saved to disk", Program.REDIS_SERVER),
  ETCD("etcd", "one member", Program.ETCD),
  BARE_VERTX("bare Vert.x", "a handler that answers with a constant: the framework's limit", null);

  private final String title;
  private final String settings;
  private final @Nullable Program program;

  Peer(String title, String settings, @Nullable Program program) {
    this.title = title;
    this.settings = settings;
    this.program = program;
  }

  String title() {
    return title;
  }

  /** How it is set up, in a few words for the reader of the table. */
  String settings() {
    return settings;
  }

  /** What must be installed for it. */
  Optional<Program> program() {
    return Optional.ofNullable(program);
  }
}
