package io.tidemark.bench.peers;

import io.tidemark.bench.events.LogFill;
import io.tidemark.bench.events.Nexmark;
import io.tidemark.bench.streams.WorkTopology;
import io.tidemark.client.TidemarkClient;
import java.io.IOException;
import java.util.Optional;

/** A query of Nexmark over the logs that it reads. */
record NexmarkWork(NexmarkQuery query, Nexmark nexmark) implements ViewWork {
  @Override
  public String title() {
    return query.title();
  }

  @Override
  public void fill(TidemarkClient client, LogFill logs) throws IOException, InterruptedException {
    for (String log : query.logs()) {
      switch (log) {
        case Nexmark.PERSON_LOG -> {
          client.createLog(log, Nexmark.PERSON_SCHEMA.toString(), PARTITIONS);
          logs.fill(
              log,
              Nexmark.PERSON_SCHEMA,
              nexmark.persons(),
              i -> Long.toString(nexmark.person(i).id()),
              i -> Nexmark.event(nexmark.person(i)));
        }
        case Nexmark.AUCTION_LOG -> {
          client.createLog(log, Nexmark.AUCTION_SCHEMA.toString(), PARTITIONS);
          logs.fill(
              log,
              Nexmark.AUCTION_SCHEMA,
              nexmark.auctions(),
              i -> Long.toString(nexmark.auction(i).id()),
              i -> Nexmark.event(nexmark.auction(i)));
        }
        case Nexmark.BID_LOG -> {
          client.createLog(log, Nexmark.BID_SCHEMA.toString(), PARTITIONS);
          logs.fill(
              log,
              Nexmark.BID_SCHEMA,
              nexmark.bids(),
              i -> Long.toString(nexmark.bid(i).auction()),
              i -> Nexmark.event(nexmark.bid(i)));
        }
        default -> throw new IllegalArgumentException(log);
      }
    }
  }

  @Override
  public long events() {
    return query.logs().stream().mapToLong(this::count).sum();
  }

  private long count(String log) {
    return switch (log) {
      case Nexmark.PERSON_LOG -> nexmark.persons();
      case Nexmark.AUCTION_LOG -> nexmark.auctions();
      case Nexmark.BID_LOG -> nexmark.bids();
      default -> throw new IllegalArgumentException(log);
    };
  }

  @Override
  public long toAggregate() {
    return events();
  }

  @Override
  public String sql() {
    return query.query();
  }

  @Override
  public String key() {
    return query.key();
  }

  @Override
  public Optional<WorkTopology> topology() {
    return query.topology();
  }

  @Override
  public Totals expected() {
    return query.expected(new NexmarkAnswers(nexmark));
  }
}
