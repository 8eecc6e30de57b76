package io.tidemark.views;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the head of a {@code CREATE MATERIALIZED VIEW} statement, one token after another. */
final class StatementReader {
  private static final Pattern VIEW_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,149}");

  private static final List<String> QUERY_WORDS = List.of("SELECT", "WITH", "VALUES", "TABLE");

  private enum Kind {
    WORD,
    QUOTED_NAME,
    TEXT,
    SYMBOL,
    END
  }

  private record TokenAt(Kind kind, String text, int start, int end) {
    String shown() {
      return switch (kind) {
        case END -> "the end of the statement";
        case TEXT -> "'" + text + "'";
        case QUOTED_NAME -> "`" + text + "`";
        case WORD, SYMBOL -> text;
      };
    }
  }

  private final String sql;
  private int position;
  private TokenAt token;

  StatementReader(String sql) {
    this.sql = sql;
    this.token = next();
  }

  ViewStatement read() {
    expectWord("CREATE");
    expectWord("MATERIALIZED");
    expectWord("VIEW");
    String view = viewName();
    List<String> primaryKey = isSymbol("(") ? primaryKey() : List.of();
    Map<String, String> options = isWord("WITH") ? options() : Map.of();
    expectWord("AS");
    return new ViewStatement(view, primaryKey, options, query(token));
  }

  private String viewName() {
    TokenAt at = token;
    String name = name("a view name");
    if (!VIEW_NAME.matcher(name).matches()) {
      throw error(
          at,
          "'"
              + name
              + "' cannot name a view: use up to 150 letters, digits, '_', '.' or '-', beginning"
              + " with a letter or digit");
    }
    return name;
  }

  private List<String> primaryKey() {
    expectSymbol("(");
    expectWord("PRIMARY");
    expectWord("KEY");
    expectSymbol("(");
    List<String> columns = new ArrayList<>();
    do {
      TokenAt at = token;
      String column = name("a column name");
      if (columns.contains(column)) {
        throw error(at, "column '" + column + "' stands twice in the PRIMARY KEY");
      }
      columns.add(column);
    } while (skipSymbol(","));
    expectSymbol(")");
    if (isWord("NOT")) {
      advance();
      expectWord("ENFORCED");
    }
    expectSymbol(")");
    return List.copyOf(columns);
  }

  private Map<String, String> options() {
    expectWord("WITH");
    expectSymbol("(");
    Map<String, String> options = new LinkedHashMap<>();
    do {
      TokenAt at = token;
      String key = text("an option's name in single quotes");
      expectSymbol("=");
      String value = text("the option's value in single quotes");
      if (options.put(key, value) != null) {
        throw error(at, "option '" + key + "' is given twice");
      }
    } while (skipSymbol(","));
    expectSymbol(")");
    return options;
  }

  /** Blanks everything before the query, and the semicolon behind it. */
  private String query(TokenAt first) {
    if (first.kind() == Kind.END) {
      throw error(first, "expected a query after AS, found the end of the statement");
    }
    if (!isSymbol("(") && QUERY_WORDS.stream().noneMatch(this::isWord)) {
      // The planner takes the word for an expression, and complains without saying where.
      throw error(first, "expected SELECT or another query after AS, found " + first.shown());
    }
    int end = sql.length();
    while (token.kind() != Kind.END) {
      if (isSymbol(";")) {
        end = token.start();
        advance();
        if (token.kind() != Kind.END) {
          throw error(token, "expected nothing behind ';', found " + token.shown());
        }
      } else {
        advance();
      }
    }
    StringBuilder blanked = new StringBuilder(sql.length());
    for (int i = 0; i < end; i++) {
      char c = sql.charAt(i);
      blanked.append(i >= first.start() || c == '\n' || c == '\r' || c == '\t' ? c : ' ');
    }
    return blanked.toString();
  }

  private void advance() {
    token = next();
  }

  private TokenAt next() {
    skipBlanksAndComments();
    int start = position;
    if (start == sql.length()) {
      return new TokenAt(Kind.END, "", start, start);
    }
    char c = sql.charAt(start);
    if (c == '`' || c == '\'' || c == '"') {
      return quoted(c, start);
    }
    if (Character.isJavaIdentifierStart(c)) {
      while (position < sql.length() && Character.isJavaIdentifierPart(sql.charAt(position))) {
        position++;
      }
      return new TokenAt(Kind.WORD, sql.substring(start, position), start, position);
    }
    position++;
    return new TokenAt(Kind.SYMBOL, String.valueOf(c), start, position);
  }

  private TokenAt quoted(char quote, int start) {
    StringBuilder text = new StringBuilder();
    position++;
    while (position < sql.length()) {
      char c = sql.charAt(position++);
      if (c != quote) {
        text.append(c);
      } else if (position < sql.length() && sql.charAt(position) == quote) {
        text.append(c);
        position++;
      } else {
        Kind kind = quote == '\'' ? Kind.TEXT : Kind.QUOTED_NAME;
        return new TokenAt(kind, text.toString(), start, position);
      }
    }
    throw error(start, "the quotation that begins here is never closed");
  }

  private void skipBlanksAndComments() {
    while (position < sql.length()) {
      if (Character.isWhitespace(sql.charAt(position))) {
        position++;
      } else if (sql.startsWith("--", position)) {
        int end = sql.indexOf('\n', position);
        position = end < 0 ? sql.length() : end;
      } else if (sql.startsWith("/*", position)) {
        int end = sql.indexOf("*/", position + 2);
        if (end < 0) {
          throw error(position, "the comment that begins here is never closed");
        }
        position = end + 2;
      } else {
        return;
      }
    }
  }

  private boolean isWord(String word) {
    return token.kind() == Kind.WORD && token.text().toUpperCase(Locale.ROOT).equals(word);
  }

  private boolean isSymbol(String symbol) {
    return token.kind() == Kind.SYMBOL && token.text().equals(symbol);
  }

  private boolean skipSymbol(String symbol) {
    if (!isSymbol(symbol)) {
      return false;
    }
    advance();
    return true;
  }

  private void expectWord(String word) {
    if (!isWord(word)) {
      throw error(
          token,
          "expected "
              + word
              + ", found "
              + token.shown()
              + "; a view is CREATE MATERIALIZED VIEW name [(PRIMARY KEY (column, ...))]"
              + " [WITH ('option' = 'value', ...)] AS SELECT ...");
    }
    advance();
  }

  private void expectSymbol(String symbol) {
    if (!skipSymbol(symbol)) {
      throw error(token, "expected '" + symbol + "', found " + token.shown());
    }
  }

  private String name(String what) {
    if (token.kind() != Kind.WORD && token.kind() != Kind.QUOTED_NAME) {
      throw error(token, "expected " + what + ", found " + token.shown());
    }
    String name = token.text();
    advance();
    return name;
  }

  private String text(String what) {
    if (token.kind() != Kind.TEXT) {
      throw error(token, "expected " + what + ", found " + token.shown());
    }
    String text = token.text();
    advance();
    return text;
  }

  private SqlException error(TokenAt at, String message) {
    return error(at.start(), message);
  }

  private SqlException error(int offset, String message) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < offset; i++) {
      if (sql.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    int column = offset - lineStart + 1;
    return new SqlException(
        "line %d, column %d: %s".formatted(line, column, message), line, column, null);
  }
}
