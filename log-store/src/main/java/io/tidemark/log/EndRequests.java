package io.tidemark.log;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.MetadataResponse.PartitionMetadata;
import org.apache.kafka.common.requests.MetadataResponse.TopicMetadata;

/**
 * The requests that look-ups need, and what their answers say to them. A request carries what all
 * look-ups want of the broker; of each kind a broker has at most one to answer. Not thread-safe.
 */
final class EndRequests {
  private enum Kind {
    ENDS,
    EPOCHS,
    MIN_IN_SYNC
  }

  private record Asked(int broker, Kind kind) {}

  /** What all look-ups want of one broker. */
  private static final class Wanted {
    final Map<LogLook, Set<Integer>> ends = new LinkedHashMap<>();
    final Map<String, LogLook> epochs = new TreeMap<>();
    final Set<String> minInSync = new TreeSet<>();
  }

  private final BrokerLinks links;
  private final KnownLeaders leaders;
  private final Set<Asked> unanswered = new HashSet<>();

  EndRequests(BrokerLinks links, KnownLeaders leaders) {
    this.links = links;
    this.leaders = leaders;
  }

  /**
   * Sends what the look-ups want and what can be sent at this moment. Returns whether there was
   * something that could not, for want of a connection or because one is still being written.
   */
  boolean send(Collection<LogLook> looks, long nowNs) {
    Map<Integer, Wanted> wanted = new TreeMap<>();
    looks.forEach(look -> look.want(leaders, nowNs, wants(look, wanted)));
    boolean unsent = looks.stream().anyMatch(look -> !look.hasBegun()) && wanted.isEmpty();
    for (Map.Entry<Integer, Wanted> each : wanted.entrySet()) {
      unsent |= send(each.getKey(), each.getValue());
    }
    return unsent;
  }

  private LogLook.Wants wants(LogLook look, Map<Integer, Wanted> wanted) {
    return new LogLook.Wants() {
      @Override
      public void end(int broker, int partition) {
        of(broker).ends.computeIfAbsent(look, l -> new TreeSet<>()).add(partition);
      }

      @Override
      public void epochs(int broker) {
        of(broker).epochs.put(look.log(), look);
      }

      @Override
      public void minInSync(int broker) {
        of(broker).minInSync.add(look.log());
      }

      @Override
      public boolean epochsOfAnyone() {
        Integer any = links.anyReady(b -> !unanswered.contains(new Asked(b, Kind.EPOCHS)));
        if (any != null) {
          epochs(any);
        }
        return any != null;
      }

      private Wanted of(int broker) {
        return wanted.computeIfAbsent(broker, b -> new Wanted());
      }
    };
  }

  private boolean send(int broker, Wanted wanted) {
    boolean unsent =
        !wanted.ends.isEmpty()
            && send(new Asked(broker, Kind.ENDS), asked -> askEnds(asked, wanted.ends));
    unsent |=
        !wanted.epochs.isEmpty()
            && send(new Asked(broker, Kind.EPOCHS), asked -> askEpochs(asked, wanted.epochs));
    unsent |=
        !wanted.minInSync.isEmpty()
            && send(
                new Asked(broker, Kind.MIN_IN_SYNC),
                asked -> askMinInSync(asked, wanted.minInSync));
    return unsent;
  }

  private boolean send(Asked asked, Consumer<Asked> ask) {
    if (unanswered.contains(asked)) {
      return false;
    }
    if (!links.isReady(asked.broker())) {
      return true;
    }
    unanswered.add(asked);
    ask.accept(asked);
    return false;
  }

  /** Hands on an answer of that type; if none will come, the look-ups hear why. */
  private <R extends AbstractResponse> void ask(
      Asked asked,
      AbstractRequest.Builder<?> request,
      Class<R> type,
      Collection<LogLook> looks,
      Consumer<R> told) {
    links.ask(
        asked.broker(),
        request,
        (response, trouble) -> {
          unanswered.remove(asked);
          if (response != null && type.isInstance(response)) {
            told.accept(type.cast(response));
          } else {
            long nowNs = System.nanoTime();
            looks.forEach(look -> look.silent(asked.broker(), trouble, nowNs));
          }
        });
  }

