package io.tidemark.bench.peers;

import java.util.List;

/** Something to measure about the peers. One without state: its trials have it. */
interface Experiment {
  /** The heading in the report. */
  String title();

  /** Markdown for the reader of the table: from when to when is measured, and what is the same. */
  String about();

  /** The peer that the ratios refer to. */
  Peer base();

  /** What is measured, in the order of the table's rows. */
  List<Measure> measures();

  List<Case> cases(Effort effort);

  /** What Tidemark is meant to reach, of the full effort's cases. */
  List<Target> targets();

  /** What else the figures say, in Markdown; empty for nothing. */
  default String remarks(Results results) {
    return "";
  }

  /** What must be installed for any of it. */
  default List<Program> programs() {
    return List.of();
  }
}
