package io.tidemark.log;

import org.apache.avro.generic.GenericRecord;

/** An event to append: the key decides its partition, events of one key keep their order. */
public record LogEvent(String log, String key, GenericRecord value) {}
