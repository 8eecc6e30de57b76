package io.tidemark.schemas.registry;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topic {@code _schemas}, or checks the one that is there. */
final class SchemasTopic {
  private SchemasTopic() {}

  /**
   * @throws TidemarkException {@link ErrorCode#REGISTRY_UNAVAILABLE}
   */
  static void ensure(Admin admin, short replicationFactor) {
    NewTopic topic =
        new NewTopic(TopicReader.TOPIC, 1, replicationFactor)
            .configs(
                Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                    Integer.toString(Math.min(2, replicationFactor))));
    try {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw unavailable("create", e);
      }
      check(admin);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** A topic that forgets, or that has no one order, would lose schemas without a word. */
  private static void check(Admin admin) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, TopicReader.TOPIC);
    try {
      int partitions = 0;
      for (TopicDescription description :
          admin.describeTopics(List.of(TopicReader.TOPIC)).allTopicNames().get().values()) {
        partitions = description.partitions().size();
      }
      String policy = "";
      for (org.apache.kafka.clients.admin.Config config :
          admin.describeConfigs(List.of(resource)).all().get().values()) {
        policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
      }
      if (partitions != 1 || !policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
        throw new TidemarkException(
            ErrorCode.REGISTRY_UNAVAILABLE,
            "the topic %s has %d partitions and cleanup.policy=%s; a registry needs 1 and %s"
                .formatted(
                    TopicReader.TOPIC, partitions, policy, TopicConfig.CLEANUP_POLICY_COMPACT));
      }
    } catch (ExecutionException e) {
      throw unavailable("describe", e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TidemarkException unavailable(String what, ExecutionException e) {
    return new TidemarkException(
        ErrorCode.REGISTRY_UNAVAILABLE,
        "Kafka did not " + what + " the topic " + TopicReader.TOPIC + ": " + e.getCause(),
        e.getCause());
  }

  private static TidemarkException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TidemarkException(
        ErrorCode.REGISTRY_UNAVAILABLE, "interrupted while the registry was starting", e);
  }
}
