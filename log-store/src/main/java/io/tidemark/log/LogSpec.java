package io.tidemark.log;

import org.apache.avro.Schema;

/**
 * What a log is to be.
 *
 * @param name letters, digits, {@code _ . -}, at most 200 characters, not beginning with {@code _}
 * @param schema of the events; any Avro record
 * @param partitions at least 1; cannot be changed later, since it decides where a key lives
 * @param replication copies of each partition, at least 1
 */
public record LogSpec(String name, Schema schema, int partitions, int replication) {}
