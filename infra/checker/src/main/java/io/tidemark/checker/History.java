package io.tidemark.checker;

import java.util.List;
import java.util.Set;

/**
 * What concurrent clients did and saw, with what they need to be judged. Immutable.
 *
 * <p>All times of one history are of one monotonic clock: one machine's, or clocks known to agree.
 *
 * @param models what the views that were read mean; rows of other views are not judged
 * @param invariants laws between rows
 * @param logged what is in the logs, as far as it was looked at
 * @param scannedLogs the logs that {@code logged} tells wholly: an event that it does not name is
 *     not in them
 */
public record History(
    List<ViewModel> models,
    List<LinearInvariant> invariants,
    List<Append> appends,
    List<Read> reads,
    List<Logged> logged,
    Set<String> scannedLogs) {
  public History {
    models = List.copyOf(models);
    invariants = List.copyOf(invariants);
    appends = List.copyOf(appends);
    reads = List.copyOf(reads);
    logged = List.copyOf(logged);
    scannedLogs = Set.copyOf(scannedLogs);
  }
}
