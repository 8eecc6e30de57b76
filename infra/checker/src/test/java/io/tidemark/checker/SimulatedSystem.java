package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * A correct system in virtual time: partitions, one changelog, replicas that apply it at their own
 * pace, clients that append and read at every level. Every history that it gives must be clean.
 *
 * <p>The changelog is a list of states, each with its progress and with rows that, in a tick view,
 * may run ahead of it; a replica is an index into it; a token carries the index beside the
 * position.
 */
final class SimulatedSystem {
  static final String CHANGELOG = "changelog";
  private static final List<String> ROW_KEYS =
      List.of("c0x", "c0y", "c1x", "c1y", "c2x", "c2y", "c3x", "c3y", "g0", "g1", "*");

  private final Random random;
  private final boolean exact;
  private final int partitions;
  private final List<List<Event>> log = new ArrayList<>();
  private final List<List<Long>> landedNs = new ArrayList<>();
  private final List<State> states = new ArrayList<>();
  private final int[] replicas = new int[3];
  private final Map<String, Long> numbers = new HashMap<>();
  private final PriorityQueue<Action> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Action::timeNs));
  private final List<ViewModel> models;
  private final HistoryRecorder recorder =
      new HistoryRecorder(() -> nowNs(), () -> nowNs() / 1_000_000);
  private long nowNs;
  private int operationsLeft;

  private record Action(long timeNs, Runnable what) {}

  /** Per partition how far progress has come, and per key how far its row has. */
  private record State(int[] progress, Map<String, int[]> ahead) {}

  SimulatedSystem(long seed, int operations, boolean exact) {
    this.random = new Random(seed);
    this.exact = exact;
    this.partitions = 1 + random.nextInt(3);
    this.operationsLeft = operations;
    for (int p = 0; p < partitions; p++) {
      log.add(new ArrayList<>());
      landedNs.add(new ArrayList<>());
    }
    states.add(new State(new int[partitions], Map.of()));
    models =
        List.of(
            AggregateModel.sequence("seq", "l"),
            AggregateModel.counter("cnt", "l"),
            AggregateModel.total("all", "l", "*"),
            new TopNModel("top", "l", 3));
  }

  private long nowNs() {
    return nowNs;
  }

  History run(int clients, boolean scan) {
    for (int c = 0; c < clients; c++) {
      Client client = new Client("c" + c);
      at(random.nextInt(1000), client::next);
    }
    at(0, this::progress);
    drain();
    nowNs += 10_000_000_000L;
    finish(scan);
    drain();
    return recorder.history(models, List.of());
  }

  private void drain() {
    while (!agenda.isEmpty()) {
      Action action = agenda.poll();
      nowNs = Math.max(nowNs, action.timeNs);
      action.what.run();
    }
  }

  private void at(long delayUs, Runnable what) {
    agenda.add(new Action(nowNs + 1 + delayUs * 1_000, what));
  }

  private void progress() {
    int[] next = states.get(states.size() - 1).progress.clone();
    for (int p = 0; p < partitions; p++) {
      next[p] += random.nextInt(log.get(p).size() - next[p] + 1);
    }
    step(next);
    int replica = random.nextInt(replicas.length);
    replicas[replica] += random.nextInt(states.size() - replicas[replica]);
    if (operationsLeft > 0) {
      at(random.nextInt(3000), this::progress);
    }
  }

  private void step(int[] progress) {
    State last = states.get(states.size() - 1);
    Map<String, int[]> ahead = new HashMap<>(last.ahead);
    if (!exact) {
      for (String key : ROW_KEYS) {
        int[] row = ahead.getOrDefault(key, new int[partitions]).clone();
        for (int p = 0; p < partitions; p++) {
          row[p] = Math.max(row[p], progress[p]);
          row[p] += random.nextInt(log.get(p).size() - row[p] + 1);
        }
        ahead.put(key, row);
      }
    }
    states.add(new State(progress, ahead));
  }

  private int[] ends() {
    return log.stream().mapToInt(List::size).toArray();
  }

  private Position position(int[] offsets, int state) {
    Position.Builder builder = Position.builder().advance(CHANGELOG, 0, state);
    for (int p = 0; p < partitions; p++) {
      builder.advance("l", p, offsets[p]);
    }
    return builder.build();
  }

  /** The first state at or behind the replica's that reaches the position; it waits for it. */
  private int stateReaching(int replica, Position position) {
    int index = Math.max(replicas[replica], (int) position.offset(CHANGELOG, 0));
    while (index < states.size() && !reaches(states.get(index).progress, position)) {
      index++;
    }
    if (index == states.size()) {
      int[] next = states.get(states.size() - 1).progress.clone();
      for (int p = 0; p < partitions; p++) {
        next[p] = (int) Math.max(next[p], position.offset("l", p));
      }
      step(next);
    }
    replicas[replica] = index;
    return index;
  }

  private boolean reaches(int[] progress, Position position) {
    for (int p = 0; p < partitions; p++) {
      if (progress[p] < position.offset("l", p)) {
        return false;
      }
    }
    return true;
  }

  /** Gives the rows, and returns where the furthest of them is. */
  private Position fill(HistoryRecorder.OpenRead read, State state, Set<List<String>> rows) {
    Position.Builder furthest = Position.builder();
    for (List<String> row : rows) {
      ViewModel model =
          models.stream().filter(m -> m.view().equals(row.get(0))).findFirst().orElseThrow();
      int[] shown = state.ahead.getOrDefault(row.get(1), state.progress);
      long[] value = ViewModel.NOTHING;
      for (int p = 0; p < partitions; p++) {
        furthest.advance("l", p, shown[p]);
        for (Event event : log.get(p).subList(0, shown[p])) {
          if (model.rowKeys(event).contains(row.get(1))) {
            value = Columns.add(model, value, model.contribution(event));
          }
        }
      }
      read.asked(row.get(0), row.get(1));
      if (value.length > 0) {
        read.row(row.get(0), row.get(1), value);
      }
    }
    return furthest.build();
  }

  private void finish(boolean scan) {
    int index = stateReaching(0, position(ends(), 0));
    HistoryRecorder.OpenRead read = recorder.read("end", Level.STRONG, 0, Position.empty());
    Set<List<String>> rows = new LinkedHashSet<>();
    log.forEach(
        partition ->
            partition.forEach(
                event ->
                    models.forEach(
                        m -> m.rowKeys(event).forEach(key -> rows.add(List.of(m.view(), key))))));
    fill(read, states.get(index), rows);
    models.forEach(model -> read.complete(model.view()));
    read.finalState()
        .ok(position(states.get(index).progress, index), reply(Level.STRONG, -1, null));
    if (scan) {
      for (int p = 0; p < partitions; p++) {
        for (int offset = 0; offset < log.get(p).size(); offset++) {
          recorder.logged("l", p, offset, log.get(p).get(offset).id());
        }
      }
      recorder.scanned("l");
    }
  }

  private Read.Reply reply(Level level, long stalenessMs, Position cut) {
    return new Read.Reply(level, level == Level.STRONG, stalenessMs, exact, cut, "n");
  }

  /** One session: it owns the keys that it appends to, and hands its token from call to call. */
  private final class Client {
    private final String name;
    private final List<String> keys;
    private Position token = Position.empty();

    /** All that it has seen, also in rows that ran ahead: what it sees next reflects that. */
    private Position seen = Position.empty();

    private Client(String name) {
      this.name = name;
      this.keys = List.of(name + "x", name + "y");
    }

    private void next() {
      if (operationsLeft-- > 0) {
        if (random.nextInt(3) == 0) {
          append();
        } else {
          read();
        }
      }
    }

    private void append() {
      String key = keys.get(random.nextInt(keys.size()));
      long number = numbers.merge(key, 1L, Long::sum);
      Event event = new Event(key + number, "l", key, number, "g" + random.nextInt(2));
      HistoryRecorder.OpenAppend append = recorder.append(name, event);
      int partition = Math.floorMod(key.hashCode(), partitions);
      int luck = random.nextInt(30);
      if (luck == 0) {
        at(random.nextInt(1000), () -> end(append::failed));
      } else if (luck == 1) {
        at(random.nextInt(1000), () -> end(append::unknown));
        if (random.nextBoolean()) {
          at(random.nextInt(20_000), () -> land(partition, event));
        }
      } else {
        at(
            random.nextInt(1000),
            () -> {
              Position here = Position.of("l", partition, land(partition, event));
              at(
                  random.nextInt(1000),
                  () -> {
                    token = token.merge(here);
                    end(() -> append.ok(here));
                  });
            });
      }
    }

    private void end(Runnable outcome) {
      outcome.run();
      at(random.nextInt(500), this::next);
    }

    private int land(int partition, Event event) {
      log.get(partition).add(event);
      landedNs.get(partition).add(nowNs);
      return log.get(partition).size();
    }

    private void read() {
      Level level = Level.values()[random.nextInt(Level.values().length - 1)];
      if (level == Level.SNAPSHOT && !exact) {
        level = Level.SESSION;
      }
      Level asked = level;
      Set<List<String>> rows = new LinkedHashSet<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        rows.add(
            switch (random.nextInt(5)) {
              case 0 -> List.of("cnt", "g" + random.nextInt(2));
              case 1 -> List.of("all", "*");
              case 2 -> List.of("top", "c" + random.nextInt(4) + "x");
              default ->
                  List.of("seq", "c" + random.nextInt(4) + (random.nextBoolean() ? "x" : "y"));
            });
      }
      Position in = asked == Level.EVENTUAL || asked == Level.BOUNDED ? Position.empty() : token;
      Position before = in.isEmpty() ? in : in.merge(seen);
      HistoryRecorder.OpenRead read = recorder.read(name, asked, 0, in);
      at(random.nextInt(1000), () -> answer(read, asked, in, before, rows));
    }

    private void answer(
        HistoryRecorder.OpenRead read,
        Level level,
        Position in,
        Position before,
        Set<List<String>> rows) {
      int replica = random.nextInt(replicas.length);
      boolean fresh = level == Level.STRONG || level == Level.BOUNDED;
      Position wanted = fresh ? before.merge(position(ends(), 0)) : before;
      int index = stateReaching(replica, wanted);
      State state = states.get(index);
      Position shown = fill(read, state, rows);
      Position out = in.merge(position(state.progress, index));
      Position cut = exact && random.nextBoolean() ? position(state.progress, 0) : null;
      long staleness = random.nextBoolean() ? -1 : stalenessMs(state);
      at(
          random.nextInt(1000),
          () -> {
            token = token.merge(out);
            seen = seen.merge(shown);
            read.ok(out, reply(level, level == Level.BOUNDED ? -1 : staleness, cut));
            at(random.nextInt(500), this::next);
          });
    }

    private long stalenessMs(State state) {
      long oldest = nowNs;
      for (int p = 0; p < partitions; p++) {
        if (state.progress[p] < log.get(p).size()) {
          oldest = Math.min(oldest, landedNs.get(p).get(state.progress[p]));
        }
      }
      return (nowNs - oldest + 999_999) / 1_000_000;
    }
  }
}
