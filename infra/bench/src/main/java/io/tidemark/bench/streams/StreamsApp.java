package io.tidemark.bench.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

/**
 * A Kafka Streams application with interactive queries, in a process of its own. Whatever is not
 * set here is as Kafka Streams has it by default.
 */
final class StreamsApp implements StreamsHttp.Work {
  /** When Streams commits unless told otherwise, at least once and exactly once. */
  private static final Duration COMMIT = Duration.ofSeconds(30);

  private static final Duration COMMIT_EXACTLY_ONCE = Duration.ofMillis(100);

  private final LongAdder processed = new LongAdder();
  private final AtomicBoolean started = new AtomicBoolean();
  private final KafkaStreams streams;
  private final LocalStores stores;

  /**
   * What to run.
   *
   * @param directory for local state
   * @param partitions of the logs, and so of the store
   * @param startNow whether to begin the work at once, not only when asked to
   */
  record Config(
      WorkTopology work,
      String bootstrapServers,
      Path directory,
      int partitions,
      boolean exactlyOnce,
      boolean startNow) {}

  private StreamsApp(Config config) {
    StreamsBuilder builder = new StreamsBuilder();
    config.work().build(builder, processed);
    streams = new KafkaStreams(builder.build(), properties(config));
    stores = new LocalStores(streams, config.partitions());
  }

  private static Properties properties(Config config) {
    Properties properties = new Properties();
    String application = StreamsProcess.Config.application(config.work());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, config.directory().toString());
    properties.put(
        StreamsConfig.NUM_STREAM_THREADS_CONFIG, Runtime.getRuntime().availableProcessors());
    // A static member: one that was killed and comes back need not wait until the group has given
    // it up, which by default takes 45 s.
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), application);
    Duration byDefault = config.exactlyOnce() ? COMMIT_EXACTLY_ONCE : COMMIT;
    properties.put(
        StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
        config.work().commitInterval(byDefault).toMillis());
    if (config.exactlyOnce()) {
      properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    }
    return properties;
  }

  /** Work, brokers, directory, partitions, whether exactly once, whether to start now. */
  public static void main(String[] args) throws InterruptedException {
    Config config =
        new Config(
            WorkTopology.valueOf(args[0]),
            args[1],
            Path.of(args[2]),
            Integer.parseInt(args[3]),
            Boolean.parseBoolean(args[4]),
            Boolean.parseBoolean(args[5]));
    StreamsApp app = new StreamsApp(config);
    StreamsHttp http = StreamsHttp.serve(app);
    Runtime.getRuntime().addShutdownHook(new Thread(app.streams::close));
    if (config.startNow()) {
      app.start();
    }
    System.out.println(StreamsProcess.UP + http.uri());
    // Until it is killed or told to end.
    new CountDownLatch(1).await();
  }

  @Override
  public void start() {
    if (started.compareAndSet(false, true)) {
      streams.start();
    }
  }

  @Override
  public String state() {
    return streams.state().name();
  }

  @Override
  public long processed() {
    return processed.sum();
  }

  @Override
  public LocalStores stores() {
    return stores;
  }
}
