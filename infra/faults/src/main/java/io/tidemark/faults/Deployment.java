package io.tidemark.faults;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Real processes that together are a Tidemark, and what can be done to them. */
interface Deployment extends AutoCloseable {
  /** Breaks something and mends it again; returns what it did, in words. */
  interface Fault {
    String inject(Random random) throws Exception;
  }

  /** The nodes' HTTP addresses, which stay the same through every fault. */
  List<URI> nodes();

  /** The broker's address. */
  String bootstrapServers();

  /** The faults that can be injected here. */
  Map<FaultKind, Fault> faults();

  /** The faults that belong here and cannot be injected on this machine, with the reason. */
  Map<FaultKind, String> skipped();

  /**
   * What is wrong at this moment that no fault explains: a process that has ended by itself. Empty
   * when nothing is.
   */
  List<String> troubles();

  /** Ends all processes. */
  @Override
  void close();
}
