package io.tidemark.bench.peers;

import java.util.Map;

/**
 * Reads from a server that has all rows.
 *
 * @param server ends with the trial
 */
record ReadsTrial(AutoCloseable server, HttpReads reads) implements Trial {
  /** What a server has to be given, and what can be read from it then. */
  interface Preparation<S> {
    HttpReads readsOf(S server) throws Exception;
  }

  /** Has a server made ready and read from, without counting; ends it when that fails. */
  static <S extends AutoCloseable> ReadsTrial prepare(S server, Preparation<S> preparation)
      throws Exception {
    try {
      HttpReads reads = preparation.readsOf(server);
      reads.warmUp();
      return new ReadsTrial(server, reads);
    } catch (Exception e) {
      server.close();
      throw e;
    }
  }

  @Override
  public Map<Measure, Double> measure() throws Exception {
    return reads.measure();
  }

  @Override
  public void close() throws Exception {
    server.close();
  }
}
