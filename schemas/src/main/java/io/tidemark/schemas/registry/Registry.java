package io.tidemark.schemas.registry;

import io.tidemark.schemas.registry.Compatibility.Earlier;
import io.tidemark.schemas.registry.SchemaContent.Reference;
import io.tidemark.schemas.registry.StoredRecord.SchemaRecord;
import io.tidemark.schemas.registry.TopicStore.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Registers, finds and compares schemas. Thread-safe. Throws {@link RegistryError} only.
 *
 * <p>Reads answer from memory. A write takes a round trip to Kafka and more: milliseconds.
 */
final class Registry {
  private final RegistryState state;
  private final TopicStore store;
  private final AvroSchemas schemas;

  Registry(RegistryState state, TopicStore store) {
    this.state = state;
    this.store = store;
    this.schemas = new AvroSchemas(state);
  }

  /**
   * A schema as a client sends it.
   *
   * @param id the id that it had elsewhere, for subjects in mode IMPORT; -1 otherwise
   * @param version the version that it had elsewhere; 0 otherwise
   */
  record Submission(String type, String schema, List<Reference> references, int id, int version) {}

  /** Registers the schema as the next version, or finds it among the subject's live versions. */
  StoredSchema register(String subject, Submission submission) {
    checkSubject(subject);
    return store.write(() -> decideRegistration(subject, submission));
  }

  private static void checkSubject(String subject) {
    if (subject.isBlank() || subject.chars().anyMatch(Character::isISOControl)) {
      throw RegistryError.invalidSubject(subject, "it is blank or holds control characters");
    }
    if (subject.startsWith(":.")) {
      throw RegistryError.invalidSubject(subject, "contexts are not supported");
    }
    if (subject.equals("__GLOBAL") || subject.equals("__EMPTY")) {
      throw RegistryError.invalidSubject(subject, "the name is reserved");
    }
  }

  private Decision<StoredSchema> decideRegistration(String subject, Submission submission) {
    checkMode(subject, submission.id());
    SchemaContent content = canonical(submission);
    List<StoredSchema> live = state.liveVersions(subject);
    for (int i = live.size() - 1; i >= 0 && submission.version() == 0; i--) {
      StoredSchema known = live.get(i);
      if (known.content().equals(content)
          && (submission.id() < 0 || submission.id() == known.id())) {
        return new Decision<>(List.of(), known);
      }
    }
    if (state.mode(subject) != Mode.IMPORT) {
      List<String> violations = violations(subject, content, live);
      if (!violations.isEmpty()) {
        throw RegistryError.incompatible(
            "Schema being registered is incompatible with an earlier schema for subject '"
                + subject
                + "': "
                + String.join("; ", violations));
      }
    }
    return decideNewVersion(subject, submission, content);
  }

  private void checkMode(String subject, int id) {
    Mode mode = checkWritable(subject);
    if (mode == Mode.IMPORT && id < 0) {
      throw RegistryError.notPermitted(
          "Subject '" + subject + "' is in mode IMPORT: a schema must come with its id.");
    }
    if (mode != Mode.IMPORT && id >= 0) {
      throw RegistryError.notPermitted(
          "Subject '" + subject + "' is not in mode IMPORT: a schema must come without an id.");
    }
  }

  private Mode checkWritable(String subject) {
    Mode mode = state.mode(subject);
    if (mode == Mode.READONLY) {
      throw RegistryError.notPermitted("Subject '" + subject + "' is in mode READONLY.");
    }
    return mode;
  }

  private Decision<StoredSchema> decideNewVersion(
      String subject, Submission submission, SchemaContent content) {
    List<StoredSchema> all = state.allVersions(subject);
    int next = all.isEmpty() ? 1 : all.get(all.size() - 1).version() + 1;
    int version = submission.version() > 0 ? submission.version() : next;
    if (version != next && state.mode(subject) != Mode.IMPORT) {
      throw RegistryError.invalidSchema(
          "Version " + version + " is not the subject's next version, " + next + ".");
    }
    int id = submission.id();
    if (id < 0) {
      id = state.idOf(content).orElseGet(() -> state.maxId() + 1);
    } else {
      Optional<SchemaContent> holder = state.content(id);
      if (holder.isPresent() && !holder.get().equals(content)) {
        throw RegistryError.idMismatch("Id " + id + " belongs to another schema already.");
      }
    }
    List<StoredRecord> records = new ArrayList<>();
    for (StoredSchema old : all) {
      // The new version takes the place of a deleted one with the same id, as in Confluent's
      // server.
      if (old.deleted()
          && old.id() == id
          && old.version() < version
          && state.referrers(subject, old.version()).isEmpty()) {
        records.add(new SchemaRecord(subject, old.version(), null));
      }
    }
    StoredSchema registered = new StoredSchema(subject, version, id, content, false);
    records.add(new SchemaRecord(subject, version, registered));
    return new Decision<>(records, registered);
  }

