package io.tidemark.broker;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.network.metrics.RequestMetrics;
import org.apache.kafka.server.metrics.KafkaMetricsGroup;

/**
 * The histograms in which a broker notes how long each part of a request took.
 *
 * <p>Kafka has them made with a sample that forgets: a sorted map of some 1,000 entries for each
 * histogram, into which requests keep putting new entries for old ones. What is taken out has often
 * lived long enough to be moved to the old generation and still points to what came later, so a
 * young collection has all of it to search and much of it to keep alive (that these samples
 * lengthen pauses was found in <a
 * href="https://github.com/apache/bookkeeper/issues/1363">BookKeeper</a>, too). In a process that
 * also reads, that is a pause of every read. The other sample of the same library is an array of
 * numbers; what it does not do is forget: its percentiles are of all requests since the start, not
 * of the last five minutes. Counts, means and extremes are the same.
 *
 * <p>The library gives a histogram to everyone who asks for it by the name under which it was made
 * first. So whoever makes it before Kafka chooses its sample.
 */
final class RequestHistograms {
  private static final KafkaMetricsGroup GROUP =
      new KafkaMetricsGroup("kafka.network", "RequestMetrics");

  /** Made of every kind of request. */
  private static final List<String> OF_ALL =
      List.of(
          "RequestQueueTimeMs",
          "LocalTimeMs",
          "RemoteTimeMs",
          "ThrottleTimeMs",
          "ResponseQueueTimeMs",
          "ResponseSendTimeMs",
          "TotalTimeMs",
          "RequestBytes");

  /** Made of requests that carry records. */
  private static final List<String> OF_RECORDS =
      List.of(RequestMetrics.MESSAGE_CONVERSIONS_TIME_MS, RequestMetrics.TEMPORARY_MEMORY_BYTES);

  private static final Set<ApiKeys> WITH_RECORDS = EnumSet.of(ApiKeys.FETCH, ApiKeys.PRODUCE);

  /** Kinds that Kafka tells apart within one API. */
  private static final List<String> MORE_KINDS =
      List.of(
          RequestMetrics.CONSUMER_FETCH_METRIC_NAME,
          RequestMetrics.FOLLOW_FETCH_METRIC_NAME,
          RequestMetrics.VERIFY_PARTITIONS_IN_TXN_METRIC_NAME,
          RequestMetrics.LIST_CLIENT_METRICS_RESOURCES_METRIC_NAME);

  private RequestHistograms() {}

  /**
   * Makes them, for a broker and a controller that start afterward in this process. To be called
   * before each start, since a broker that stops takes them away. Some 6 MB of arrays.
   */
  static void make() {
    Set<ApiKeys> apis = ApiKeys.apisForListener(ListenerType.BROKER);
    apis.addAll(ApiKeys.apisForListener(ListenerType.CONTROLLER));
    Stream.concat(apis.stream().map(api -> api.name), MORE_KINDS.stream())
        .forEach(kind -> OF_ALL.forEach(histogram -> make(histogram, kind)));
    WITH_RECORDS.forEach(api -> OF_RECORDS.forEach(histogram -> make(histogram, api.name)));
  }

  private static void make(String histogram, String kind) {
    GROUP.newHistogram(histogram, false, Map.of("request", kind));
  }
}
