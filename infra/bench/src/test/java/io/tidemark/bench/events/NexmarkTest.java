package io.tidemark.bench.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.events.Nexmark.Auction;
import io.tidemark.bench.events.Nexmark.Bid;
import io.tidemark.bench.events.Nexmark.Person;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The events have the proportions of the public definition, and are the same for the same seed. */
class NexmarkTest {
  private static final Nexmark NEXMARK = new Nexmark(50_000, 17);

  private final List<Person> persons =
      LongStream.range(0, NEXMARK.persons()).mapToObj(NEXMARK::person).toList();
  private final List<Auction> auctions =
      LongStream.range(0, NEXMARK.auctions()).mapToObj(NEXMARK::auction).toList();
  private final List<Bid> bids =
      LongStream.range(0, NEXMARK.bids()).mapToObj(NEXMARK::bid).toList();

  @Test
  void ofFiftyEventsOneIsAPersonThreeAreAuctionsAndTheOthersBids() {
    assertThat(List.of(persons.size(), auctions.size(), bids.size()))
        .containsExactly(1_000, 3_000, 46_000);

    Nexmark odd = new Nexmark(107, 17);
    assertThat(List.of(odd.persons(), odd.auctions(), odd.bids())).containsExactly(3L, 9L, 95L);
  }

  @Test
  void theSameSeedGivesTheSameEventsAndAnotherSeedOthers() {
    Nexmark again = new Nexmark(50_000, 17);
    Nexmark other = new Nexmark(50_000, 18);

    assertThat(LongStream.range(0, 1_000).mapToObj(again::bid).toList())
        .isEqualTo(bids.subList(0, 1_000));
    assertThat(again.person(7)).isEqualTo(persons.get(7));
    assertThat(again.auction(7)).isEqualTo(auctions.get(7));
    assertThat(LongStream.range(0, 1_000).mapToObj(other::bid).toList())
        .isNotEqualTo(bids.subList(0, 1_000));
  }

  @Test
  void timePassesAndIdsAreCountedUp() {
    assertThat(persons.get(999).id() - persons.get(0).id()).isEqualTo(999);
    assertThat(auctions.get(2_999).id() - auctions.get(0).id()).isEqualTo(2_999);
    assertThat(bids.stream().map(Bid::atMs)).isSorted();
    // A tenth of a millisecond an event.
    assertThat(bids.get(45_999).atMs() - bids.get(0).atMs()).isBetween(4_990L, 5_000L);
    assertThat(auctions).allMatch(auction -> auction.expiresMs() > auction.atMs());
  }

  @Test
  void halfOfTheBidsGoToHotAuctionsAndThreeOfFourAreByHotBidders() {
    Map<Boolean, Long> auction = new HashMap<>();
    Map<Boolean, Long> bidder = new HashMap<>();
    for (Bid bid : bids) {
      auction.merge((bid.auction() - 1_000) % 100 == 0, 1L, Long::sum);
      bidder.merge((bid.bidder() - 1_000) % 100 == 1, 1L, Long::sum);
    }
    // Some of the others hit one by chance.
    assertThat(auction.get(true) / 46_000.0).isBetween(0.49, 0.52);
    assertThat(bidder.get(true) / 46_000.0).isBetween(0.74, 0.77);
  }

  @Test
  void sellersAndBiddersAreKnownOrAboutToCome() {
    for (int i = 0; i < auctions.size(); i++) {
      long newest = persons.get(i / 3).id();
      assertThat(auctions.get(i).seller()).isBetween(newest - 1_010, newest + 10);
    }
    for (int i = 0; i < bids.size(); i++) {
      long newest = auctions.get(i / 46 * 3 + 2).id();
      assertThat(bids.get(i).auction()).isBetween(newest - 110, newest + 10);
      assertThat(bids.get(i).price()).isBetween(100L, 100_000_000L);
    }
  }
}
