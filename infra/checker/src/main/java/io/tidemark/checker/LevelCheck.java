package io.tidemark.checker;

/**
 * No answer is silently weaker than what was asked for, nor staler by its own words than the bound.
 * Linear.
 */
final class LevelCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Read read : index.reads()) {
      Level asked = read.request().level();
      Level achieved = read.reply().level();
      Row[] none = {};
      if (!achieved.satisfies(asked)) {
        findings.violation(
            "a read at " + asked.text() + " was answered at " + achieved.text(), read.only(none));
      } else if (asked == Level.BOUNDED
          && achieved == Level.BOUNDED
          && read.reply().stalenessMs() > read.request().boundMs()) {
        findings.violation(
            "a read with a bound of "
                + read.request().boundMs()
                + " ms claims a staleness of "
                + read.reply().stalenessMs()
                + " ms",
            read.only(none));
      }
    }
  }
}
