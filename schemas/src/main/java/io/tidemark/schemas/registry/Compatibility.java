package io.tidemark.schemas.registry;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Whether a schema may follow others: Avro's own answer, in the directions that the level asks. */
final class Compatibility {
  private Compatibility() {}

  /** An earlier version of the subject. */
  record Earlier(int version, Schema schema) {}

  /**
   * Why the schema may not follow; empty when it may.
   *
   * @param earlier oldest first
   */
  static List<String> violations(CompatibilityLevel level, Schema schema, List<Earlier> earlier) {
    List<Earlier> relevant =
        level.transitive || earlier.isEmpty()
            ? earlier
            : earlier.subList(earlier.size() - 1, earlier.size());
    List<String> violations = new ArrayList<>();
    for (Earlier old : relevant) {
      if (level.backward) {
        check("the new schema", schema, "version " + old.version(), old.schema(), violations);
      }
      if (level.forward) {
        check("version " + old.version(), old.schema(), "the new schema", schema, violations);
      }
    }
    if (!violations.isEmpty()) {
      violations.add("The compatibility level is " + level + ".");
    }
    return violations;
  }

  private static void check(
      String readerName, Schema reader, String writerName, Schema writer, List<String> violations) {
    for (Incompatibility found :
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
            .getResult()
            .getIncompatibilities()) {
      violations.add(
          "%s cannot read what %s wrote: %s at %s: %s"
              .formatted(
                  readerName,
                  writerName,
                  found.getType(),
                  found.getLocation(),
                  found.getMessage()));
    }
  }
}
