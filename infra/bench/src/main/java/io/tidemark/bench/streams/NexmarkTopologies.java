package io.tidemark.bench.streams;

import io.tidemark.bench.events.Nexmark;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** Those queries of Nexmark that Kafka Streams says without windows that close. */
final class NexmarkTopologies {
  static final Schema Q0 =
      SchemaBuilder.record("Q0")
          .fields()
          .requiredLong("auction")
          .requiredLong("bidder")
          .requiredLong("price")
          .requiredLong("date_time")
          .requiredString("extra")
          .endRecord();
  static final Schema Q2 =
      SchemaBuilder.record("Q2").fields().requiredLong("auction").requiredLong("price").endRecord();
  static final Schema Q3 =
      SchemaBuilder.record("Q3")
          .fields()
          .requiredLong("id")
          .requiredString("name")
          .requiredString("city")
          .requiredString("state")
          .requiredLong("seller")
          .endRecord();
  static final Schema Q8 =
      SchemaBuilder.record("Q8")
          .fields()
          .requiredLong("id")
          .requiredLong("began")
          .requiredString("name")
          .endRecord();

  private static final Schema ITEM =
      SchemaBuilder.record("Item").fields().requiredLong("id").requiredLong("seller").endRecord();
  private static final Schema PLACE =
      SchemaBuilder.record("Place")
          .fields()
          .requiredString("name")
          .requiredString("city")
          .requiredString("state")
          .endRecord();
  private static final Schema SELLER =
      SchemaBuilder.record("Seller").fields().requiredLong("seller").endRecord();

  private static final long CATEGORY = 10;
  private static final Set<String> STATES = Set.of("OR", "ID", "CA");
  private static final long WINDOW_MS = 10_000;

  private NexmarkTopologies() {}

  /** Chosen bids, each a row under its place in the log, kept where it was read. */
  static void bids(
      StreamsBuilder builder,
      LongAdder processed,
      Predicate<GenericRecord> chosen,
      Schema rows,
      Function<GenericRecord, GenericRecord> row) {
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(WorkTopology.STORE),
            Serdes.String(),
            new RowSerde(rows)));
    events(builder, Nexmark.BID_LOG, Nexmark.BID_SCHEMA, processed)
        .filter((auction, bid) -> chosen.test(bid))
        .mapValues(row::apply)
        .process(Keep::new, WorkTopology.STORE);
  }

  private static final class Keep extends ContextualProcessor<String, GenericRecord, Void, Void> {
    @Override
    public void process(Record<String, GenericRecord> record) {
      RecordMetadata place = context().recordMetadata().orElseThrow();
      KeyValueStore<String, GenericRecord> store = context().getStateStore(WorkTopology.STORE);
      store.put(place.partition() + "-" + place.offset(), record.value());
    }
  }

  static void localItems(StreamsBuilder builder, LongAdder processed) {
    KTable<String, GenericRecord> items =
        events(builder, Nexmark.AUCTION_LOG, Nexmark.AUCTION_SCHEMA, processed)
            .filter((id, auction) -> number(auction, "category") == CATEGORY)
            .mapValues(auction -> copy(auction, ITEM))
            .toTable(WorkTopology.materialized("items", ITEM));
    KTable<String, GenericRecord> places =
        events(builder, Nexmark.PERSON_LOG, Nexmark.PERSON_SCHEMA, processed)
            .filter((id, person) -> STATES.contains(person.get("state").toString()))
            .mapValues(person -> copy(person, PLACE))
            .toTable(WorkTopology.materialized("places", PLACE));
    items.join(
        places,
        item -> item.get("seller").toString(),
        (item, place) -> {
          GenericRecord row = new GenericData.Record(Q3);
          row.put("id", item.get("id"));
          row.put("name", place.get("name"));
          row.put("city", place.get("city"));
          row.put("state", place.get("state"));
          row.put("seller", item.get("seller"));
          return row;
        },
        WorkTopology.materialized(WorkTopology.STORE, Q3));
  }

  static void newUsers(StreamsBuilder builder, LongAdder processed) {
    KTable<String, GenericRecord> users =
        events(builder, Nexmark.PERSON_LOG, Nexmark.PERSON_SCHEMA, processed)
            .map(
                (id, person) -> {
                  GenericRecord row = new GenericData.Record(Q8);
                  row.put("id", person.get("id"));
                  row.put("began", number(person, "date_time") / WINDOW_MS);
                  row.put("name", person.get("name"));
                  return KeyValue.pair(window(person, "id"), row);
                })
            .toTable(WorkTopology.materialized("users", Q8));
    KTable<String, GenericRecord> sellers =
        events(builder, Nexmark.AUCTION_LOG, Nexmark.AUCTION_SCHEMA, processed)
            .map((id, auction) -> KeyValue.pair(window(auction, "seller"), copy(auction, SELLER)))
            .toTable(WorkTopology.materialized("sellers", SELLER));
    users.join(sellers, (user, seller) -> user, WorkTopology.materialized(WorkTopology.STORE, Q8));
  }

  static GenericRecord copy(GenericRecord from, Schema schema) {
    GenericRecord copy = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      copy.put(field.pos(), from.get(field.name()));
    }
    return copy;
  }

  static long number(GenericRecord record, String field) {
    return (Long) record.get(field);
  }

  private static String window(GenericRecord event, String person) {
    return event.get(person) + "@" + number(event, "date_time") / WINDOW_MS;
  }

  private static KStream<String, GenericRecord> events(
      StreamsBuilder builder, String log, Schema schema, LongAdder processed) {
    return builder.stream(log, Consumed.with(Serdes.String(), new EventSerde(schema)))
        .peek((key, event) -> processed.increment());
  }
}
