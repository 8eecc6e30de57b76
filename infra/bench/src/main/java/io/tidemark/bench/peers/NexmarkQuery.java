package io.tidemark.bench.peers;

import io.tidemark.bench.events.Nexmark;
import io.tidemark.bench.peers.ViewWork.Totals;
import io.tidemark.bench.streams.WorkTopology;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The queries of Nexmark as views. Times are whole milliseconds. What is over windows of time is
 * said by arithmetic: a view is right at any time, and no row of it waits until a window ends.
 */
enum NexmarkQuery {
  Q0(
      "pass through",
      "(PRIMARY KEY (part, place))",
      """
      SELECT _partition AS part, _offset AS place, auction, bidder, price, date_time, extra
      FROM bid
      """,
      WorkTopology.NEXMARK_Q0) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.bids(bid -> true, bid -> bid.price());
    }
  },
  Q1(
      "currency conversion",
      "(PRIMARY KEY (part, place))",
      """
      SELECT _partition AS part, _offset AS place, auction, bidder,
        price * 908 / 1000 AS price, date_time, extra
      FROM bid
      """,
      WorkTopology.NEXMARK_Q1) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.bids(bid -> true, bid -> bid.price() * 908 / 1_000);
    }
  },
  Q2(
      "selection",
      "(PRIMARY KEY (part, place))",
      """
      SELECT _partition AS part, _offset AS place, auction, price
      FROM bid
      WHERE MOD(auction, 123) = 0
      """,
      WorkTopology.NEXMARK_Q2) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.bids(bid -> bid.auction() % 123 == 0, bid -> bid.price());
    }
  },
  Q3(
      "local item suggestion",
      "(PRIMARY KEY (id))",
      """
      SELECT a.id, p.name, p.city, p.state, a.seller
      FROM auction AS a
      JOIN person AS p ON a.seller = p.id
      WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')
      """,
      WorkTopology.NEXMARK_Q3) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.localItems(10, Set.of("OR", "ID", "CA"));
    }
  },
  Q4(
      "average price for a category",
      "",
      """
      SELECT category, AVG(highest) AS price
      FROM (
        SELECT a.id, a.category, MAX(b.price) AS highest
        FROM auction AS a
        JOIN bid AS b ON a.id = b.auction
        WHERE b.date_time BETWEEN a.date_time AND a.expires
        GROUP BY a.id, a.category)
      GROUP BY category
      """,
      null) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.averageByCategory();
    }
  },
  Q5(
      "hot items, windows of 10 s every 2 s",
      "(PRIMARY KEY (began))",
      """
      SELECT began, auction, bids
      FROM (
        SELECT began, auction, bids,
          ROW_NUMBER() OVER (PARTITION BY began ORDER BY bids DESC, auction ASC) AS place
        FROM (
          SELECT auction, began, COUNT(*) AS bids
          FROM (
            SELECT auction, date_time / 2000 - back AS began
            FROM bid CROSS JOIN UNNEST(ARRAY[0, 1, 2, 3, 4]) AS s (back))
          GROUP BY auction, began))
      WHERE place = 1
      """,
      null) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.hotItems(2_000, 5);
    }
  },
  Q6(
      "average selling price by seller, of the last 10 auctions",
      "",
      """
      SELECT seller, AVG(highest) AS price
      FROM (
        SELECT seller, highest,
          ROW_NUMBER() OVER (PARTITION BY seller ORDER BY expires DESC, id DESC) AS place
        FROM (
          SELECT a.id, a.seller, a.expires, MAX(b.price) AS highest
          FROM auction AS a
          JOIN bid AS b ON a.id = b.auction
          WHERE b.date_time BETWEEN a.date_time AND a.expires
          GROUP BY a.id, a.seller, a.expires))
      WHERE place <= 10
      GROUP BY seller
      """,
      null) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.averageBySeller(10);
    }
  },
  Q7(
      "highest bid, windows of 10 s",
      "(PRIMARY KEY (began))",
      """
      SELECT began, auction, bidder, price, date_time
      FROM (
        SELECT began, auction, bidder, price, date_time,
          ROW_NUMBER() OVER (
            PARTITION BY began
            ORDER BY price DESC, date_time ASC, part ASC, place ASC) AS place
        FROM (
          SELECT date_time / 10000 AS began, auction, bidder, price, date_time,
            _partition AS part, _offset AS place
          FROM bid))
      WHERE place = 1
      """,
      null) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.highestBids(10_000);
    }
  },
  Q8(
      "new users, windows of 10 s",
      "(PRIMARY KEY (id, began))",
      """
      SELECT p.id, p.began, p.name
      FROM (
        SELECT id, date_time / 10000 AS began, LAST_VALUE(name) AS name
        FROM person
        GROUP BY id, date_time / 10000) AS p
      JOIN (
        SELECT seller, date_time / 10000 AS began
        FROM auction
        GROUP BY seller, date_time / 10000) AS a
      ON p.id = a.seller AND p.began = a.began
      """,
      WorkTopology.NEXMARK_Q8) {
    @Override
    Totals expected(NexmarkAnswers answers) {
      return answers.newUsers(10_000);
    }
  };

  private final String title;
  private final String key;
  private final String query;
  private final @Nullable WorkTopology topology;

  NexmarkQuery(String title, String key, String query, @Nullable WorkTopology topology) {
    this.title = title;
    this.key = key;
    this.query = query;
    this.topology = topology;
  }

  /** "q0: pass through". */
  String title() {
    return name().toLowerCase(Locale.ROOT) + ": " + title;
  }

  String key() {
    return key;
  }

  String query() {
    return query;
  }

  Optional<WorkTopology> topology() {
    return Optional.ofNullable(topology);
  }

  /** The logs that it reads. */
  Set<String> logs() {
    return switch (this) {
      case Q0, Q1, Q2, Q5, Q7 -> Set.of(Nexmark.BID_LOG);
      case Q3, Q8 -> Set.of(Nexmark.AUCTION_LOG, Nexmark.PERSON_LOG);
      case Q4, Q6 -> Set.of(Nexmark.AUCTION_LOG, Nexmark.BID_LOG);
    };
  }

  /** What the view must add up to. */
  abstract Totals expected(NexmarkAnswers answers);
}
