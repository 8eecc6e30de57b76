package io.tidemark.bench.peers;

import io.tidemark.bench.load.KeyedRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;

/** Kafka Streams with the rows in its store, read by interactive queries over HTTP. */
final class StreamsReads implements Trial {
  private final NewestStreams streams;
  private final HttpReads reads;

  private StreamsReads(NewestStreams streams, HttpReads reads) {
    this.streams = streams;
    this.reads = reads;
  }

  static StreamsReads prepare(Workplace place, long keys, ReadPace pace)
      throws IOException, InterruptedException {
    NewestStreams streams = NewestStreams.start(place);
    try {
      streams.fill(keys);
      HttpReads reads =
          new HttpReads(
              place.directory(), streams.http(), requests(), ReadingsLog::requireRows, keys, pace);
      reads.warmUp();
      return new StreamsReads(streams, reads);
    } catch (IOException | InterruptedException | RuntimeException e) {
      streams.close();
      throw e;
    }
  }

  private static Map<ReadKind, KeyedRequest> requests() {
    String keys = String.join(",", Collections.nCopies(KeyedRequest.KEYS_OF_PREFIX, "\"{key}\""));
    return Map.of(
        ReadKind.POINT, KeyedRequest.get("/get/{key}"),
        ReadKind.BATCH, KeyedRequest.post("/batch", "application/json", "[" + keys + "]"),
        ReadKind.PREFIX, KeyedRequest.get("/prefix/{prefix}?limit=" + KeyedRequest.KEYS_OF_PREFIX));
  }

  @Override
  public Map<Measure, Double> measure() throws IOException, InterruptedException {
    return reads.measure();
  }

  @Override
  public void close() {
    streams.close();
  }
}
