package io.tidemark.standalone.cli;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.appender.RollingFileAppender;
import org.apache.logging.log4j.core.appender.rolling.DefaultRolloverStrategy;
import org.apache.logging.log4j.core.appender.rolling.SizeBasedTriggeringPolicy;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.filter.ThresholdFilter;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * What a server logs where: on the console only what the owner of the process should act on,
 * everything else in a file of limited size.
 *
 * <p>Set up by code, since a configuration file takes a quarter of a second of each start: Log4j
 * looks for parsers of four formats, loads the one for XML, and finds each element by reflection.
 */
final class ServerLog extends AbstractConfiguration {
  private static final String LINE = "%d{ISO8601} %-5p [%t] %c - %m%n";
  private static final String CONSOLE_LINE = "%d{HH:mm:ss} %p %m%n";
  private static final String FILE_SIZE = "10 MB";
  private static final String OLD_FILES = "5";

  private final Path directory;

  private ServerLog(Path directory) {
    super(null, ConfigurationSource.NULL_SOURCE);
    this.directory = directory;
    // What is said while the process ends is to be seen, too.
    isShutdownHookEnabled = false;
  }

  /**
   * Has this process log there. To be called before anything has been logged: that decides for the
   * whole life of the process.
   *
   * @param directory is made if it is not there
   */
  static void open(Path directory) {
    Configurator.initialize(new ServerLog(directory));
  }

  @Override
  protected void doConfigure() {
    setName("tidemark server");
    Appender file = file();
    addAppender(file);
    getRootLogger().addAppender(file, null, null);
    getRootLogger().setLevel(Level.INFO);

    Appender console = console();
    addAppender(console);
    logger("io.tidemark", Level.INFO).addAppender(console, null, null);
    // Every start tells all of its settings, thousands of lines of them.
    logger("org.apache.kafka", Level.WARN);
    logger("org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils", Level.ERROR);
    logger("kafka", Level.WARN);
    logger("state.change.logger", Level.WARN);
    logger("org.apache.flink", Level.WARN);
    logger("org.apache.flink.connector.kafka", Level.ERROR);
    logger("org.apache.flink.runtime.executiongraph", Level.INFO);
    logger("org.apache.pekko", Level.WARN);
    logger("net.openhft", Level.WARN);
  }

  private LoggerConfig logger(String name, Level level) {
    LoggerConfig logger = new LoggerConfig(name, level, true);
    addLogger(name, logger);
    return logger;
  }

  private Appender file() {
    RollingFileAppender file =
        RollingFileAppender.newBuilder()
            .setConfiguration(this)
            .setName("file")
            .setLayout(layout(LINE, true))
            .withFileName(directory.resolve("tidemark.log").toString())
            .withFilePattern(directory.resolve("tidemark.%i.log").toString())
            .withCreateOnDemand(true)
            .withPolicy(SizeBasedTriggeringPolicy.createPolicy(FILE_SIZE))
            .withStrategy(
                DefaultRolloverStrategy.newBuilder().withConfig(this).withMax(OLD_FILES).build())
            .build();
    file.start();
    return file;
  }

  private Appender console() {
    ConsoleAppender console =
        ConsoleAppender.newBuilder()
            .setConfiguration(this)
            .setName("console")
            .setTarget(ConsoleAppender.Target.SYSTEM_ERR)
            .setLayout(layout(CONSOLE_LINE, false))
            .setFilter(
                ThresholdFilter.createFilter(Level.WARN, Filter.Result.NEUTRAL, Filter.Result.DENY))
            .build();
    console.start();
    return console;
  }

  private PatternLayout layout(String line, boolean traces) {
    return PatternLayout.newBuilder()
        .withConfiguration(this)
        .withPattern(line)
        .withAlwaysWriteExceptions(traces)
        .build();
  }
}
