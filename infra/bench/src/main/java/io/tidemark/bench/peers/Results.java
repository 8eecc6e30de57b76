package io.tidemark.bench.peers;

import io.tidemark.bench.run.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Everything that has been measured in one run of an experiment. For one thread. */
final class Results {
  private record Key(String caseTitle, Peer peer, Measure measure) {}

  /**
   * What could not be measured: a peer in a case.
   *
   * @param reason for the reader of the table
   * @param broken whether it went wrong; otherwise it was not tried
   */
  record Failure(String caseTitle, Peer peer, String reason, boolean broken) {}

  private final Map<Key, List<Double>> observations = new LinkedHashMap<>();
  private final List<Failure> failures = new ArrayList<>();

  /** Adds what one round has measured. */
  void add(String caseTitle, Peer peer, Map<Measure, Double> measured) {
    measured.forEach(
        (measure, value) ->
            observations
                .computeIfAbsent(new Key(caseTitle, peer, measure), any -> new ArrayList<>())
                .add(value));
  }

  void fail(String caseTitle, Peer peer, String reason) {
    failures.add(new Failure(caseTitle, peer, reason, true));
  }

  void leaveOut(String caseTitle, Peer peer, String reason) {
    failures.add(new Failure(caseTitle, peer, reason, false));
  }

  List<Failure> failures() {
    return List.copyOf(failures);
  }

  Optional<Failure> failure(String caseTitle, Peer peer) {
    return failures.stream()
        .filter(failure -> failure.caseTitle().equals(caseTitle) && failure.peer() == peer)
        .findFirst();
  }

  /**
   * The median of all rounds, with the range. Empty when the peer has failed in any of them: one
   * wrong answer in three is no good answer.
   */
  Optional<Figure> figure(String caseTitle, Peer peer, Measure measure) {
    List<Double> values = observations.get(new Key(caseTitle, peer, measure));
    return values == null || failure(caseTitle, peer).isPresent()
        ? Optional.empty()
        : Optional.of(Figure.median(values.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  /** How many times better one peer is than another; empty unless both were measured. */
  OptionalDouble timesBetter(String caseTitle, Peer peer, Peer than, Measure measure) {
    Optional<Figure> one = figure(caseTitle, peer, measure);
    Optional<Figure> other = figure(caseTitle, than, measure);
    return one.isPresent() && other.isPresent()
        ? OptionalDouble.of(measure.better().times(one.get().value(), other.get().value()))
        : OptionalDouble.empty();
  }
}
