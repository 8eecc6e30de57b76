/**
 * Avro to and from JSON as people write it: no tags on unions, timestamps as text, absent fields
 * take their default. Not Avro's own JSON encoding, which has neither.
 *
 * <p>{@link io.tidemark.schemas.json.JsonToAvro} is strict and says exactly where a value does not
 * fit; {@link io.tidemark.schemas.json.AvroToJson} prints Avro's binary without building objects.
 * Both read the same table of types:
 *
 * <table>
 * <caption>JSON of each Avro type</caption>
 * <tr><th>Avro</th><th>JSON out</th><th>JSON in</th></tr>
 * <tr><td>int, long</td><td>number</td><td>whole number in range</td></tr>
 * <tr><td>float, double</td><td>number, or "NaN", "Infinity", "-Infinity"</td><td>the same</td></tr>
 * <tr><td>bytes, fixed</td><td>base64</td><td>base64</td></tr>
 * <tr><td>enum</td><td>the symbol</td><td>the symbol</td></tr>
 * <tr><td>timestamp-*</td><td>"2001-01-01T12:00:00Z"</td><td>the same with any offset, or a number of the type's unit</td></tr>
 * <tr><td>local-timestamp-*</td><td>"2001-01-01T12:00:00"</td><td>the same, or a number of the type's unit</td></tr>
 * <tr><td>date</td><td>"2001-01-01"</td><td>the same, or days since 1970</td></tr>
 * <tr><td>time-*</td><td>"12:00:00"</td><td>the same, or a number of the type's unit</td></tr>
 * <tr><td>decimal</td><td>number; text beyond 15 digits of precision</td><td>number, or text such as "12.30"</td></tr>
 * <tr><td>uuid</td><td>text</td><td>text</td></tr>
 * <tr><td>union</td><td>the value</td><td>the first branch that fits</td></tr>
 * </table>
 */
@NullMarked
package io.tidemark.schemas.json;

import org.jspecify.annotations.NullMarked;
