package io.tidemark.bench.peers;

/** What is read. */
enum ReadKind {
  POINT("point read"),
  SESSION("point read, session"),
  STRONG("point read, strong"),
  BATCH("batch of 100"),
  PREFIX("prefix of 100");

  private final String title;

  ReadKind(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
