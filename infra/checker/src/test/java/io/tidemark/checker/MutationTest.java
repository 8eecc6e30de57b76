package io.tidemark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Histories of a correct system, each broken in one place so that a property no longer holds.
 *
 * <p>All must be caught where the log was scanned and one partition feeds the row. In other rows a
 * break can be invisible in principle: another choice of the open appends gives the same columns,
 * so that some correct system could have shown the broken history. There only a share is asked for.
 */
class MutationTest {
  private static final int ROUNDS = 40;

  private enum Mutation {
    /** A row without one event from its middle. */
    LOST,
    /** A row with one of its events twice. */
    DOUBLED,
    /** A row with one of its events lost and another one doubled: the count agrees. */
    SWAPPED,
    /** A row with an event that was begun after the read had ended. */
    PHANTOM,
    /** A strong row without the last event that was acknowledged before the read began. */
    STALE_STRONG,
    /** A session's row without the last event below its token. */
    STALE_SESSION,
    /** One row of a read at one cut, without its last event that is below another row's last. */
    TORN_CUT,
    /** An acknowledged append that a read shows is said to have failed. */
    DENIED,
    /** A session's token that comes back smaller than it went in. */
    TOKEN_LOST,
    /** An answer that claims no staleness while an event was acknowledged long before. */
    CLAIMED_FRESH
  }

  @ParameterizedTest
  @EnumSource(Mutation.class)
  void everyBreakIsCaughtWhereThePlacesAreKnown(Mutation mutation) {
    assertThat(caught(mutation, true, true)).isEqualTo(1.0);
  }

  @ParameterizedTest
  @EnumSource(Mutation.class)
  void mostBreaksAreCaughtWhereTheyMayBeHidden(Mutation mutation) {
    assertThat(caught(mutation, false, false)).isGreaterThanOrEqualTo(0.5);
  }

  /** The share of the mutations that are caught. */
  private static double caught(Mutation mutation, boolean scan, boolean plainOnly) {
    long first = ThreadLocalRandom.current().nextLong();
    int made = 0;
    int caught = 0;
    String missed = "";
    for (long seed = first; seed < first + ROUNDS; seed++) {
      History valid = new SimulatedSystem(seed, 150, true).run(4, scan);
      Optional<History> broken = new Mutator(valid, new Random(seed), plainOnly).apply(mutation);
      if (broken.isPresent()) {
        made++;
        if (Checker.check(broken.get()).isClean()) {
          missed += " " + seed;
        } else {
          caught++;
        }
      }
    }
    System.out.printf(
        "%s scan %s, plain rows only %s: caught %d of %d; missed seeds:%s%n",
        mutation, scan, plainOnly, caught, made, missed);
    assertThat(made)
        .as("mutations of %s that could be made, seed %d", mutation, first)
        .isPositive();
    return (double) caught / made;
  }

  /** Breaks one history in one place, if it has a place for it. */
  private record Mutator(History history, HistoryIndex index, Random random, boolean plainOnly) {
    Mutator(History history, Random random, boolean plainOnly) {
      this(history, new HistoryIndex(history), random, plainOnly);
    }

    Optional<History> apply(Mutation mutation) {
      List<History> all = new ArrayList<>();
      if (mutation == Mutation.DENIED) {
        return denied();
      }
      for (int i = 0; i < 400 && all.isEmpty(); i++) {
        Read read = history.reads().get(random.nextInt(history.reads().size()));
        Row row = read.rows().get(random.nextInt(read.rows().size()));
        switch (mutation) {
          case TOKEN_LOST -> tokenLost(read).ifPresent(all::add);
          case CLAIMED_FRESH -> claimedFresh(read).ifPresent(all::add);
          default -> {
            RowEvents events = index.events(row);
            if (!plainOnly || events.isPlain()) {
              values(mutation, read, row, events)
                  .filter(value -> !new Row(row.view(), row.key(), value).equals(row))
                  .ifPresent(value -> all.add(with(read, row, value)));
            }
          }
        }
      }
      return all.stream().findFirst();
    }

    private Optional<long[]> values(Mutation mutation, Read read, Row row, RowEvents events) {
      if (events.lanes.isEmpty() || row.view().equals("top")) {
        return Optional.empty();
      }
      Lane lane = events.lanes.get(random.nextInt(events.lanes.size()));
      long[] value = row.values();
      // Rows hold sums, so an event is taken out of one by subtraction; the maximum is kept.
      int shown = shown(lane, events, value);
      return switch (mutation) {
        case LOST -> {
          int lost = shown < 3 ? 0 : random.nextInt(shown - 1);
          // Without an event whose number is that of the last one, the row is merely older.
          yield shown < 3
                  || lane.event(lost).event().number() == lane.event(shown - 1).event().number()
              ? Optional.empty()
              : minus(row, value, lane, lost);
        }
        case DOUBLED -> {
          int doubled = shown < 1 ? 0 : random.nextInt(shown);
          // With an event whose number is that of the next one, the row is merely newer.
          yield shown < 1
                  || (shown < lane.size()
                      && lane.event(doubled).event().number() == lane.event(shown).event().number())
              ? Optional.empty()
              : Optional.of(plus(events, value, lane, doubled));
        }
        case SWAPPED -> {
          if (shown < 3) {
            yield Optional.empty();
          }
          int lost = random.nextInt(shown - 1);
          int doubled = (lost + 1 + random.nextInt(shown - 2)) % (shown - 1);
          yield lane.event(lost).event().number() == lane.event(doubled).event().number()
              ? Optional.empty()
              : minus(row, plus(events, value, lane, doubled), lane, lost);
        }
        case PHANTOM -> {
          int later = lane.startedBy(read.call().endNs());
          yield later >= lane.size() || shown != later
              ? Optional.empty()
              : Optional.of(plus(events, value, lane, later));
        }
        case STALE_STRONG -> {
          int needed = lane.acknowledgedBefore(read.call().startNs());
          yield read.reply().level() != Level.STRONG || needed == 0 || shown != needed
              ? Optional.empty()
              : prefix(events, value, lane, shown, needed - 1);
        }
        case STALE_SESSION -> {
          int needed = lane.below(read.tokenIn().offset("l", lane.partition));
          yield read.reply().level() != Level.SESSION || needed == 0 || shown != needed
              ? Optional.empty()
              : prefix(events, value, lane, shown, needed - 1);
        }
        case TORN_CUT -> {
          boolean bound =
              read.reply().cut() != null
                  || read.rows().stream().anyMatch(other -> isAhead(row, other, lane, shown));
          yield shown == 0 || !bound
              ? Optional.empty()
              : prefix(events, value, lane, shown, shown - 1);
        }
        default -> Optional.empty();
      };
    }

