package io.tidemark.schemas.registry;

import io.tidemark.schemas.registry.SchemaContent.Reference;
import io.tidemark.schemas.registry.StoredRecord.ClearSubjectRecord;
import io.tidemark.schemas.registry.StoredRecord.ConfigRecord;
import io.tidemark.schemas.registry.StoredRecord.DeleteSubjectRecord;
import io.tidemark.schemas.registry.StoredRecord.ModeRecord;
import io.tidemark.schemas.registry.StoredRecord.SchemaRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the records of the topic add up to. Thread-safe; every answer is a snapshot.
 *
 * <p>Look-ups by subject and by id cost a map access. Those by content and of referrers go through
 * all versions: they happen on registration and deletion only, and registries hold thousands, not
 * millions.
 */
final class RegistryState {
  private final NavigableMap<String, NavigableMap<Integer, StoredSchema>> subjects =
      new TreeMap<>();
  private final NavigableMap<Integer, SchemaContent> contents = new TreeMap<>();
  private final Map<String, CompatibilityLevel> levels = new HashMap<>();
  private final Map<String, Mode> modes = new HashMap<>();
  private @Nullable CompatibilityLevel globalLevel;
  private @Nullable Mode globalMode;

  /** The records of one poll, all or nothing to a reader. */
  synchronized void apply(Collection<StoredRecord> records) {
    records.forEach(this::apply);
  }

  private void apply(StoredRecord record) {
    if (record instanceof SchemaRecord schema) {
      apply(schema);
    } else if (record instanceof DeleteSubjectRecord delete) {
      versions(delete.subject())
          .headMap(delete.upToVersion(), true)
          .replaceAll((version, schema) -> schema.withDeleted());
    } else if (record instanceof ClearSubjectRecord clear) {
      List<StoredSchema> deleted = all(schema -> schema.deleted() && isOf(schema, clear.subject()));
      deleted.forEach(this::remove);
    } else if (record instanceof ConfigRecord config) {
      if (config.subject() == null) {
        globalLevel = config.level();
      } else {
        put(levels, config.subject(), config.level());
      }
    } else if (record instanceof ModeRecord mode) {
      if (mode.subject() == null) {
        globalMode = mode.mode();
      } else {
        put(modes, mode.subject(), mode.mode());
      }
    }
  }

  private static boolean isOf(StoredSchema schema, @Nullable String subject) {
    return subject == null || schema.subject().equals(subject);
  }

  private static <V> void put(Map<String, V> map, String key, @Nullable V value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private void apply(SchemaRecord record) {
    StoredSchema old = versions(record.subject()).get(record.version());
    StoredSchema schema = record.schema();
    if (old != null && (schema == null || schema.id() != old.id())) {
      remove(old);
    }
    if (schema != null) {
      subjects
          .computeIfAbsent(record.subject(), s -> new TreeMap<>())
          .put(record.version(), schema);
      contents.put(schema.id(), schema.content());
    }
  }

  private void remove(StoredSchema schema) {
    NavigableMap<Integer, StoredSchema> versions = versions(schema.subject());
    versions.remove(schema.version());
    if (versions.isEmpty()) {
      subjects.remove(schema.subject());
    }
    if (all(other -> other.id() == schema.id()).isEmpty()) {
      contents.remove(schema.id());
    }
  }

  private NavigableMap<Integer, StoredSchema> versions(String subject) {
    return subjects.getOrDefault(subject, new TreeMap<>());
  }

  private List<StoredSchema> all(Predicate<StoredSchema> which) {
    List<StoredSchema> found = new ArrayList<>();
    for (NavigableMap<Integer, StoredSchema> versions : subjects.values()) {
      for (StoredSchema schema : versions.values()) {
        if (which.test(schema)) {
          found.add(schema);
        }
      }
    }
    return found;
  }

  /** Every version of every subject that fits, by subject and version. */
  synchronized List<StoredSchema> find(Predicate<StoredSchema> which) {
    return all(which);
  }

  /** Every version of the subject, softly deleted ones too, oldest first. */
  synchronized List<StoredSchema> allVersions(String subject) {
    return List.copyOf(versions(subject).values());
  }

  /** The versions of the subject that are not deleted, oldest first. */
  synchronized List<StoredSchema> liveVersions(String subject) {
    return versions(subject).values().stream().filter(schema -> !schema.deleted()).toList();
  }

  synchronized Optional<SchemaContent> content(int id) {
    return Optional.ofNullable(contents.get(id));
  }

  /** The id that this content has under any subject. */
  synchronized Optional<Integer> idOf(SchemaContent content) {
    return contents.entrySet().stream()
        .filter(entry -> entry.getValue().equals(content))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The largest id in use, 0 when there is none. */
  synchronized int maxId() {
    return contents.isEmpty() ? 0 : contents.lastKey();
  }

  /** The schemas that refer to this version. */
  synchronized List<StoredSchema> referrers(String subject, int version) {
    return all(
        schema ->
            schema.content().references().stream()
                .anyMatch(reference -> refersTo(reference, subject, version)));
  }

  private static boolean refersTo(Reference reference, String subject, int version) {
    return reference.subject().equals(subject) && reference.version() == version;
  }

  /** The level of that subject alone, or of all when it is null. */
  synchronized Optional<CompatibilityLevel> ownLevel(@Nullable String subject) {
    return Optional.ofNullable(subject == null ? globalLevel : levels.get(subject));
  }

  /** The level that counts for the subject. */
  synchronized CompatibilityLevel level(@Nullable String subject) {
    CompatibilityLevel own = subject == null ? null : levels.get(subject);
    return own != null ? own : Objects.requireNonNullElse(globalLevel, CompatibilityLevel.BACKWARD);
  }

  /** The mode of that subject alone, or of all when it is null. */
  synchronized Optional<Mode> ownMode(@Nullable String subject) {
    return Optional.ofNullable(subject == null ? globalMode : modes.get(subject));
  }

  /** The mode that counts for the subject. */
  synchronized Mode mode(@Nullable String subject) {
    Mode own = subject == null ? null : modes.get(subject);
    return own != null ? own : Objects.requireNonNullElse(globalMode, Mode.READWRITE);
  }
}
