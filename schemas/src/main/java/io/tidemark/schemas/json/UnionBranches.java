package io.tidemark.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes.Decimal;
import org.apache.avro.Schema;

/** Which branches of a union a JSON value could be, judged by its kind alone. */
final class UnionBranches {
  private UnionBranches() {}

  /**
   * In the order of the union, except that a whole number tries int and long before float and
   * double. The single branch besides null is always a candidate: its error tells what is expected.
   */
  static List<Schema> candidates(Schema union, JsonNode json) {
    List<Schema> notNull = new ArrayList<>(union.getTypes().size());
    for (Schema branch : union.getTypes()) {
      if (branch.getType() != Schema.Type.NULL) {
        notNull.add(branch);
      }
    }
    if (notNull.size() == 1) {
      return notNull;
    }
    List<Schema> candidates = new ArrayList<>();
    List<Schema> last = new ArrayList<>();
    for (Schema branch : notNull) {
      if (couldBe(branch, json)) {
        (json.isIntegralNumber() && isFloating(branch) ? last : candidates).add(branch);
      }
    }
    candidates.addAll(last);
    return candidates;
  }

  private static boolean isFloating(Schema schema) {
    return schema.getType() == Schema.Type.FLOAT || schema.getType() == Schema.Type.DOUBLE;
  }

  private static boolean couldBe(Schema schema, JsonNode json) {
    return switch (schema.getType()) {
      case NULL -> json.isNull();
      case BOOLEAN -> json.isBoolean();
      case INT, LONG -> json.isNumber() || (json.isTextual() && TextualType.of(schema) != null);
      case FLOAT, DOUBLE -> json.isNumber() || JsonToPrimitive.isSpecialNumber(json);
      case STRING, ENUM -> json.isTextual();
      case BYTES, FIXED ->
          json.isTextual() || (json.isNumber() && schema.getLogicalType() instanceof Decimal);
      case RECORD, MAP -> json.isObject();
      case ARRAY -> json.isArray();
      case UNION -> false;
    };
  }
}
