package io.tidemark.bench.store;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Filter;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/**
 * How a RocksDB is opened. Native memory: close it after the database.
 *
 * @param options of the database
 * @param cache of blocks
 * @param filter on whole keys
 */
record RocksSettings(Options options, Cache cache, Filter filter) implements AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  /**
   * What Kafka Streams 4.3.1 sets in {@code RocksDBStore.openDB} (module streams, package {@code
   * org.apache.kafka.streams.state.internals}) when no RocksDBConfigSetter is given. Two things are
   * ours: the version of RocksDB (Streams 4.3.1 comes with 10.1.3), and that there is no second
   * column family for offsets, which atomic flush would go with.
   */
  static RocksSettings kafkaStreams() {
    Cache cache = new LRUCache(50L << 20);
    Filter filter = new BloomFilter();
    BlockBasedTableConfig table =
        new BlockBasedTableConfig().setBlockCache(cache).setBlockSize(4096).setFilterPolicy(filter);
    Options options =
        common()
            .setOptimizeFiltersForHits(true)
            .setTableFormatConfig(table)
            .setWriteBufferSize(16L << 20)
            .setMaxWriteBufferNumber(3)
            .setCompactionStyle(CompactionStyle.UNIVERSAL)
            .setAtomicFlush(true)
            .setIncreaseParallelism(Math.max(Runtime.getRuntime().availableProcessors(), 2));
    return new RocksSettings(options, cache, filter);
  }

  /**
   * What someone may choose who has the memory and wants quick reads. Checksums stay on: the shard
   * store verifies each record that it reads, too.
   */
  static RocksSettings tuned() {
    Cache cache = new LRUCache(1L << 30);
    Filter filter = new BloomFilter(10, false);
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(4096)
            .setFilterPolicy(filter)
            .setWholeKeyFiltering(true)
            .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash);
    Options options =
        common()
            .setTableFormatConfig(table)
            .setWriteBufferSize(64L << 20)
            .setMaxWriteBufferNumber(3)
            .setCompactionStyle(CompactionStyle.LEVEL)
            .setLevelCompactionDynamicLevelBytes(true)
            .setAllowMmapReads(true)
            .setMaxBackgroundJobs(2);
    return new RocksSettings(options, cache, filter);
  }

  private static Options common() {
    return new Options()
        .setCreateIfMissing(true)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
  }

  @Override
  public void close() {
    options.close();
    filter.close();
    cache.close();
  }
}
