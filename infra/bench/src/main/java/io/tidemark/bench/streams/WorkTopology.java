package io.tidemark.bench.streams;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.events.Sales;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What a process works on. Each ends in one store, {@value #STORE}, whose keys are texts. To add
 * one, add a constant.
 */
public enum WorkTopology {
  /** Sales and their total of each customer: the key of the log. */
  COUNTS {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      byCustomer(builder, processed, STORE);
    }
  },

  /** Sales and their total of each product: by another key than the log's. */
  REKEYED {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      // Only what is needed goes through the topic in between.
      sales(builder)
          .map(
              (customer, sale) ->
                  KeyValue.pair(sale.get("product").toString(), (Long) sale.get("amount")))
          .groupByKey(Grouped.with(Serdes.String(), Serdes.Long()))
          .aggregate(
              () -> emptySum(SALES_BY_PRODUCT),
              (product, amount, sum) -> add(sum, product, amount, processed),
              materialized(STORE, SALES_BY_PRODUCT));
    }
  },

  /** As {@link #COUNTS}, with what another log says of the customer. */
  JOINED(true) {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      KTable<String, GenericRecord> sums = byCustomer(builder, processed, "sums");
      KTable<String, GenericRecord> customers =
          builder.stream(
                  Sales.CUSTOMERS_LOG,
                  Consumed.with(Serdes.String(), new EventSerde(Sales.CUSTOMER_SCHEMA)))
              .toTable(materialized("customers", Sales.CUSTOMER_SCHEMA));
      sums.join(
          customers,
          (sum, customer) -> {
            GenericRecord row = new GenericData.Record(JOINED_SALES);
            row.put("customer", sum.get("customer"));
            row.put("region", customer.get("region"));
            row.put("sales", sum.get("sales"));
            row.put("total", sum.get("total"));
            return row;
          },
          materialized(STORE, JOINED_SALES));
    }
  },

  /** All bids. */
  NEXMARK_Q0 {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      NexmarkTopologies.bids(
          builder,
          processed,
          bid -> true,
          NexmarkTopologies.Q0,
          bid -> NexmarkTopologies.copy(bid, NexmarkTopologies.Q0));
    }
  },

  /** All bids, their prices in another currency. */
  NEXMARK_Q1 {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      NexmarkTopologies.bids(
          builder,
          processed,
          bid -> true,
          NexmarkTopologies.Q0,
          bid -> {
            GenericRecord row = NexmarkTopologies.copy(bid, NexmarkTopologies.Q0);
            row.put("price", NexmarkTopologies.number(bid, "price") * 908 / 1_000);
            return row;
          });
    }
  },

  /** The bids on some auctions. */
  NEXMARK_Q2 {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      NexmarkTopologies.bids(
          builder,
          processed,
          bid -> NexmarkTopologies.number(bid, "auction") % 123 == 0,
          NexmarkTopologies.Q2,
          bid -> NexmarkTopologies.copy(bid, NexmarkTopologies.Q2));
    }
  },

  /** Auctions of one category, by people of some states. */
  NEXMARK_Q3(true) {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      NexmarkTopologies.localItems(builder, processed);
    }
  },

  /** People who sell something in the ten seconds in which they have come. */
  NEXMARK_Q8(true) {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      NexmarkTopologies.newUsers(builder, processed);
    }
  },

  /** The newest reading of each key, and how many there were. */
  NEWEST {
    @Override
    void build(StreamsBuilder builder, LongAdder processed) {
      builder.stream(Readings.LOG, Consumed.with(Serdes.String(), new EventSerde(Readings.SCHEMA)))
          .groupByKey()
          .aggregate(
              () -> new GenericData.Record(NEWEST_READINGS),
              (id, reading, newest) -> newer(newest, id, reading, processed),
              materialized(STORE, NEWEST_READINGS));
    }
  };

  /** The store that ends the work. */
  static final String STORE = "view";

  private static final Duration SOON = Duration.ofMillis(100);

  private static final Schema SALES_BY_CUSTOMER = sums("customer");
  private static final Schema SALES_BY_PRODUCT = sums("product");
  private static final Schema JOINED_SALES =
      SchemaBuilder.record("JoinedSales")
          .fields()
          .requiredString("customer")
          .requiredString("region")
          .requiredLong("sales")
          .requiredLong("total")
          .endRecord();

  private static final Schema NEWEST_READINGS =
      SchemaBuilder.record("NewestReading")
          .fields()
          .requiredString("id")
          .requiredLong("events")
          .requiredLong("number")
          .requiredString("note")
          .endRecord();

  private final boolean joins;

  WorkTopology() {
    this(false);
  }

  WorkTopology(boolean joins) {
    this.joins = joins;
  }

  /**
   * Builds it.
   *
   * @param processed counts the events that have got to the aggregate
   */
  abstract void build(StreamsBuilder builder, LongAdder processed);

  /**
   * How often to commit, when Streams would do so at that interval by default: before a join more
   * often, since what has changed comes to it only with the next commit, 30 s apart.
   */
  Duration commitInterval(Duration byDefault) {
    return joins && byDefault.compareTo(SOON) > 0 ? SOON : byDefault;
  }

  private static Schema sums(String key) {
    return SchemaBuilder.record("SalesBy" + key)
        .fields()
        .requiredString(key)
        .requiredLong("sales")
        .requiredLong("total")
        .endRecord();
  }

  private static KStream<String, GenericRecord> sales(StreamsBuilder builder) {
    return builder.stream(Sales.LOG, Consumed.with(Serdes.String(), new EventSerde(Sales.SCHEMA)));
  }

  private static KTable<String, GenericRecord> byCustomer(
      StreamsBuilder builder, LongAdder processed, String store) {
    return sales(builder)
        .groupByKey()
        .aggregate(
            () -> emptySum(SALES_BY_CUSTOMER),
            (customer, sale, sum) -> add(sum, customer, (Long) sale.get("amount"), processed),
            materialized(store, SALES_BY_CUSTOMER));
  }

  static Materialized<String, GenericRecord, KeyValueStore<Bytes, byte[]>> materialized(
      String store, Schema rows) {
    return Materialized.<String, GenericRecord, KeyValueStore<Bytes, byte[]>>as(store)
        .withKeySerde(Serdes.String())
        .withValueSerde(new RowSerde(rows));
  }

  private static GenericRecord emptySum(Schema rows) {
    GenericRecord sum = new GenericData.Record(rows);
    sum.put(0, "");
    sum.put(1, 0L);
    sum.put(2, 0L);
    return sum;
  }

  private static GenericRecord add(
      GenericRecord sum, String key, long amount, LongAdder processed) {
    GenericRecord next = new GenericData.Record(sum.getSchema());
    next.put(0, key);
    next.put(1, (Long) sum.get(1) + 1);
    next.put(2, (Long) sum.get(2) + amount);
    processed.increment();
    return next;
  }

  /** The next row; each column but the first is an aggregate of its own, as in SQL. */
  private static GenericRecord newer(
      GenericRecord newest, String id, GenericRecord reading, LongAdder processed) {
    GenericRecord next = new GenericData.Record(NEWEST_READINGS);
    boolean first = newest.get("id") == null;
    long number = (Long) reading.get("number");
    String note = reading.get("note").toString();
    next.put("id", id);
    next.put("events", first ? 1L : (Long) newest.get("events") + 1);
    next.put("number", first ? number : Math.max(number, (Long) newest.get("number")));
    next.put("note", first ? note : later(note, newest.get("note").toString()));
    processed.increment();
    return next;
  }

  private static String later(String one, String other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
