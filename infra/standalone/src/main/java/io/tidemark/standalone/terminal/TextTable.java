package io.tidemark.standalone.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** A table for people: columns as wide as their cells, numbers to the right. Not thread-safe. */
public final class TextTable {
  private static final int DECIMALS = 4;

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** An empty table with these column headings. */
  public TextTable(List<String> header) {
    this.header = List.copyOf(header);
  }

  /** Adds a row of as many cells as there are headings. */
  public TextTable row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(header.size() + " columns, but the row is " + cells);
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /** A value as a cell; fractions are rounded to four decimals. */
  public static String cell(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "-";
    }
    if (value.isFloatingPointNumber()) {
      BigDecimal exact = value.decimalValue();
      return (exact.scale() > DECIMALS ? exact.setScale(DECIMALS, RoundingMode.HALF_UP) : exact)
          .toPlainString();
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** Prints the table, each line after the indentation. */
  public void print(PrintWriter out, String indent) {
    int[] widths = new int[header.size()];
    boolean[] numbers = new boolean[header.size()];
    for (int column = 0; column < widths.length; column++) {
      int at = column;
      widths[column] =
          Math.max(
              header.get(column).length(),
              rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0));
      numbers[column] =
          !rows.isEmpty() && rows.stream().allMatch(row -> row.get(at).matches("-|-?[\\d.,]+"));
    }
    out.println(line(header, widths, numbers, indent));
    for (List<String> row : rows) {
      out.println(line(row, widths, numbers, indent));
    }
    out.flush();
  }

  private static String line(List<String> cells, int[] widths, boolean[] numbers, String indent) {
    StringBuilder line = new StringBuilder(indent);
    for (int column = 0; column < widths.length; column++) {
      String padding = " ".repeat(widths[column] - cells.get(column).length());
      line.append(column == 0 ? "" : "  ")
          .append(numbers[column] ? padding + cells.get(column) : cells.get(column) + padding);
    }
    return line.toString().stripTrailing();
  }
}
