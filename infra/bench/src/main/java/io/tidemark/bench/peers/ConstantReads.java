package io.tidemark.bench.peers;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.run.ChildProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A handler that gives the same reply each time, as long as Tidemark's for a row. */
final class ConstantReads implements Trial {
  /** As long as the token of a read of a view with four partitions and shards. */
  static final String TOKEN = "w".repeat(152);

  static final String BODY =
      """
      {"view":"%s","key":{"id":"%s"},"row":%s,"read":{"level":"eventual","token":"%s",\
      "stalenessMs":50,"exact":false,"viewVersion":1,"building":false}}"""
          .formatted(NewestView.NAME, KeyedRequest.key(0), Readings.row(0), TOKEN);

  static final String UP = "constant: up: HTTP ";

  private static final Pattern ADDRESS = Pattern.compile(UP + "(http://\\S+)");
  private static final Duration START = Duration.ofSeconds(60);

  /** As the standalone server has it. */
  private static final List<String> HEAP = List.of("-Xms256m", "-Xmx1536m");

  private final ChildProcess process;
  private final HttpReads reads;

  private ConstantReads(ChildProcess process, HttpReads reads) {
    this.process = process;
    this.reads = reads;
  }

  static ConstantReads prepare(Workplace place, long keys, ReadPace pace)
      throws IOException, InterruptedException {
    Path reply = Files.writeString(place.directory().resolve("reply"), BODY);
    List<String> options = new ArrayList<>(HEAP);
    options.addAll(place.jvmOptions());
    ChildProcess process =
        ChildProcess.start(
            ChildProcess.java(options, ConstantServer.class, List.of(reply.toString(), TOKEN)),
            place.directory().resolve("constant.out"));
    try {
      URI server = URI.create(process.await(ADDRESS, START).group(1));
      HttpReads reads =
          new HttpReads(
              place.directory(),
              server,
              Map.of(ReadKind.POINT, TidemarkReads.eventualPoint()),
              ConstantReads::requireConstant,
              keys,
              pace);
      reads.warmUp();
      return new ConstantReads(process, reads);
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  private static void requireConstant(KeyedRequest.Answer answer) {
    if (answer.status() != 200 || !answer.body().equals(BODY)) {
      throw new IllegalStateException(
          "not the constant but %d: %s".formatted(answer.status(), answer.body()));
    }
  }

  @Override
  public Map<Measure, Double> measure() throws IOException, InterruptedException {
    return reads.measure();
  }

  @Override
  public void close() {
    process.close();
  }
}
