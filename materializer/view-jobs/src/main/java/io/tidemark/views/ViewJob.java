package io.tidemark.views;

import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewStatus;
import org.apache.flink.api.common.JobID;

/** A view's job as it was submitted, and the status that was last published of it. */
record ViewJob(ViewDefinition definition, JobID id, ViewStatus published) {
  ViewJob published(ViewStatus status) {
    return new ViewJob(definition, id, status);
  }
}
