package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.Renewed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.jspecify.annotations.Nullable;

/** Describes topics, and remembers of each what does not change while it lives. Thread-safe. */
final class Topics {
  private static final Pattern LOG_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
  private static final long TRUSTED_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int ANOTHER_LOOK_MS = 1_000;

  /**
   * A topic as it was at some time.
   *
   * @param id as in {@link LogIds}
   * @param lookedNs when the look at it began, or the last try, by {@link System#nanoTime}
   */
  record Topic(int partitions, long id, long lookedNs) {}

  private final Renewed<Admin> admin;
  private final ConcurrentMap<String, Topic> known = new ConcurrentHashMap<>();

  Topics(Renewed<Admin> admin) {
    this.admin = admin;
  }

  /** Looks the topic up; {@code null} when there is none. */
  @Nullable TopicDescription describe(String topic) {
    return describe(topic, new DescribeTopicsOptions());
  }

  private @Nullable TopicDescription describe(String topic, DescribeTopicsOptions options) {
    long lookedNs = System.nanoTime();
    try {
      TopicDescription found =
          KafkaErrors.await(
                  admin.get().describeTopics(List.of(topic), options).allTopicNames(),
                  "describing " + topic)
              .get(topic);
      if (found != null) {
        remember(found, lookedNs);
      }
      return found;
    } catch (TidemarkException e) {
      if (e.code() == ErrorCode.UNKNOWN_LOG || e.code() == ErrorCode.INVALID_NAME) {
        return null;
      }
      throw e;
    }
  }

  private Topic remember(TopicDescription found, long lookedNs) {
    Topic topic = new Topic(found.partitions().size(), LogIds.of(found.topicId()), lookedNs);
    known.merge(
        found.name(),
        topic,
        (last, fresh) -> fresh.lookedNs() - last.lookedNs() < 0 ? last : fresh);
    return topic;
  }

  /**
   * How many partitions the topic has, by any look.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LOG}
   */
  int partitions(String topic) {
    return any(topic).partitions();
  }

  private Topic any(String topic) {
    Topic last = known.get(topic);
    if (last == null) {
      describe(topic);
      last = known.get(topic);
    }
    if (last == null) {
      throw unknown(topic);
    }
    return last;
  }

  /**
   * The topic as it was not long ago, for an append that is about to be sent.
   *
   * <p>An id that is read before the send is never newer than the log that takes the event: the log
   * can only be made anew afterwards. With an older one the token is refused, though it need not
   * be, and that for as long as nobody looks again; with a newer one it would pass for what it is
   * not. So whoever finds that the last look is a while ago looks again, and if that fails or
   * others do not wait for it, the older id does.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LOG}
   */
  Topic beforeAppend(String log) {
    Topic last = any(log);
    long nowNs = System.nanoTime();
    if (nowNs - last.lookedNs() > TRUSTED_NS
        && known.replace(log, last, new Topic(last.partitions(), last.id(), nowNs))) {
      try {
        describe(log, new DescribeTopicsOptions().timeoutMs(ANOTHER_LOOK_MS));
      } catch (TidemarkException e) {
        // The send will tell what is the matter.
      }
      return any(log);
    }
    return last;
  }

  /** Looks up which logs stand behind the names at this moment; logs that are gone are left out. */
  CompletableFuture<LogIds> ids(Set<String> logs) {
    long lookedNs = System.nanoTime();
    Map<String, CompletableFuture<Topic>> looks = new HashMap<>();
    admin
        .get()
        .describeTopics(logs)
        .topicNameValues()
        .forEach(
            (log, found) ->
                looks.put(
                    log,
                    found
                        .toCompletionStage()
                        .thenApply(topic -> remember(topic, lookedNs))
                        .toCompletableFuture()));
    return CompletableFuture.allOf(looks.values().toArray(CompletableFuture<?>[]::new))
        .handle(
            (done, failed) -> {
              Map<String, Long> ids = new HashMap<>();
              looks.forEach(
                  (log, look) -> {
                    if (!look.isCompletedExceptionally()) {
                      ids.put(log, look.join().id());
                    }
                  });
              return LogIds.of(ids);
            });
  }

  /** Whatever was known of it holds no longer. */
  void forget(String topic) {
    known.remove(topic);
  }

  /** The names of all logs. */
  List<String> logs() {
    return KafkaErrors.await(admin.get().listTopics().names(), "listing the logs").stream()
        .filter(Topics::isLogName)
        .toList();
  }

  /** Describes all of them; fails when one is gone. */
  Map<String, TopicDescription> describeAll(List<String> topics) {
    return KafkaErrors.await(
        admin.get().describeTopics(topics).allTopicNames(), "describing the logs");
  }

  TidemarkException unknown(String log) {
    List<String> all = logs().stream().sorted().toList();
    return new TidemarkException(
        ErrorCode.UNKNOWN_LOG,
        "there is no log '%s'; %s"
            .formatted(
                log,
                all.isEmpty() ? "there are none yet" : "the logs are " + String.join(", ", all)));
  }

  static boolean isLogName(String name) {
    return LOG_NAME.matcher(name).matches();
  }
}
