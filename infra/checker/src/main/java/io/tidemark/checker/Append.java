package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.List;

/**
 * Events appended by one call, all of them or none.
 *
 * @param token the position of the token that came back; empty unless the outcome is {@link
 *     Outcome#OK}. When there is one event, the token says where it is; of several, only a {@link
 *     Logged} does
 */
public record Append(Call call, List<Event> events, Position token) implements Operation {
  public Append {
    events = List.copyOf(events);
  }
}
