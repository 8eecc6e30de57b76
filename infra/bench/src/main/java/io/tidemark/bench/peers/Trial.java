package io.tidemark.bench.peers;

import java.util.Map;

/** A peer that is ready to be measured in a case, in processes of its own. */
interface Trial extends AutoCloseable {
  /**
   * Measures once. Whatever shows that the peer did not do the work right is thrown: a wrong answer
   * has no speed.
   */
  Map<Measure, Double> measure() throws Exception;

  /** Ends all processes of the peer. Called in every case. */
  @Override
  void close() throws Exception;
}
