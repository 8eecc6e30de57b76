package io.tidemark.views;

import io.tidemark.schemas.SchemaRegistry;
import java.io.Serializable;

/** Opens a registry client where a job's task runs. Travels with the job. */
@FunctionalInterface
public interface RegistryFactory extends Serializable {
  /** A new client; the caller closes it. */
  SchemaRegistry open();
}
