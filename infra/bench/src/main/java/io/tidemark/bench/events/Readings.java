package io.tidemark.bench.events;

import io.tidemark.bench.load.KeyedRequest;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Readings, one for each key: what a reading and its row say follows from the key's number, so that
 * any answer can be told to be right. As Avro in the wire format a reading takes some 180 bytes,
 * its row as JSON some 220.
 */
public final class Readings {
  /** The log, keyed by {@code id}. */
  public static final String LOG = "readings";

  public static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Reading","fields":[
                {"name":"id","type":"string"},
                {"name":"number","type":"long"},
                {"name":"note","type":"string"}]}
              """);

  /** The view of the newest reading of each key, as SQL behind {@code AS}. */
  public static final String NEWEST =
      "SELECT id, COUNT(*) AS events, MAX(number) AS number, MAX(note) AS note"
          + " FROM readings GROUP BY id";

  private static final int NOTE_CHARS = 160;
  private static final String LETTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  private static final int BITS_OF_LETTER = 6;

  private Readings() {}

  /** The only reading of a key. */
  public static GenericRecord event(long number) {
    return event(KeyedRequest.key(number), number, note(number));
  }

  /** A reading. */
  public static GenericRecord event(String id, long number, String note) {
    GenericRecord event = new GenericData.Record(SCHEMA);
    event.put("id", id);
    event.put("number", number);
    event.put("note", note);
    return event;
  }

  /** The row of a key as JSON: every peer has its columns in this order. */
  public static String row(long number) {
    return "{\"id\":\"%s\",\"events\":1,\"number\":%d,\"note\":\"%s\"}"
        .formatted(KeyedRequest.key(number), number, note(number));
  }

  /** Letters that nothing can compress much. */
  public static String note(long number) {
    SplittableRandom random = new SplittableRandom(number);
    StringBuilder note = new StringBuilder(NOTE_CHARS);
    while (note.length() < NOTE_CHARS) {
      long bits = random.nextLong();
      for (int i = 0; i < Long.SIZE / BITS_OF_LETTER && note.length() < NOTE_CHARS; i++) {
        note.append(LETTERS.charAt((int) (bits & (LETTERS.length() - 1))));
        bits >>>= BITS_OF_LETTER;
      }
    }
    return note.toString();
  }
}
