package io.tidemark.bench.peers;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.run.ChildProcess;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A handler that gives the same reply each time, as long as Tidemark's for a row. */
final class ConstantReads {
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

  private ConstantReads() {}

  static Trial prepare(Workplace place, long keys, ReadPace pace) throws Exception {
    Path reply = Files.writeString(place.directory().resolve("reply"), BODY);
    List<String> options = new ArrayList<>(HEAP);
    options.addAll(place.jvmOptions());
    return ReadsTrial.prepare(
        ChildProcess.start(
            ChildProcess.java(options, ConstantServer.class, List.of(reply.toString(), TOKEN)),
            place.directory().resolve("constant.out")),
        process ->
            new HttpReads(
                place.directory(),
                URI.create(process.await(ADDRESS, START).group(1)),
                Map.of(ReadKind.POINT, TidemarkReads.eventualPoint()),
                ConstantReads::requireConstant,
                keys,
                pace));
  }

  private static void requireConstant(KeyedRequest.Answer answer) {
    if (answer.status() != 200 || !answer.body().equals(BODY)) {
      throw new IllegalStateException(
          "not the constant but %d: %s".formatted(answer.status(), answer.body()));
    }
  }
}
