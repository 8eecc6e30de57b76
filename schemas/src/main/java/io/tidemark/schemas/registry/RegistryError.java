package io.tidemark.schemas.registry;

/**
 * An error as the REST API reports it: the HTTP status is the first three digits of the code.
 *
 * <p>Codes and their meaning are Confluent's.
 */
final class RegistryError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  RegistryError(int code, String message) {
    super(message);
    this.code = code;
  }

  int code() {
    return code;
  }

  int status() {
    return code < 1000 ? code : code / 100;
  }

  static RegistryError unknownSubject(String subject) {
    return new RegistryError(40401, "Subject '" + subject + "' not found.");
  }

  static RegistryError unknownVersion(String subject, int version) {
    return new RegistryError(
        40402, "Version " + version + " of subject '" + subject + "' not found.");
  }

  static RegistryError unknownSchema() {
    return new RegistryError(40403, "Schema not found.");
  }

  static RegistryError unknownSchema(int id) {
    return new RegistryError(40403, "Schema " + id + " not found.");
  }

  static RegistryError subjectSoftDeleted(String subject) {
    return new RegistryError(
        40404, "Subject '" + subject + "' is deleted already; permanent=true removes it for good.");
  }

  static RegistryError subjectNotSoftDeleted(String subject) {
    return new RegistryError(
        40405, "Subject '" + subject + "' must be deleted before it can be deleted permanently.");
  }

  static RegistryError versionSoftDeleted(String subject, int version) {
    return new RegistryError(
        40406,
        "Version "
            + version
            + " of subject '"
            + subject
            + "' is deleted already; permanent=true removes it for good.");
  }

  static RegistryError versionNotSoftDeleted(String subject, int version) {
    return new RegistryError(
        40407,
        "Version "
            + version
            + " of subject '"
            + subject
            + "' must be deleted before it can be deleted permanently.");
  }

  static RegistryError noSubjectConfig(String subject) {
    return new RegistryError(
        40408, "Subject '" + subject + "' has no compatibility level of its own.");
  }

  static RegistryError noSubjectMode(String subject) {
    return new RegistryError(40409, "Subject '" + subject + "' has no mode of its own.");
  }

  static RegistryError incompatible(String message) {
    return new RegistryError(409, message);
  }

  static RegistryError invalidSchema(String message) {
    return new RegistryError(42201, message);
  }

  static RegistryError invalidVersion(String version) {
    return new RegistryError(
        42202,
        "'" + version + "' is no version: expected a number from 1 to 2147483647, or latest.");
  }

  static RegistryError invalidCompatibility(String level) {
    return new RegistryError(
        42203,
        "'"
            + level
            + "' is no compatibility level: expected one of "
            + java.util.Arrays.toString(CompatibilityLevel.values())
            + ".");
  }

  static RegistryError invalidMode(String mode) {
    return new RegistryError(
        42204,
        "'"
            + mode
            + "' is no mode: expected one of "
            + java.util.Arrays.toString(Mode.values())
            + ".");
  }

  static RegistryError notPermitted(String message) {
    return new RegistryError(42205, message);
  }

  static RegistryError referenceExists(String subject, int version) {
    return new RegistryError(
        42206,
        "Version " + version + " of subject '" + subject + "' is referenced by other schemas.");
  }

  static RegistryError idMismatch(String message) {
    return new RegistryError(42207, message);
  }

  static RegistryError invalidSubject(String subject, String why) {
    return new RegistryError(42208, "'" + subject + "' is no name for a subject: " + why + ".");
  }

  static RegistryError tooLarge(String message) {
    return new RegistryError(42209, message);
  }

  static RegistryError store(String message) {
    return new RegistryError(50001, message);
  }

  static RegistryError timeout(String message) {
    return new RegistryError(50002, message);
  }
}
