package io.tidemark.schemas;

import java.net.URI;
import java.util.List;
import org.apache.avro.Schema;

/**
 * What Tidemark needs of a schema registry. Thread-safe. Answers about ids and about registered
 * schemas are cached: an id never changes its meaning.
 *
 * <p>Every method throws {@link TidemarkException} with {@link ErrorCode#REGISTRY_UNAVAILABLE} when
 * the registry does not answer.
 */
public interface SchemaRegistry extends AutoCloseable {

  /** A schema as the registry knows it under a subject. */
  record RegisteredSchema(String subject, int version, int id, Schema schema) {}

  /** The subject under which the values of a log are registered: Confluent's TopicNameStrategy. */
  static String valueSubject(String log) {
    return log + "-value";
  }

  /**
   * The registry at that address: Confluent's, or any that serves the same REST API. Connects on
   * the first call, not here.
   */
  static SchemaRegistry connect(URI uri) {
    return new ConfluentSchemaRegistry(uri);
  }

  /**
   * Registers the schema under the subject, or finds it there, and returns its id.
   *
   * @throws TidemarkException {@link ErrorCode#INCOMPATIBLE_SCHEMA} or {@link
   *     ErrorCode#INVALID_SCHEMA}
   */
  int register(String subject, Schema schema);

  /**
   * The schema with that id.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_SCHEMA}
   */
  Schema byId(int id);

  /**
   * The newest version under the subject; never answered from a cache.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_SCHEMA}
   */
  RegisteredSchema latest(String subject);

  /** Why the schema could not become the subject's next version; empty when it could. */
  List<String> incompatibilities(String subject, Schema schema);

  @Override
  void close();
}
