package io.tidemark.log.changelog;

import org.apache.kafka.common.utils.Utils;

/** Where a key lives, and what a changelog is called. */
public final class Shards {
  private static final String CHANGELOG = "_tidemark-changelog-";

  private Shards() {}

  /** The shard of a view's key: Kafka's default partitioner, so that any client agrees. */
  public static int of(byte[] key, int shards) {
    return Utils.toPositive(Utils.murmur2(key)) % shards;
  }

  /** The topic of a view version's changelog; partition s carries shard s. */
  public static String changelog(String view, int version) {
    return CHANGELOG + view + "-v" + version;
  }

  /** The view whose changelog that is. */
  public static String viewOf(String changelog) {
    return changelog.substring(CHANGELOG.length(), changelog.lastIndexOf("-v"));
  }

  /** Whether a topic, as the sources of a definition and positions name it, is a changelog. */
  public static boolean isChangelog(String topic) {
    return topic.startsWith(CHANGELOG);
  }
}
