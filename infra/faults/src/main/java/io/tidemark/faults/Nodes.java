package io.tidemark.faults;

import io.tidemark.client.TidemarkClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** The nodes of a deployment, with a client each. Thread-safe. */
final class Nodes {
  private final String clusterId;
  private final List<TidemarkClient> clients;

  /** Clients of the nodes at those addresses, whose reads wait so long. */
  Nodes(String clusterId, List<URI> addresses, Duration readTimeout) {
    this.clusterId = clusterId;
    this.clients =
        addresses.stream()
            .map(
                address ->
                    TidemarkClient.of(address)
                        .withReadTimeout(readTimeout)
                        .withMaxStaleness(Duration.ofMillis(Session.BOUND_MS)))
            .toList();
  }

  String clusterId() {
    return clusterId;
  }

  int count() {
    return clients.size();
  }

  TidemarkClient client(int node) {
    return clients.get(node);
  }

  String name(int node) {
    return "node" + node;
  }
}