  /** The version under which the subject has this schema. */
  StoredSchema lookUp(String subject, Submission submission, boolean deleted) {
    List<StoredSchema> versions =
        deleted ? state.allVersions(subject) : state.liveVersions(subject);
    if (versions.isEmpty()) {
      throw RegistryError.unknownSubject(subject);
    }
    SchemaContent content = canonical(submission);
    for (int i = versions.size() - 1; i >= 0; i--) {
      if (versions.get(i).content().equals(content)) {
        return versions.get(i);
      }
    }
    throw RegistryError.unknownSchema();
  }

  /** Why the schema may not become the subject's next version; empty when it may. */
  List<String> violations(String subject, Submission submission) {
    return violations(subject, canonical(submission), state.liveVersions(subject));
  }

  /** Why the schema may not follow that one version; empty when it may. */
  List<String> violations(String subject, Submission submission, StoredSchema earlier) {
    return violations(subject, canonical(submission), List.of(earlier));
  }

  private List<String> violations(
      String subject, SchemaContent content, List<StoredSchema> earlier) {
    CompatibilityLevel level = state.level(subject);
    if (level == CompatibilityLevel.NONE) {
      return List.of();
    }
    Schema schema = schemas.parse(content);
    return Compatibility.violations(
        level,
        schema,
        earlier.stream()
            .map(old -> new Earlier(old.version(), schemas.parse(old.content())))
            .toList());
  }

  private SchemaContent canonical(Submission submission) {
    return schemas.canonical(submission.type(), submission.schema(), submission.references());
  }

  /** Deletes all versions of the subject; returns their numbers. */
  List<Integer> deleteSubject(String subject, boolean permanent) {
    return store.write(
        () -> {
          checkWritable(subject);
          List<StoredSchema> all = state.allVersions(subject);
          if (all.isEmpty()) {
            throw RegistryError.unknownSubject(subject);
          }
          return permanent ? decideRemoval(subject, all) : decideDeletion(subject);
        });
  }

  private Decision<List<Integer>> decideDeletion(String subject) {
    List<StoredSchema> live = state.liveVersions(subject);
    if (live.isEmpty()) {
      throw RegistryError.subjectSoftDeleted(subject);
    }
    live.forEach(schema -> checkUnreferenced(schema, false));
    int last = live.get(live.size() - 1).version();
    return new Decision<>(
        List.of(new StoredRecord.DeleteSubjectRecord(subject, last)), numbers(live));
  }

  private Decision<List<Integer>> decideRemoval(String subject, List<StoredSchema> all) {
    if (!state.liveVersions(subject).isEmpty()) {
      throw RegistryError.subjectNotSoftDeleted(subject);
    }
    all.forEach(schema -> checkUnreferenced(schema, true));
    List<StoredRecord> records = new ArrayList<>();
    all.forEach(schema -> records.add(new SchemaRecord(subject, schema.version(), null)));
    if (state.ownMode(subject).isPresent()) {
      records.add(new StoredRecord.ModeRecord(subject, null));
    }
    if (state.ownLevel(subject).isPresent()) {
      records.add(new StoredRecord.ConfigRecord(subject, null));
    }
    return new Decision<>(records, numbers(all));
  }

  private static List<Integer> numbers(List<StoredSchema> versions) {
    return versions.stream().map(StoredSchema::version).toList();
  }

  private void checkUnreferenced(StoredSchema schema, boolean byDeletedToo) {
    for (StoredSchema referrer : state.referrers(schema.subject(), schema.version())) {
      if (!referrer.subject().equals(schema.subject()) && (byDeletedToo || !referrer.deleted())) {
        throw RegistryError.referenceExists(schema.subject(), schema.version());
      }
    }
  }

  /** Deletes one version; returns its number. */
  int deleteVersion(String subject, VersionName name, boolean permanent) {
    return store.write(
        () -> {
          checkWritable(subject);
          StoredSchema schema = version(subject, name, true);
          if (permanent && !schema.deleted()) {
            throw RegistryError.versionNotSoftDeleted(subject, schema.version());
          }
          if (!permanent && schema.deleted()) {
            throw RegistryError.versionSoftDeleted(subject, schema.version());
          }
          checkUnreferenced(schema, permanent);
          SchemaRecord record =
              new SchemaRecord(subject, schema.version(), permanent ? null : schema.withDeleted());
          return new Decision<>(List.of(record), schema.version());
        });
  }

  /**
   * One version of a subject. The latest is the latest that is not deleted.
   *
   * @param deleted whether a deleted version may be found too
   */
  StoredSchema version(String subject, VersionName name, boolean deleted) {
    List<StoredSchema> live = state.liveVersions(subject);
    if (name.isLatest() && !live.isEmpty()) {
      return live.get(live.size() - 1);
    }
    List<StoredSchema> versions = deleted ? state.allVersions(subject) : live;
    if (versions.isEmpty()) {
      throw RegistryError.unknownSubject(subject);
    }
    if (name.isLatest()) {
      return versions.get(versions.size() - 1);
    }
    return versions.stream()
        .filter(schema -> schema.version() == name.number())
        .findFirst()
        .orElseThrow(() -> RegistryError.unknownVersion(subject, name.number()));
  }
}
