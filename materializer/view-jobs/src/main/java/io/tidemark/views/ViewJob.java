package io.tidemark.views;

import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewStatus;
import org.apache.flink.api.common.JobID;

/**
 * A view's job as it was submitted.
 *
 * @param published the status that was last published of it
 * @param restored whether it stands on a checkpoint of an earlier generation, and has none itself
 */
record ViewJob(ViewDefinition definition, JobID id, ViewStatus published, boolean restored) {
  ViewJob published(ViewStatus status) {
    return new ViewJob(definition, id, status, restored);
  }

  ViewJob withCheckpoint() {
    return new ViewJob(definition, id, published, false);
  }
}
