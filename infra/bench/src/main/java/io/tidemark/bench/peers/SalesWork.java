package io.tidemark.bench.peers;

import io.tidemark.bench.events.LogFill;
import io.tidemark.bench.events.Sales;
import io.tidemark.bench.streams.WorkTopology;
import io.tidemark.client.TidemarkClient;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The views over sales. */
record SalesWork(Kind kind, Sales sales) implements ViewWork {
  /** Which view. */
  enum Kind {
    COUNTS(
        "count and sum per key",
        """
        SELECT customer, COUNT(*) AS sales, SUM(amount) AS total
        FROM sales
        GROUP BY customer
        """,
        WorkTopology.COUNTS),
    REKEYED(
        "count and sum by another key",
        """
        SELECT product, COUNT(*) AS sales, SUM(amount) AS total
        FROM sales
        GROUP BY product
        """,
        WorkTopology.REKEYED),
    JOINED(
        "count and sum per key, joined with a second log",
        """
        SELECT s.customer, c.region, s.sales, s.total
        FROM (
          SELECT customer, COUNT(*) AS sales, SUM(amount) AS total
          FROM sales
          GROUP BY customer) AS s
        JOIN (
          SELECT customer, LAST_VALUE(region) AS region
          FROM customers
          GROUP BY customer) AS c
        ON s.customer = c.customer
        """,
        WorkTopology.JOINED);

    private final String title;
    private final String query;
    private final WorkTopology topology;

    Kind(String title, String query, WorkTopology topology) {
      this.title = title;
      this.query = query;
      this.topology = topology;
    }
  }

  @Override
  public String title() {
    return kind.title;
  }

  @Override
  public void fill(TidemarkClient client, LogFill logs) throws IOException, InterruptedException {
    if (kind == Kind.JOINED) {
      client.createLog(Sales.CUSTOMERS_LOG, Sales.CUSTOMER_SCHEMA.toString(), PARTITIONS);
      logs.fill(
          Sales.CUSTOMERS_LOG,
          Sales.CUSTOMER_SCHEMA,
          sales.keys(),
          Sales::customer,
          Sales::customerEvent);
    }
    client.createLog(Sales.LOG, Sales.SCHEMA.toString(), PARTITIONS);
    logs.fill(Sales.LOG, Sales.SCHEMA, sales.events(), sales::key, sales::event);
  }

  @Override
  public long events() {
    return sales.events() + (kind == Kind.JOINED ? sales.keys() : 0);
  }

  @Override
  public long toAggregate() {
    return sales.events();
  }

  @Override
  public String sql() {
    return kind.query;
  }

  @Override
  public String key() {
    return kind == Kind.JOINED ? "(PRIMARY KEY (customer))" : "";
  }

  @Override
  public Optional<WorkTopology> topology() {
    return Optional.of(kind.topology);
  }

  @Override
  public Totals expected() {
    Sales.Totals totals = kind == Kind.REKEYED ? sales.byProduct() : sales.byCustomer();
    return new Totals(totals.rows(), Map.of("sales", totals.sales(), "total", totals.total()));
  }
}
