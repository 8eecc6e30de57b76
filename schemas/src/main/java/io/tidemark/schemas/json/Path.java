package io.tidemark.schemas.json;

import org.jspecify.annotations.Nullable;

/** Where in a value we are. Text is made only when there is an error to report. */
record Path(@Nullable Path parent, String step) {

  Path field(String name) {
    return new Path(this, "." + name);
  }

  Path index(int index) {
    return new Path(this, "[" + index + "]");
  }

  @Override
  public String toString() {
    return parent == null ? step : parent + step;
  }
}
