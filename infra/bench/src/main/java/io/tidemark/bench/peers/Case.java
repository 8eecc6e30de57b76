package io.tidemark.bench.peers;

import java.util.List;

/** What the peers do in turn, with everything that it depends on laid down. */
interface Case {
  /** For the table; one of its kind in an experiment. */
  String title();

  /** Who takes part, in the order of their turns. */
  List<Peer> peers();

  /**
   * Whether a peer, once made ready, is measured in all rounds, while the others stand ready
   * beside. Otherwise each round begins with nothing, and one peer is up at a time.
   */
  default boolean staysReady() {
    return false;
  }

  /** Makes a peer ready; what this takes does not count. */
  Trial prepare(Peer peer, Workplace place) throws Exception;
}
