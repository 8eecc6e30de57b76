package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collection;

/** Which rows of one view a request wants, and how they become JSON. */
interface Selection {
  /** The view that the rows are of. */
  ServedView view();

  /** The shards that hold the rows. */
  Collection<Shard> shards();

  /** Reads the rows; what comes back writes the members of the reply that hold them. */
  Body read(Achieved achieved);

  /** Members of a JSON object that is begun and ended elsewhere. */
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }
}
