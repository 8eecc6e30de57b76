package io.tidemark.bench.peers;

import io.tidemark.bench.events.Nexmark;
import io.tidemark.bench.events.Nexmark.Auction;
import io.tidemark.bench.events.Nexmark.Bid;
import io.tidemark.bench.events.Nexmark.Person;
import io.tidemark.bench.peers.ViewWork.Totals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What the queries must give, computed in plain Java from the same events. */
record NexmarkAnswers(Nexmark nexmark) {
  private Stream<Bid> bids() {
    return LongStream.range(0, nexmark.bids()).mapToObj(nexmark::bid);
  }

  private Stream<Auction> auctions() {
    return LongStream.range(0, nexmark.auctions()).mapToObj(nexmark::auction);
  }

  private Stream<Person> persons() {
    return LongStream.range(0, nexmark.persons()).mapToObj(nexmark::person);
  }

  /** Some of the bids, with what their price has become. */
  Totals bids(Predicate<Bid> chosen, ToLongFunction<Bid> price) {
    long[] rowsAndSum = new long[2];
    bids()
        .filter(chosen)
        .forEach(
            bid -> {
              rowsAndSum[0]++;
              rowsAndSum[1] += price.applyAsLong(bid);
            });
    return new Totals(rowsAndSum[0], Map.of("price", rowsAndSum[1]));
  }

  Totals localItems(long category, Set<String> states) {
    Set<Long> sellers = new HashSet<>();
    persons()
        .filter(person -> states.contains(person.state()))
        .forEach(person -> sellers.add(person.id()));
    List<Auction> found =
        auctions()
            .filter(auction -> auction.category() == category)
            .filter(auction -> sellers.contains(auction.seller()))
            .toList();
    return new Totals(
        found.size(), Map.of("seller", found.stream().mapToLong(Auction::seller).sum()));
  }

  /** The highest bid of each auction that has one while it is open. */
  private Map<Auction, Long> highest() {
    Map<Long, Auction> byId = new HashMap<>();
    auctions().forEach(auction -> byId.put(auction.id(), auction));
    Map<Auction, Long> highest = new HashMap<>();
    bids()
        .forEach(
            bid -> {
              Auction auction = byId.get(bid.auction());
              if (auction != null
                  && bid.atMs() >= auction.atMs()
                  && bid.atMs() <= auction.expiresMs()) {
                highest.merge(auction, bid.price(), Math::max);
              }
            });
    return highest;
  }

  Totals averageByCategory() {
    Map<Long, List<Long>> prices = new HashMap<>();
    highest()
        .forEach(
            (auction, price) ->
                prices.computeIfAbsent(auction.category(), any -> new ArrayList<>()).add(price));
    return averages(prices);
  }

  Totals averageBySeller(int last) {
    Map<Long, List<Map.Entry<Auction, Long>>> bySeller = new HashMap<>();
    highest()
        .entrySet()
        .forEach(
            each ->
                bySeller
                    .computeIfAbsent(each.getKey().seller(), any -> new ArrayList<>())
                    .add(each));
    Comparator<Map.Entry<Auction, Long>> newestFirst =
        Comparator.<Map.Entry<Auction, Long>>comparingLong(each -> each.getKey().expiresMs())
            .thenComparingLong(each -> each.getKey().id())
            .reversed();
    Map<Long, List<Long>> prices = new HashMap<>();
    bySeller.forEach(
        (seller, auctions) ->
            prices.put(
                seller,
                auctions.stream()
                    .sorted(newestFirst)
                    .limit(last)
                    .map(Map.Entry::getValue)
                    .toList()));
    return averages(prices);
  }

  /** Averages of whole numbers are whole numbers, cut off. */
  private static Totals averages(Map<Long, List<Long>> prices) {
    long sum =
        prices.values().stream()
            .mapToLong(each -> each.stream().mapToLong(Long::longValue).sum() / each.size())
            .sum();
    return new Totals(prices.size(), Map.of("price", sum));
  }

  Totals hotItems(long everyMs, int slices) {
    Map<Long, Map<Long, Long>> counts = new HashMap<>();
    bids()
        .forEach(
            bid -> {
              for (int back = 0; back < slices; back++) {
                counts
                    .computeIfAbsent(bid.atMs() / everyMs - back, any -> new HashMap<>())
                    .merge(bid.auction(), 1L, Long::sum);
              }
            });
    long sum =
        counts.values().stream()
            .mapToLong(
                window -> window.values().stream().mapToLong(Long::longValue).max().orElse(0))
            .sum();
    return new Totals(counts.size(), Map.of("bids", sum));
  }

  Totals highestBids(long windowMs) {
    Map<Long, Long> highest = new HashMap<>();
    bids().forEach(bid -> highest.merge(bid.atMs() / windowMs, bid.price(), Math::max));
    return new Totals(
        highest.size(),
        Map.of("price", highest.values().stream().mapToLong(Long::longValue).sum()));
  }

  Totals newUsers(long windowMs) {
    Map<Long, Long> began = new HashMap<>();
    persons().forEach(person -> began.put(person.id(), person.atMs() / windowMs));
    Set<Long> found = new HashSet<>();
    auctions()
        .filter(
            auction -> {
              Long window = began.get(auction.seller());
              return window != null && window == auction.atMs() / windowMs;
            })
        .forEach(auction -> found.add(auction.seller()));
    return new Totals(found.size(), Map.of("id", found.stream().mapToLong(Long::longValue).sum()));
  }
}
