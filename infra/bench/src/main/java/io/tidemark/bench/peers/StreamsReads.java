package io.tidemark.bench.peers;

import io.tidemark.bench.load.KeyedRequest;
import java.util.Collections;
import java.util.Map;

/** Kafka Streams with the rows in its store, read by interactive queries over HTTP. */
final class StreamsReads {
  private StreamsReads() {}

  static Trial prepare(Workplace place, long keys, ReadPace pace) throws Exception {
    return ReadsTrial.prepare(
        NewestStreams.start(place),
        streams -> {
          streams.fill(keys);
          return new HttpReads(
              place.directory(), streams.http(), requests(), ReadingsLog::requireRows, keys, pace);
        });
  }

  private static Map<ReadKind, KeyedRequest> requests() {
    String keys = String.join(",", Collections.nCopies(KeyedRequest.KEYS_OF_PREFIX, "\"{key}\""));
    return Map.of(
        ReadKind.POINT, KeyedRequest.get("/get/{key}"),
        ReadKind.BATCH, KeyedRequest.post("/batch", "application/json", "[" + keys + "]"),
        ReadKind.PREFIX, KeyedRequest.get("/prefix/{prefix}?limit=" + KeyedRequest.KEYS_OF_PREFIX));
  }
}
