package io.tidemark.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.log.Position;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;

/** A shard that did not get to what a read demanded in time, and how to say how far it is. */
record Lateness(ServedView view, Shard shard, Requirement requirement, ReadOptions options) {

  TidemarkException error() {
    ReplicaState state = shard.visible();
    long staleMs = view.freshness().stalenessMs(shard.reflected());
    boolean known = staleMs != Freshness.UNKNOWN;
    ObjectNode extras = Json.MAPPER.createObjectNode();
    extras.put("shard", shard.number());
    extras.set("wanted", Json.position(requirement.position()));
    extras.set("reached", Json.position(state.frontier()));
    if (known) {
      extras.put("stalenessMs", staleMs);
    }
    String text = text(state, known ? "; it is at most " + staleMs + " ms stale" : "");
    if (!state.building()) {
      return new Problem(
          ErrorCode.DEADLINE_EXCEEDED, Problem.status(ErrorCode.DEADLINE_EXCEEDED), text, extras);
    }
    extras.set("target", Json.position(state.target()));
    int percent = percent(state.frontier(), state.target());
    extras.put("percent", percent);
    return new Problem(
        ErrorCode.VIEW_BUILDING,
        Problem.status(ErrorCode.VIEW_BUILDING),
        text + "; the view is still being built, %d %% done".formatted(percent),
        extras);
  }

  private String text(ReplicaState state, String staleness) {
    String trouble = shard.trouble();
    return "within %d ms shard %d of view %s did not get to what %s demands: wanted %s%s, reached %s%s%s%s%s"
        .formatted(
            options.timeoutMs(),
            shard.number(),
            view.name(),
            options.level().text(),
            requirement.position(),
            requirement.exact() ? " or an exact cut behind it" : "",
            state.frontier(),
            requirement.changelogOffset() > state.nextOffset()
                ? ", wanted changelog offset %d, reached %d"
                    .formatted(requirement.changelogOffset(), state.nextOffset())
                : "",
            staleness,
            options.level() == Level.BOUNDED
                ? ", asked for at most " + options.maxStalenessMs()
                : "",
            trouble == null ? "" : "; the shard has stopped: " + trouble);
  }

  /** How much of the target has been reached, counted in offsets: from 0 to 99. */
  private static int percent(Position reached, Position target) {
    long[] counts = {0, 0};
    target.forEach(
        (log, partition, offset) -> {
          counts[0] += Math.min(offset, reached.offset(log, partition));
          counts[1] += offset;
        });
    return counts[1] == 0 ? 0 : (int) Math.min(99, counts[0] * 100 / counts[1]);
  }
}
