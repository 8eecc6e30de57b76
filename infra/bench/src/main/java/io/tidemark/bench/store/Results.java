package io.tidemark.bench.store;

import io.tidemark.bench.run.Figure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Everything that one run has measured. For one thread. */
final class Results {
  private record Key(DataSet dataSet, Subject subject, Measure measure) {}

  /**
   * An operation that could not be measured.
   *
   * @param reason for the reader of the table
   */
  record Failure(DataSet dataSet, Subject subject, Operation operation, String reason) {}

  private final Map<Key, Figure> figures = new HashMap<>();
  private final List<Failure> failures = new ArrayList<>();

  void add(DataSet dataSet, Subject subject, Map<Measure, Figure> measured) {
    measured.forEach((measure, figure) -> figures.put(new Key(dataSet, subject, measure), figure));
  }

  void fail(DataSet dataSet, Subject subject, Operation operation, String reason) {
    failures.add(new Failure(dataSet, subject, operation, reason));
  }

  List<Failure> failures() {
    return List.copyOf(failures);
  }

  Optional<Figure> figure(DataSet dataSet, Subject subject, Measure measure) {
    return Optional.ofNullable(figures.get(new Key(dataSet, subject, measure)));
  }

  boolean failed(DataSet dataSet, Subject subject, Operation operation) {
    return failures.stream()
        .anyMatch(
            failure ->
                failure.dataSet().equals(dataSet)
                    && failure.subject() == subject
                    && (failure.operation() == operation || failure.operation() == Operation.LOAD));
  }

  /** How many times better one subject is than another; empty unless both were measured. */
  OptionalDouble timesBetter(DataSet dataSet, Subject subject, Subject than, Measure measure) {
    Optional<Figure> one = figure(dataSet, subject, measure);
    Optional<Figure> other = figure(dataSet, than, measure);
    return one.isPresent() && other.isPresent()
        ? OptionalDouble.of(measure.timesBetter(one.get().value(), other.get().value()))
        : OptionalDouble.empty();
  }
}
