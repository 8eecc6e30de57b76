package io.tidemark.bench.peers;

import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.log.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server with a full log, whose view of some shards comes with the measurement. */
final class ScaleTrial implements Trial {
  private static final double MILLION = 1e6;
  private static final double MIB = 1 << 20;
  private static final List<ReadKind> KINDS =
      List.of(ReadKind.POINT, ReadKind.BATCH, ReadKind.PREFIX);

  private final ServerProcess server;
  private final Path directory;
  private final int shards;
  private final long keys;
  private final ReadPace pace;

  private ScaleTrial(ServerProcess server, Path directory, int shards, long keys, ReadPace pace) {
    this.server = server;
    this.directory = directory;
    this.shards = shards;
    this.keys = keys;
    this.pace = pace;
  }

  static ScaleTrial prepare(Workplace place, int shards, long keys, ReadPace pace)
      throws IOException, InterruptedException {
    ServerProcess server = ServerProcess.start(place.home(), place.directory(), place.jvmOptions());
    try {
      ReadingsLog.fill(server, keys);
      return new ScaleTrial(server, place.directory(), shards, keys, pace);
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @Override
  public Map<Measure, Double> measure() throws IOException, InterruptedException {
    Resident before = Resident.of(server.process().pid(), directory);
    long beganNs = System.nanoTime();
    Token token = NewestView.create(server, shards);
    long completeNs = System.nanoTime() - beganNs;

    Map<ReadKind, KeyedRequest> requests = new EnumMap<>(ReadKind.class);
    requests.putAll(TidemarkReads.requests(token));
    requests.keySet().retainAll(KINDS);
    HttpReads reads =
        new HttpReads(directory, server.http(), requests, ReadingsLog::requireRows, keys, pace);
    reads.warmUp();
    Map<Measure, Double> figures = new HashMap<>(reads.measure());

    Resident after = Resident.of(server.process().pid(), directory);
    figures.put(ScaleExperiment.MATERIALIZED, keys * 1e9 / completeNs);
    figures.put(ScaleExperiment.HEAP, (after.heap() - before.heap()) / MIB / millions());
    figures.put(
        ScaleExperiment.NATIVE, (after.outsideHeap() - before.outsideHeap()) / MIB / millions());
    figures.put(ScaleExperiment.MAPPED, (after.file() - before.file()) / MIB / millions());
    Path data = directory.resolve("data");
    figures.put(
        ScaleExperiment.SHARDS_DISK, Disk.usedBytes(data.resolve("shards")) / MILLION / millions());
    figures.put(ScaleExperiment.CHANGELOG_DISK, changelogBytes(data) / MILLION / millions());
    return figures;
  }

  private double millions() {
    return keys / MILLION;
  }

  /** What the broker keeps of the view. */
  private static long changelogBytes(Path data) throws IOException {
    try (Stream<Path> all = Files.walk(data.resolve("kafka"))) {
      long bytes = 0;
      for (Path partition :
          all.filter(each -> each.getFileName().toString().startsWith("_tidemark-changelog-"))
              .toList()) {
        bytes += Disk.usedBytes(partition);
      }
      return bytes;
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
