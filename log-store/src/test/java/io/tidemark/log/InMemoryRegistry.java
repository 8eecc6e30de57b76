package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** Enough of a registry for tests whose subject is Kafka; the real one has tests of its own. */
final class InMemoryRegistry implements SchemaRegistry {
  private final List<RegisteredSchema> schemas = new ArrayList<>();

  @Override
  public synchronized int register(String subject, Schema schema) {
    for (RegisteredSchema known : schemas) {
      if (known.subject().equals(subject) && known.schema().equals(schema)) {
        return known.id();
      }
    }
    int id = schemas.size() + 1;
    schemas.add(new RegisteredSchema(subject, id, id, schema));
    return id;
  }

  @Override
  public synchronized Schema byId(int id) {
    return schemas.get(id - 1).schema();
  }

  @Override
  public synchronized RegisteredSchema latest(String subject) {
    return schemas.stream()
        .filter(s -> s.subject().equals(subject))
        .reduce((first, second) -> second)
        .orElseThrow(() -> new TidemarkException(ErrorCode.UNKNOWN_SCHEMA, "none: " + subject));
  }

  @Override
  public List<String> incompatibilities(String subject, Schema schema) {
    return List.of();
  }

  @Override
  public void close() {}
}