    private int shown(Lane lane, RowEvents events, long[] value) {
      if (!events.isPlain()) {
        return (int) Math.min(lane.size(), value.length == 0 ? 0 : value[0] / events.lanes.size());
      }
      int[] found = events.find(value);
      return found == null ? 0 : found[1];
    }

    private boolean isAhead(Row row, Row other, Lane lane, int shown) {
      RowEvents events = index.events(other);
      if (shown == 0 || other.equals(row) || !events.isPlain() || events.lanes.isEmpty()) {
        return false;
      }
      Lane otherLane = events.lanes.get(0);
      int[] found = events.find(other.values());
      return otherLane.partition == lane.partition
          && found != null
          && otherLane.lowestCut(found[0]) > lane.highestCut(shown - 1);
    }

    private Optional<long[]> minus(Row row, long[] value, Lane lane, int lost) {
      long[] less = value.clone();
      less[0] -= 1;
      less[1] -= lane.event(lost).event().number();
      return less[0] <= 0 || less[1] < 0 || row.values().length < 2
          ? Optional.empty()
          : Optional.of(less);
    }

    private long[] plus(RowEvents events, long[] value, Lane lane, int index) {
      return Columns.add(events.model, value, events.model.contribution(lane.event(index).event()));
    }

    private Optional<long[]> prefix(
        RowEvents events, long[] value, Lane lane, int shown, int shorter) {
      if (events.isPlain()) {
        return Optional.of(lane.prefix(shorter));
      }
      long[] less = value.clone();
      for (int i = shorter; i < shown; i++) {
        less[0] -= 1;
        less[1] -= lane.event(i).event().number();
      }
      return less[0] <= 0 || less.length > 2 ? Optional.empty() : Optional.of(less);
    }

    private Optional<History> denied() {
      for (int i = 0; i < history.appends().size(); i++) {
        Append append = history.appends().get(i);
        if (append.call().outcome() == Outcome.OK && random.nextInt(5) == 0) {
          List<Append> appends = new ArrayList<>(history.appends());
          Operation.Call call = append.call();
          appends.set(
              i,
              new Append(
                  new Operation.Call(
                      call.session(), call.startNs(), call.endNs(), call.startMs(), Outcome.FAILED),
                  append.events(),
                  Position.empty()));
          return Optional.of(
              new History(
                  history.models(),
                  history.invariants(),
                  appends,
                  history.reads(),
                  history.logged(),
                  history.scannedLogs()));
        }
      }
      return Optional.empty();
    }

    private Optional<History> tokenLost(Read read) {
      if (!read.reply().level().honoursToken() || read.tokenIn().isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          with(
              read,
              new Read(
                  read.call(),
                  read.request(),
                  read.rows(),
                  read.completeViews(),
                  read.tokenIn(),
                  Position.empty(),
                  read.reply(),
                  read.finalState())));
    }

    private Optional<History> claimedFresh(Read read) {
      boolean stale =
          read.rows().stream()
              .anyMatch(
                  row -> {
                    RowEvents events = index.events(row);
                    int[] found = events.isPlain() ? events.find(row.values()) : null;
                    return found != null
                        && !events.lanes.isEmpty()
                        && events.lanes.get(0).acknowledgedBefore(read.call().startNs()) > found[1];
                  });
      Read.Reply reply = read.reply();
      return !stale
          ? Optional.empty()
          : Optional.of(
              with(
                  read,
                  new Read(
                      read.call(),
                      read.request(),
                      read.rows(),
                      read.completeViews(),
                      read.tokenIn(),
                      read.tokenOut(),
                      new Read.Reply(
                          reply.level(),
                          reply.ordered(),
                          0,
                          reply.exact(),
                          reply.cut(),
                          reply.replica()),
                      read.finalState())));
    }

    private History with(Read read, Row row, long[] value) {
      List<Row> rows = new ArrayList<>(read.rows());
      rows.set(rows.indexOf(row), new Row(row.view(), row.key(), value));
      return with(
          read,
          new Read(
              read.call(),
              read.request(),
              rows,
              read.completeViews(),
              read.tokenIn(),
              read.tokenOut(),
              read.reply(),
              read.finalState()));
    }

    private History with(Read read, Read changed) {
      List<Read> reads = new ArrayList<>(history.reads());
      reads.set(reads.indexOf(read), changed);
      return new History(
          history.models(),
          history.invariants(),
          history.appends(),
          reads,
          history.logged(),
          history.scannedLogs());
    }
  }
}
