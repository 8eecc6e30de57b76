package io.tidemark.bench.events;

import java.util.BitSet;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Sales: event {@code i} of {@code events}, always the same. As Avro in the wire format each takes
 * 200 bytes. Customers and products are drawn at random, independently, from {@code keys} of each;
 * where there are as many keys as events every customer buys once, in no order.
 */
public record Sales(long events, int keys) {
  /** The log of the sales, keyed by customer. */
  public static final String LOG = "sales";

  /** The log of the customers, keyed by customer. */
  public static final String CUSTOMERS_LOG = "customers";

  public static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Sale","fields":[
                {"name":"customer","type":"string"},
                {"name":"product","type":"string"},
                {"name":"amount","type":"long"},
                {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
                {"name":"note","type":"string"}]}
              """);

  public static final Schema CUSTOMER_SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Customer","fields":[
                {"name":"customer","type":"string"},
                {"name":"region","type":"string"}]}
              """);

  /** Beyond what the other fields take, so that an event has 200 bytes. */
  private static final int NOTE_BYTES = 152;

  private static final int LEAST_AMOUNT = 100;
  private static final int AMOUNTS = 900;
  private static final int REGIONS = 50;
  private static final long BEGAN_MS = 1_600_000_000_000L;

  /** A prime that divides no usual number of keys. */
  private static final long STRIDE = 1_000_003;

  private static final long OF_PRODUCTS = 0x5bd1e9955bd1e995L;
  private static final Noise NOISE = new Noise(20_260_102, 1 << 16);

  /**
   * What a view over all sales must add up to.
   *
   * @param rows of a view with a row for each customer, or product, that occurs
   * @param sales all events
   * @param total of all amounts
   */
  public record Totals(long rows, long sales, long total) {}

  public Sales {
    if (events < 1 || keys < 1 || (keys >= events && keys % STRIDE == 0)) {
      throw new IllegalArgumentException(
          "Needs events and keys that %d does not divide, is %d events with %d keys"
              .formatted(STRIDE, events, keys));
    }
  }

  /** The customer of a number, of 16 characters: the first 14 are those of 100 customers. */
  public static String customer(long number) {
    return padded("customer-", number);
  }

  private static String padded(String prefix, long number) {
    String digits = Long.toString(number);
    return prefix + "0000000".substring(Math.min(7, digits.length())) + digits;
  }

  private int customerOf(long i) {
    return (int) (keys >= events ? i * STRIDE % keys : (Noise.mix(i) >>> 1) % keys);
  }

  private int productOf(long i) {
    return (int) ((Noise.mix(i ^ OF_PRODUCTS) >>> 1) % keys);
  }

  /** The amount of an event. */
  public long amountOf(long i) {
    return LEAST_AMOUNT + (Noise.mix(~i) >>> 1) % AMOUNTS;
  }

  /** The key of an event: its customer. */
  public String key(long i) {
    return customer(customerOf(i));
  }

  /** An event. */
  public GenericRecord event(long i) {
    GenericRecord sale = new GenericData.Record(SCHEMA);
    sale.put("customer", key(i));
    sale.put("product", padded("product-", productOf(i)));
    sale.put("amount", amountOf(i));
    sale.put("at", BEGAN_MS + i);
    sale.put("note", NOISE.text(Noise.mix(i), NOTE_BYTES));
    return sale;
  }

  /** What is known of a customer, of {@code keys}. */
  public static GenericRecord customerEvent(long number) {
    GenericRecord customer = new GenericData.Record(CUSTOMER_SCHEMA);
    customer.put("customer", customer(number));
    customer.put("region", "region-" + number % REGIONS);
    return customer;
  }

  /** What a view by customer must add up to. */
  public Totals byCustomer() {
    return totals(false);
  }

  /** What a view by product must add up to. */
  public Totals byProduct() {
    return totals(true);
  }

  private Totals totals(boolean products) {
    BitSet seen = new BitSet(keys);
    long total = 0;
    for (long i = 0; i < events; i++) {
      seen.set(products ? productOf(i) : customerOf(i));
      total += amountOf(i);
    }
    return new Totals(seen.cardinality(), events, total);
  }
}
