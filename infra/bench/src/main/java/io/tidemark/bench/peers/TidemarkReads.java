package io.tidemark.bench.peers;

import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.log.Token;
import java.util.Collections;
import java.util.Map;

/** Tidemark's standalone server, whose rows have come the usual way: through a log and a view. */
final class TidemarkReads {
  private static final String ROW = NewestView.row("{key}");
  private static final String TOKEN_HEADER = "Tidemark-Token";

  private TidemarkReads() {}

  static Trial prepare(Workplace place, long keys, ReadPace pace) throws Exception {
    return ReadsTrial.prepare(
        ServerProcess.start(place.home(), place.directory(), place.jvmOptions()),
        server -> {
          ReadingsLog.fill(server, keys);
          Token token = NewestView.create(server, NewestView.SHARDS);
          return new HttpReads(
              place.directory(),
              server.http(),
              requests(token),
              ReadingsLog::requireRows,
              keys,
              pace);
        });
  }

  /** The read of one row at the level that nothing is waited for. */
  static KeyedRequest eventualPoint() {
    return KeyedRequest.get(ROW + "?consistency=eventual");
  }

  /** The reads of each kind, with that token where one is due. */
  static Map<ReadKind, KeyedRequest> requests(Token token) {
    String keys = String.join(",", Collections.nCopies(KeyedRequest.KEYS_OF_PREFIX, "[\"{key}\"]"));
    return Map.of(
        ReadKind.POINT, eventualPoint(),
        ReadKind.SESSION,
            KeyedRequest.get(ROW + "?consistency=session").with(TOKEN_HEADER, token.encode()),
        ReadKind.STRONG, KeyedRequest.get(ROW + "?consistency=strong"),
        ReadKind.BATCH,
            KeyedRequest.post(
                "/v1/views/" + NewestView.NAME + "/rows:batchGet?consistency=eventual",
                "application/json",
                "{\"keys\":[" + keys + "]}"),
        ReadKind.PREFIX,
            KeyedRequest.get(
                "/v1/views/"
                    + NewestView.NAME
                    + "/rows?prefix={prefix}&limit="
                    + KeyedRequest.KEYS_OF_PREFIX
                    + "&consistency=eventual"));
  }
}
