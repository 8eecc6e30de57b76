/** Avro schemas, the Confluent wire format, and the schema registry. */
@NullMarked
package io.tidemark.schemas;

import org.jspecify.annotations.NullMarked;