  private void askEnds(Asked asked, Map<LogLook, Set<Integer>> wanted) {
    Map<String, LogLook> looks = new HashMap<>();
    List<ListOffsetsTopic> topics =
        wanted.entrySet().stream()
            .map(
                each -> {
                  LogLook look = each.getKey();
                  look.begin();
                  looks.put(look.log(), look);
                  return new ListOffsetsTopic()
                      .setName(look.log())
                      .setPartitions(each.getValue().stream().map(EndRequests::latest).toList());
                })
            .toList();
    ask(
        asked,
        // The high watermark and not the last stable offset, as in KafkaLogEnds.
        ListOffsetsRequest.Builder.forConsumer(false, IsolationLevel.READ_UNCOMMITTED)
            .setTargetTimes(topics),
        ListOffsetsResponse.class,
        looks.values(),
        told -> endsTold(asked.broker(), looks, told));
  }

  private static ListOffsetsPartition latest(int partition) {
    return new ListOffsetsPartition()
        .setPartitionIndex(partition)
        .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP);
  }

  private static void endsTold(int broker, Map<String, LogLook> looks, ListOffsetsResponse told) {
    long nowNs = System.nanoTime();
    for (ListOffsetsTopicResponse topic : told.topics()) {
      LogLook look = looks.get(topic.name());
      for (ListOffsetsPartitionResponse partition : topic.partitions()) {
        Errors error = Errors.forCode(partition.errorCode());
        if (look != null && error == Errors.NONE) {
          int number = partition.partitionIndex();
          look.ended(broker, number, partition.leaderEpoch(), partition.offset());
        } else if (look != null) {
          look.refused(broker, "answered " + error, nowNs);
        }
      }
    }
  }

  private void askEpochs(Asked asked, Map<String, LogLook> looks) {
    looks.values().forEach(LogLook::begin);
    ask(
        asked,
        MetadataRequest.Builder.forTopicNames(List.copyOf(looks.keySet()), false),
        MetadataResponse.class,
        looks.values(),
        told -> epochsTold(asked.broker(), looks, told));
  }

  private void epochsTold(int broker, Map<String, LogLook> looks, MetadataResponse told) {
    long nowNs = System.nanoTime();
    links.learn(told.brokers());
    for (TopicMetadata topic : told.topicMetadata()) {
      LogLook look = looks.get(topic.topic());
      if (look == null) {
        continue;
      }
      if (topic.error() == Errors.UNKNOWN_TOPIC_OR_PARTITION) {
        look.isUnknownTo(broker, nowNs);
      } else if (topic.error() != Errors.NONE) {
        look.refused(broker, "answered " + topic.error(), nowNs);
      } else if (!leaders.learn(topic)) {
        look.startAgain(nowNs);
      } else {
        for (PartitionMetadata partition : topic.partitionMetadata()) {
          partition.leaderEpoch.ifPresent(
              epoch -> look.heard(broker, partition.partition(), epoch));
        }
      }
    }
  }

  private void askMinInSync(Asked asked, Set<String> logs) {
    DescribeConfigsRequestData data =
        new DescribeConfigsRequestData()
            .setResources(
                logs.stream()
                    .map(
                        log ->
                            new DescribeConfigsRequestData.DescribeConfigsResource()
                                .setResourceType(ConfigResource.Type.TOPIC.id())
                                .setResourceName(log)
                                .setConfigurationKeys(
                                    List.of(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)))
                    .toList());
    // As of the asking: how old an answer is that comes late cannot be told otherwise.
    long askedNs = System.nanoTime();
    ask(
        asked,
        new DescribeConfigsRequest.Builder(data),
        DescribeConfigsResponse.class,
        // They do without: then the lowest counts.
        List.of(),
        told ->
            told.data().results().forEach(each -> minInSyncTold(asked.broker(), each, askedNs)));
  }

  private void minInSyncTold(int broker, DescribeConfigsResult told, long askedNs) {
    // A broker that does not tell may go by the lowest.
    int value = 1;
    for (DescribeConfigsResourceResult setting : told.configs()) {
      if (setting.name().equals(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
          && setting.value() != null) {
        value = Integer.parseInt(setting.value());
      }
    }
    leaders.learnMinInSync(told.resourceName(), broker, value, askedNs);
  }
}
