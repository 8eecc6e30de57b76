package io.tidemark.bench.streams;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Interactive queries of the store {@value WorkTopology#STORE}, all of whose partitions are in this
 * process. Each key is looked up in its own partition only. Thread-safe.
 *
 * <p>Every method throws {@link InvalidStateStoreException} while a partition is not there.
 */
final class LocalStores {
  /**
   * What all rows add up to.
   *
   * @param sums by name, of each column that is a whole number
   */
  record Totals(long rows, Map<String, Long> sums) {}

  private final KafkaStreams streams;
  private final int partitions;
  private final Serializer<String> keys = Serdes.String().serializer();
  private final AtomicReferenceArray<@Nullable ReadOnlyKeyValueStore<String, GenericRecord>> open;

  LocalStores(KafkaStreams streams, int partitions) {
    this.streams = streams;
    this.partitions = partitions;
    this.open = new AtomicReferenceArray<>(partitions);
  }

  /** The row of a key; {@code null} when there is none. */
  @Nullable GenericRecord get(String key) {
    int partition =
        BuiltInPartitioner.partitionForKey(keys.serialize(WorkTopology.STORE, key), partitions);
    try {
      return store(partition).get(key);
    } catch (InvalidStateStoreException e) {
      open.set(partition, null);
      throw e;
    }
  }

  /** The first rows, in key order, whose key begins so. */
  List<GenericRecord> prefix(String prefix, int limit) {
    List<KeyValue<String, GenericRecord>> found = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      try (KeyValueIterator<String, GenericRecord> rows =
          store(partition).prefixScan(prefix, keys)) {
        for (int i = 0; i < limit && rows.hasNext(); i++) {
          found.add(rows.next());
        }
      }
    }
    found.sort(Comparator.comparing(row -> row.key));
    return found.stream().limit(limit).map(row -> row.value).toList();
  }

  /** Reads all rows. */
  Totals totals() {
    long rows = 0;
    Map<String, Long> sums = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      try (KeyValueIterator<String, GenericRecord> all = store(partition).all()) {
        while (all.hasNext()) {
          GenericRecord row = all.next().value;
          rows++;
          for (Schema.Field field : row.getSchema().getFields()) {
            if (row.get(field.pos()) instanceof Long number) {
              sums.merge(field.name(), number, Long::sum);
            }
          }
        }
      }
    }
    return new Totals(rows, Collections.unmodifiableMap(new TreeMap<>(sums)));
  }

  private ReadOnlyKeyValueStore<String, GenericRecord> store(int partition) {
    ReadOnlyKeyValueStore<String, GenericRecord> known = open.get(partition);
    if (known == null) {
      known =
          streams.store(
              StoreQueryParameters.fromNameAndType(
                      WorkTopology.STORE,
                      QueryableStoreTypes.<String, GenericRecord>keyValueStore())
                  .withPartition(partition));
      open.set(partition, known);
    }
    return known;
  }
}
