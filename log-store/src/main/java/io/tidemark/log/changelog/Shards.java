package io.tidemark.log.changelog;

import org.apache.kafka.common.utils.Utils;

/** Where a key lives, and what a changelog is called. */
public final class Shards {
  private Shards() {}

  /** The shard of a view's key: Kafka's default partitioner, so that any client agrees. */
  public static int of(byte[] key, int shards) {
    return Utils.toPositive(Utils.murmur2(key)) % shards;
  }

  /** The topic of a view version's changelog; partition s carries shard s. */
  public static String changelog(String view, int version) {
    return "_tidemark-changelog-" + view + "-v" + version;
  }
}
