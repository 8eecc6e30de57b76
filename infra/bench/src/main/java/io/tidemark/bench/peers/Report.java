package io.tidemark.bench.peers;

import io.tidemark.bench.run.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** What an experiment has found, as a page in Markdown. */
final class Report {
  private static final String INTRODUCTION =
      """
      # Tidemark and its peers: %s

      Written by `%s`, whole; not edited. All did the same work in the same run on the same machine, in turn, round
      by round, each when the processors had come to rest after what was before, or after a minute. Trust the ratios
      more than the figures, and run it again on yours.

      A cell is the median of the rounds and, in parentheses, how many times better it is than that of %s:
      above 1 is better in every row, whether the row counts time, bytes or events a second. A range
      is from the least to the greatest round. A peer whose result was wrong or
      incomplete in any round has failed, and has no figure. "none": it takes no part. "–": it does not tell.
      """;

  private final Results results;
  private final Experiment experiment;
  private final String command;
  private final Effort effort;
  private final String conditions;

  /**
   * A page.
   *
   * @param command what has it made
   */
  Report(Results results, Experiment experiment, String command, Effort effort, String conditions) {
    this.results = results;
    this.experiment = experiment;
    this.command = command;
    this.effort = effort;
    this.conditions = conditions;
  }

  String markdown() {
    StringBuilder text =
        new StringBuilder(
            INTRODUCTION.formatted(experiment.title(), command, experiment.base().title()));
    List<Case> cases = experiment.cases(effort);
    List<Peer> peers = peers(cases);
    text.append("\n## What is measured\n\n").append(experiment.about().strip());
    text.append("\n\n## Medians\n\n").append(table(cases, peers, this::cell));
    text.append("\n## Ranges\n\n").append(table(cases, peers, this::range));
    String remarks = experiment.remarks(results);
    if (!remarks.isEmpty()) {
      text.append('\n').append(remarks);
    }
    targets(text, cases);
    failures(text);
    text.append("\n## Conditions\n\n").append(conditions);
    text.append("\nPeers:\n\n");
    for (Peer peer : peers) {
      text.append("- ").append(peer.title()).append(": ").append(peer.settings()).append(".\n");
    }
    return text.toString();
  }

  private static List<Peer> peers(List<Case> cases) {
    return cases.stream().flatMap(one -> one.peers().stream()).distinct().sorted().toList();
  }

  private interface Cell {
    String of(Case one, Peer peer, Measure measure);
  }

  private String table(List<Case> cases, List<Peer> peers, Cell cell) {
    List<String> head = new ArrayList<>(List.of("case", "measure"));
    peers.forEach(peer -> head.add(peer.title()));
    Table table = new Table(head);
    for (Case one : cases) {
      List<Measure> measured =
          experiment.measures().stream()
              .filter(measure -> peers.stream().anyMatch(peer -> has(one, peer, measure)))
              .toList();
      // Where nobody has a figure the row tells why.
      for (Measure measure : measured.isEmpty() ? experiment.measures().subList(0, 1) : measured) {
        List<String> cells = new ArrayList<>(List.of(one.title(), measure.title()));
        peers.forEach(peer -> cells.add(cell.of(one, peer, measure)));
        table.row(cells);
      }
    }
    return table.markdown();
  }

  private boolean has(Case one, Peer peer, Measure measure) {
    return results.figure(one.title(), peer, measure).isPresent();
  }

  private String cell(Case one, Peer peer, Measure measure) {
    return results
        .figure(one.title(), peer, measure)
        .map(figure -> measure.format(figure.value()) + ratio(one, peer, measure))
        .orElseGet(() -> absent(one, peer));
  }

  private String ratio(Case one, Peer peer, Measure measure) {
    Peer base = experiment.base();
    OptionalDouble ratio = results.timesBetter(one.title(), peer, base, measure);
    return peer == base || ratio.isEmpty() || !Double.isFinite(ratio.getAsDouble())
        ? ""
        : String.format(Locale.ROOT, " (%.2f×)", ratio.getAsDouble());
  }

  private String range(Case one, Peer peer, Measure measure) {
    return results
        .figure(one.title(), peer, measure)
        .map(figure -> measure.format(figure.low()) + " – " + measure.format(figure.high()))
        .orElseGet(() -> absent(one, peer));
  }

  private String absent(Case one, Peer peer) {
    if (!one.peers().contains(peer)) {
      return "none";
    }
    return results
        .failure(one.title(), peer)
        .map(failure -> failure.broken() ? "failed" : "not measured")
        .orElse("–");
  }

  private void targets(StringBuilder text, List<Case> cases) {
    Set<String> titles = cases.stream().map(Case::title).collect(Collectors.toSet());
    List<Target> targets =
        experiment.targets().stream()
            .filter(target -> titles.contains(target.one().caseTitle()))
            .toList();
    if (targets.isEmpty()) {
      return;
    }
    Table table = new Table(List.of("target", "case", "verdict"));
    for (Target target : targets) {
      table.row(
          List.of(
              target.title(), target.one().caseTitle(), target.describe(target.judge(results))));
    }
    text.append("\n## Targets\n\n").append(table.markdown());
  }

  private void failures(StringBuilder text) {
    if (results.failures().isEmpty()) {
      return;
    }
    text.append("\n## What failed or was left out\n\n");
    for (Results.Failure failure : results.failures()) {
      text.append("- ").append(failure.caseTitle()).append(", ").append(failure.peer().title());
      text.append(": ").append(failure.reason()).append('\n');
    }
  }
}
