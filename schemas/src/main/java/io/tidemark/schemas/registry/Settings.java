package io.tidemark.schemas.registry;

import io.tidemark.schemas.registry.StoredRecord.ClearSubjectRecord;
import io.tidemark.schemas.registry.StoredRecord.ConfigRecord;
import io.tidemark.schemas.registry.StoredRecord.ModeRecord;
import io.tidemark.schemas.registry.StoredRecord.SchemaRecord;
import io.tidemark.schemas.registry.TopicStore.Decision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compatibility levels and modes: of one subject, or of all when the subject is null. Thread-safe.
 * Throws {@link RegistryError} only.
 */
final class Settings {
  private final RegistryState state;
  private final TopicStore store;

  Settings(RegistryState state, TopicStore store) {
    this.state = state;
    this.store = store;
  }

  CompatibilityLevel level(@Nullable String subject, boolean defaultToGlobal) {
    if (subject == null || defaultToGlobal) {
      return state.level(subject);
    }
    return state.ownLevel(subject).orElseThrow(() -> RegistryError.noSubjectConfig(subject));
  }

  void setLevel(@Nullable String subject, CompatibilityLevel level) {
    store.write(() -> new Decision<>(List.of(new ConfigRecord(subject, level)), level));
  }

  /** Back to the level of all, or to BACKWARD for all; returns the level that was set. */
  CompatibilityLevel deleteLevel(@Nullable String subject) {
    return store.write(
        () -> {
          if (subject != null && state.ownLevel(subject).isEmpty()) {
            throw RegistryError.unknownSubject(subject);
          }
          return new Decision<>(List.of(new ConfigRecord(subject, null)), state.level(subject));
        });
  }

  Mode mode(@Nullable String subject, boolean defaultToGlobal) {
    if (subject == null || defaultToGlobal) {
      return state.mode(subject);
    }
    return state.ownMode(subject).orElseThrow(() -> RegistryError.noSubjectMode(subject));
  }

  /**
   * Sets the mode.
   *
   * @param force whether IMPORT is allowed although there are schemas already
   */
  void setMode(@Nullable String subject, Mode mode, boolean force) {
    store.write(
        () -> {
          List<StoredRecord> records = new ArrayList<>();
          if (mode == Mode.IMPORT && state.mode(subject) != Mode.IMPORT && !force) {
            forgetDeleted(subject, records);
          }
          records.add(new ModeRecord(subject, mode));
          return new Decision<>(records, mode);
        });
  }

  /** An import brings its own ids, so nothing may be there that holds some already. */
  private void forgetDeleted(@Nullable String subject, List<StoredRecord> records) {
    List<StoredSchema> present =
        state.find(schema -> subject == null || schema.subject().equals(subject));
    for (StoredSchema schema : present) {
      if (!schema.deleted()) {
        throw RegistryError.notPermitted(
            "Mode IMPORT needs "
                + (subject == null ? "a registry" : "a subject")
                + " without schemas, but subject '"
                + schema.subject()
                + "' has some; force=true overrides.");
      }
      if (!state.referrers(schema.subject(), schema.version()).isEmpty()) {
        throw RegistryError.referenceExists(schema.subject(), schema.version());
      }
      records.add(new SchemaRecord(schema.subject(), schema.version(), null));
    }
    records.add(new ClearSubjectRecord(subject));
  }

  /** Back to the mode of all, or to READWRITE for all; returns the mode that was set. */
  Mode deleteMode(@Nullable String subject) {
    return store.write(
        () -> {
          if (subject != null && state.ownMode(subject).isEmpty()) {
            throw RegistryError.unknownSubject(subject);
          }
          return new Decision<>(List.of(new ModeRecord(subject, null)), state.mode(subject));
        });
  }
}
