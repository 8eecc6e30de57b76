package io.tidemark.views;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;

/** A registry for tests: jobs in this process find it by its number. */
final class InMemoryRegistry implements SchemaRegistry {
  private static final Map<Integer, InMemoryRegistry> ALL = new ConcurrentHashMap<>();

  private final int number;
  private final List<Schema> schemas = new CopyOnWriteArrayList<>();
  private final Map<String, List<RegisteredSchema>> subjects = new ConcurrentHashMap<>();

  private InMemoryRegistry(int number) {
    this.number = number;
  }

  static InMemoryRegistry create() {
    synchronized (ALL) {
      InMemoryRegistry registry = new InMemoryRegistry(ALL.size());
      ALL.put(registry.number, registry);
      return registry;
    }
  }

  RegistryFactory factory() {
    int wanted = number;
    return () -> ALL.get(wanted);
  }

  @Override
  public synchronized int register(String subject, Schema schema) {
    int known = schemas.indexOf(schema);
    if (known < 0) {
      known = schemas.size();
      schemas.add(schema);
    }
    int id = known + 1;
    List<RegisteredSchema> versions = subjects.computeIfAbsent(subject, s -> new ArrayList<>());
    if (versions.stream().noneMatch(v -> v.id() == id)) {
      versions.add(new RegisteredSchema(subject, versions.size() + 1, id, schema));
    }
    return id;
  }

  @Override
  public Schema byId(int id) {
    if (id < 1 || id > schemas.size()) {
      throw new TidemarkException(ErrorCode.UNKNOWN_SCHEMA, "there is no schema with id " + id);
    }
    return schemas.get(id - 1);
  }

  @Override
  public RegisteredSchema latest(String subject) {
    List<RegisteredSchema> versions = subjects.get(subject);
    if (versions == null) {
      throw new TidemarkException(ErrorCode.UNKNOWN_SCHEMA, "there is no subject " + subject);
    }
    return versions.get(versions.size() - 1);
  }

  @Override
  public List<String> incompatibilities(String subject, Schema schema) {
    return List.of();
  }

  @Override
  public void close() {}
}
