package io.tidemark.bench.store;

/** What is measured. To add one, add an adapter and a constant. */
enum Subject {
  TIDEMARK("shard store", "this project's, with its defaults"),
  ROCKSDB_STREAMS(
      "RocksDB, Streams' settings",
      "as Kafka Streams 4.3 opens it: 50 MiB block cache, 3 × 16 MiB write buffers, universal"
          + " compaction, no WAL"),
  ROCKSDB_TUNED(
      "RocksDB, tuned",
      "1 GiB block cache, mapped reads, level compaction, 3 × 64 MiB write buffers, hash index in"
          + " blocks, no WAL"),
  LMDB("LMDB", "rows in LMDB itself; NOSYNC, WRITEMAP"),
  CHRONICLE_MAP(
      "Chronicle Map", "persisted; rows become visible one by one, and there is no order");

  /** What all ratios refer to. */
  static final Subject BASE = ROCKSDB_STREAMS;

  private final String title;
  private final String settings;

  Subject(String title, String settings) {
    this.title = title;
    this.settings = settings;
  }

  SubjectStore open(Opening opening) {
    return switch (this) {
      case TIDEMARK -> new TidemarkSubject(opening);
      case ROCKSDB_STREAMS -> new RocksSubject(opening, RocksSettings.kafkaStreams());
      case ROCKSDB_TUNED -> new RocksSubject(opening, RocksSettings.tuned());
      case LMDB -> new LmdbSubject(opening);
      case CHRONICLE_MAP -> new ChronicleMapSubject(opening);
    };
  }

  String title() {
    return title;
  }

  /** How it is set up, in a few words for the reader of the table. */
  String settings() {
    return settings;
  }

  /** Whether a measurement makes sense for it; where not, its cell says "none". */
  boolean offers(Operation operation) {
    return switch (operation) {
      case SCAN -> this != CHRONICLE_MAP;
      case AS_OF_10, AS_OF_100 -> this == TIDEMARK;
      default -> true;
    };
  }
}
