package io.tidemark.bench.events;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * The events of Nexmark, an auction house, after its public definition (as in Apache Beam's suite):
 * of each 50 events the first is a person, the next three are auctions, the other 46 are bids.
 * Event {@code n} is always the same for a seed, and happens a tenth of a millisecond after the one
 * before.
 *
 * <p>Half of the bids go to the auction that is hot at the time, three of four are by a hot bidder,
 * and three of four auctions are by a hot seller. Names and paddings are this project's own, as
 * long as the definition has them on average.
 */
public record Nexmark(long events, long seed) {
  /** The logs, each keyed by the id, that of the auction for bids. */
  public static final String PERSON_LOG = "person";

  public static final String AUCTION_LOG = "auction";
  public static final String BID_LOG = "bid";

  public static final Schema PERSON_SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Person","fields":[
                {"name":"id","type":"long"},
                {"name":"name","type":"string"},
                {"name":"email","type":"string"},
                {"name":"credit_card","type":"string"},
                {"name":"city","type":"string"},
                {"name":"state","type":"string"},
                {"name":"date_time","type":"long"},
                {"name":"extra","type":"string"}]}
              """);

  public static final Schema AUCTION_SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Auction","fields":[
                {"name":"id","type":"long"},
                {"name":"item_name","type":"string"},
                {"name":"description","type":"string"},
                {"name":"initial_bid","type":"long"},
                {"name":"reserve","type":"long"},
                {"name":"date_time","type":"long"},
                {"name":"expires","type":"long"},
                {"name":"seller","type":"long"},
                {"name":"category","type":"long"},
                {"name":"extra","type":"string"}]}
              """);

  public static final Schema BID_SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Bid","fields":[
                {"name":"auction","type":"long"},
                {"name":"bidder","type":"long"},
                {"name":"price","type":"long"},
                {"name":"date_time","type":"long"},
                {"name":"extra","type":"string"}]}
              """);

  private static final int IN_ALL = 50;
  private static final int PERSONS = 1;
  private static final int AUCTIONS = 3;
  private static final int BIDS = IN_ALL - PERSONS - AUCTIONS;

  private static final long FIRST_PERSON = 1_000;
  private static final long FIRST_AUCTION = 1_000;
  private static final long FIRST_CATEGORY = 10;
  private static final int CATEGORIES = 5;
  private static final int ACTIVE_PERSONS = 1_000;
  private static final int OPEN_AUCTIONS = 100;

  /** Ids that are spoken of a little before their event. */
  private static final int LEAD = 10;

  private static final int HOT_EVERY = 100;
  private static final int HOT_AUCTION = 2;
  private static final int HOT_PERSON = 4;

  /** A quarter of a second before a window of 10 s ends. */
  private static final long BEGAN_MS = 1_600_000_009_750L;

  private static final int EVENTS_A_MS = 10;
  private static final int PERSON_PADDING = 100;
  private static final int DESCRIPTION = 100;
  private static final int AUCTION_PADDING = 300;
  private static final int BID_PADDING = 70;

  private static final List<String> STATES = List.of("AZ", "CA", "ID", "OR", "WA", "WY");
  private static final List<String> CITIES =
      List.of(
          "Phoenix",
          "Los Angeles",
          "San Francisco",
          "Boise",
          "Portland",
          "Bend",
          "Redmond",
          "Seattle",
          "Kent",
          "Cheyenne");
  private static final Noise NOISE = new Noise(20_260_103, 1 << 14);

  /** Somebody who sells or bids. */
  public record Person(long id, String city, String state, long atMs) {
    /** A name of its own. */
    public String name() {
      return "person " + id;
    }
  }

  /** Something that is sold. */
  public record Auction(long id, long seller, long category, long atMs, long expiresMs) {}

  /** An offer. */
  public record Bid(long auction, long bidder, long price, long atMs) {}

  public Nexmark {
    if (events < IN_ALL) {
      throw new IllegalArgumentException("needs at least %d events".formatted(IN_ALL));
    }
  }

  public long persons() {
    return count(PERSONS, 0);
  }

  public long auctions() {
    return count(AUCTIONS, PERSONS);
  }

  public long bids() {
    return count(BIDS, PERSONS + AUCTIONS);
  }

  private long count(int each, int before) {
    return events / IN_ALL * each + Math.max(0, Math.min(each, events % IN_ALL - before));
  }

  /** The person of that place among the persons. */
  public Person person(long i) {
    long n = i * IN_ALL;
    SplittableRandom random = random(n);
    return new Person(
        FIRST_PERSON + i,
        CITIES.get(random.nextInt(CITIES.size())),
        STATES.get(random.nextInt(STATES.size())),
        atMs(n));
  }

  /** The auction of that place among the auctions. */
  public Auction auction(long i) {
    long n = i / AUCTIONS * IN_ALL + PERSONS + i % AUCTIONS;
    SplittableRandom random = random(n);
    long seller =
        random.nextInt(HOT_PERSON) > 0
            ? lastPerson(n) / HOT_EVERY * HOT_EVERY
            : activePerson(random, n);
    // Open for as long as about as many auctions begin as are open at a time, on average.
    long openMs = 1 + random.nextLong(2L * OPEN_AUCTIONS * IN_ALL / AUCTIONS / EVENTS_A_MS);
    return new Auction(
        FIRST_AUCTION + i,
        FIRST_PERSON + seller,
        FIRST_CATEGORY + random.nextInt(CATEGORIES),
        atMs(n),
        atMs(n) + openMs);
  }

  /** The bid of that place among the bids. */
  public Bid bid(long i) {
    long n = i / BIDS * IN_ALL + PERSONS + AUCTIONS + i % BIDS;
    SplittableRandom random = random(n);
    long last = lastAuction(n);
    long open = Math.max(0, last - OPEN_AUCTIONS);
    long auction =
        random.nextInt(HOT_AUCTION) > 0
            ? last / HOT_EVERY * HOT_EVERY
            : open + random.nextLong(last - open + 1 + LEAD);
    long bidder =
        random.nextInt(HOT_PERSON) > 0
            ? lastPerson(n) / HOT_EVERY * HOT_EVERY + 1
            : activePerson(random, n);
    long price = Math.round(Math.pow(10, random.nextDouble() * 6) * 100);
    return new Bid(FIRST_AUCTION + auction, FIRST_PERSON + bidder, price, atMs(n));
  }

  private static long activePerson(SplittableRandom random, long n) {
    long known = lastPerson(n) + 1;
    long active = Math.min(known, ACTIVE_PERSONS);
    return known - active + random.nextLong(active + LEAD);
  }

  private static long lastPerson(long n) {
    return n / IN_ALL;
  }

  private static long lastAuction(long n) {
    long before = n / IN_ALL * AUCTIONS;
    long place = n % IN_ALL;
    return place < PERSONS
        ? Math.max(0, before - 1)
        : before + Math.min(place - PERSONS, AUCTIONS - 1);
  }

  private SplittableRandom random(long n) {
    return new SplittableRandom(seed ^ (n * 0x9e3779b97f4a7c15L));
  }

  private static long atMs(long n) {
    return BEGAN_MS + n / EVENTS_A_MS;
  }

  /** As an event of {@value #PERSON_LOG}. */
  public static GenericRecord event(Person person) {
    GenericRecord event = new GenericData.Record(PERSON_SCHEMA);
    event.put("id", person.id());
    event.put("name", person.name());
    event.put("email", "person" + person.id() + "@example.com");
    event.put("credit_card", "%016d".formatted(person.id()));
    event.put("city", person.city());
    event.put("state", person.state());
    event.put("date_time", person.atMs());
    event.put("extra", padding(person.id(), PERSON_PADDING));
    return event;
  }

  /** As an event of {@value #AUCTION_LOG}. */
  public static GenericRecord event(Auction auction) {
    GenericRecord event = new GenericData.Record(AUCTION_SCHEMA);
    event.put("id", auction.id());
    event.put("item_name", "item " + auction.id());
    event.put("description", padding(~auction.id(), DESCRIPTION));
    event.put("initial_bid", 100L);
    event.put("reserve", 1_000L);
    event.put("date_time", auction.atMs());
    event.put("expires", auction.expiresMs());
    event.put("seller", auction.seller());
    event.put("category", auction.category());
    event.put("extra", padding(auction.id(), AUCTION_PADDING));
    return event;
  }

  /** As an event of {@value #BID_LOG}. */
  public static GenericRecord event(Bid bid) {
    GenericRecord event = new GenericData.Record(BID_SCHEMA);
    event.put("auction", bid.auction());
    event.put("bidder", bid.bidder());
    event.put("price", bid.price());
    event.put("date_time", bid.atMs());
    event.put("extra", padding(bid.price(), BID_PADDING));
    return event;
  }

  private static String padding(long number, int length) {
    return NOISE.text(number * 0x9e3779b97f4a7c15L, length);
  }
}
