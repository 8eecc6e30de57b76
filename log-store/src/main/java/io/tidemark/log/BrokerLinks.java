package io.tidemark.log;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.DefaultHostResolver;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Connections to chosen brokers. Kafka's public clients ask whom they like; this asks the broker
 * that it is told to. Not thread-safe but for {@link #wakeup}; never blocks but in {@link #poll}.
 */
final class BrokerLinks implements Closeable {
  /** A broker that takes longer for one answer is connected to anew. */
  private static final int REQUEST_TIMEOUT_MS = 5_000;

  // One of each kind, and the one by which a connection begins.
  private static final int MAX_IN_FLIGHT = 4;

  private final Time time = new SteadyTime();
  private final Metrics metrics = new Metrics(time);
  private final NetworkClient client;
  private final Map<Integer, Node> brokers = new TreeMap<>();
  // They have no ids of brokers, but are good enough to begin with.
  private final List<Node> bootstrap = new ArrayList<>();
  private int turn;

  BrokerLinks(Map<String, Object> clientConfig) {
    AdminClientConfig config = new AdminClientConfig(clientConfig);
    for (InetSocketAddress address : ClientUtils.parseAndValidateAddresses(config)) {
      bootstrap.add(new Node(-1 - bootstrap.size(), address.getHostString(), address.getPort()));
    }
    this.client =
        ClientUtils.createNetworkClient(
            config,
            "tidemark-confirmed-ends",
            metrics,
            "tidemark-confirmed-ends",
            new LogContext("[confirmed ends] "),
            new ApiVersions(),
            time,
            MAX_IN_FLIGHT,
            REQUEST_TIMEOUT_MS,
            null,
            new ManualMetadataUpdater(),
            new DefaultHostResolver(),
            null,
            null);
  }

  /** What comes of a request. */
  interface Answer {
    /**
     * Called while polling.
     *
     * @param response {@code null} when none will come
     * @param trouble why none will come
     */
    void arrived(@Nullable AbstractResponse response, String trouble);
  }

  /** These are the brokers of the cluster, by somebody's account. */
  void learn(Collection<Node> nodes) {
    nodes.forEach(node -> brokers.put(node.id(), node));
  }

  /** Whether a request can be sent to the broker; begins to connect when it is not connected. */
  boolean isReady(int broker) {
    Node node = node(broker);
    return node != null && client.ready(node, time.milliseconds());
  }

  /** The next broker in turn that can be asked; {@code null} when none can at this moment. */
  @Nullable Integer anyReady(Predicate<Integer> suitable) {
    List<Node> all = new ArrayList<>(brokers.values());
    all.addAll(bootstrap);
    for (int i = 0; i < all.size(); i++) {
      Node node = all.get(Math.floorMod(turn++, all.size()));
      if (suitable.test(node.id()) && isReady(node.id())) {
        return node.id();
      }
    }
    return null;
  }

  private @Nullable Node node(int broker) {
    return broker < 0 ? bootstrap.get(-1 - broker) : brokers.get(broker);
  }

  /** Sends a request to a broker that is ready. */
  void ask(int broker, AbstractRequest.Builder<?> request, Answer answer) {
    long nowMs = time.milliseconds();
    client.send(
        client.newClientRequest(
            Integer.toString(broker),
            request,
            nowMs,
            true,
            REQUEST_TIMEOUT_MS,
            response -> answer.arrived(response.responseBody(), trouble(response))),
        nowMs);
  }

  private static String trouble(ClientResponse response) {
    if (response.versionMismatch() != null) {
      return "does not speak the protocol: " + response.versionMismatch().getMessage();
    }
    if (response.authenticationException() != null) {
      return "refuses us: " + response.authenticationException().getMessage();
    }
    return response.wasTimedOut()
        ? "did not answer within %d ms".formatted(REQUEST_TIMEOUT_MS)
        : "closed the connection";
  }

  /** Sends, receives, and hands on what has arrived; waits so long for something to happen. */
  void poll(long timeoutMs) {
    client.poll(timeoutMs, time.milliseconds());
  }

  /** Ends a wait in {@link #poll}, also one that has not begun. From any thread. */
  void wakeup() {
    client.wakeup();
  }

  @Override
  public void close() {
    Utils.closeQuietly(client, "the connections to brokers");
    Utils.closeQuietly(metrics, "the metrics of the connections to brokers");
  }
}
