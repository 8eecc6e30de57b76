package io.tidemark.bench.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** The sales are what the report says of them. */
class SalesTest {
  private final Sales sales = new Sales(20_000, 15_000);

  @Test
  void everyEventHas200BytesInTheWireFormat() throws Exception {
    GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(Sales.SCHEMA);
    for (long i = 0; i < 1_000; i++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      writer.write(sales.event(i), encoder);
      encoder.flush();
      assertThat(WireFormat.HEADER_BYTES + bytes.size()).as("event %d", i).isEqualTo(200);
    }
  }

  @Test
  void theTotalsAreThoseOfTheEvents() {
    Map<String, Long> byCustomer = new HashMap<>();
    Map<String, Long> byProduct = new HashMap<>();
    for (long i = 0; i < sales.events(); i++) {
      GenericRecord sale = sales.event(i);
      assertThat(sales.key(i)).isEqualTo(sale.get("customer"));
      byCustomer.merge(sale.get("customer").toString(), (Long) sale.get("amount"), Long::sum);
      byProduct.merge(sale.get("product").toString(), (Long) sale.get("amount"), Long::sum);
    }
    assertThat(sales.byCustomer()).isEqualTo(totals(byCustomer));
    assertThat(sales.byProduct()).isEqualTo(totals(byProduct));
    // What 20,000 draws leave of 15,000 is about a quarter.
    assertThat(byCustomer).hasSizeBetween(10_800, 11_300);
    assertThat(byProduct).hasSizeBetween(10_800, 11_300);
    assertThat(byCustomer.size()).isNotEqualTo(byProduct.size());
  }

  @Test
  void withAsManyKeysAsEventsEachCustomerBuysOnce() {
    Sales once = new Sales(5_000, 5_000);

    assertThat(LongStream.range(0, 5_000).mapToObj(once::key)).doesNotHaveDuplicates();
    assertThat(once.key(0)).isNotEqualTo(once.key(1));
    assertThat(once.byCustomer().rows()).isEqualTo(5_000);
  }

  @Test
  void fourteenCharactersOfACustomerAreThoseOfAHundred() {
    assertThat(Sales.customer(0)).isEqualTo("customer-0000000");
    assertThat(Sales.customer(4_999_999)).isEqualTo("customer-4999999");
    assertThat(
            LongStream.range(0, 100_000)
                .mapToObj(Sales::customer)
                .filter(customer -> customer.startsWith("customer-00123")))
        .hasSize(100);
  }

  private Sales.Totals totals(Map<String, Long> amounts) {
    return new Sales.Totals(
        amounts.size(), sales.events(), amounts.values().stream().mapToLong(Long::longValue).sum());
  }
}
