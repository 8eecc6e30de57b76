package io.tidemark.server;

import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.store.ShardStore;
import io.tidemark.store.Snapshot;
import io.tidemark.store.StoreException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One shard as readers on this node see it, and the ones who wait for it. Thread-safe: one tailer
 * opens, publishes and closes; any thread reads and waits.
 */
final class Shard {
  private static final int TOKENS = 16;

  private final String view;
  private final String changelog;
  private final int number;
  private final LogIds logIds;

  private volatile @Nullable ShardStore store;
  private volatile boolean closed;

  private volatile ReplicaState visible = ReplicaState.EMPTY;

  /**
   * The frontier, and beyond it whatever is known to hold no events: a log's last offsets may be
   * transaction markers, which no source ever reports as read. Only grows.
   */
  private volatile Position reflected = Position.empty();

  private volatile boolean open;
  private volatile @Nullable String trouble;
  private volatile long lagRecords;

  private final UpperBounds upperBounds = new UpperBounds();

  /** Sessions that read on after they have seen something new bring the same token many times. */
  private final AtomicReferenceArray<@Nullable Satisfied> satisfied =
      new AtomicReferenceArray<>(TOKENS);

  private final AtomicBoolean watched = new AtomicBoolean();
  private final Set<Wait> waits = new LinkedHashSet<>();
  private final Set<Alarm> followers = ConcurrentHashMap.newKeySet();

  /** Somebody waits for this shard. */
  static final class Wait {
    private final Requirement requirement;
    private final CompletableFuture<Void> met = new CompletableFuture<>();

    private Wait(Requirement requirement) {
      this.requirement = requirement;
    }

    Requirement requirement() {
      return requirement;
    }

    /** Completes on the tailer's thread: do nothing there that takes time. */
    CompletableFuture<Void> met() {
      return met;
    }
  }

  /** A state of at least that changelog offset keeps all that the token promises. */
  private record Satisfied(Token token, long nextOffset) {}

  /** What a read does with the rows. */
  interface Reading<T> {
    T read(Snapshot snapshot, ReplicaState state);
  }

  /**
   * A shard that is not open yet.
   *
   * @param logIds of the logs that the view's rows follow from
   */
  Shard(String view, String changelog, int number, LogIds logIds) {
    this.view = view;
    this.changelog = changelog;
    this.number = number;
    this.logIds = logIds;
  }

  /** The name of the view. */
  String view() {
    return view;
  }

  /** The topic whose partition {@link #number} this shard follows. */
  String changelog() {
    return changelog;
  }

  int number() {
    return number;
  }

  /** Which logs the positions of this shard speak of. */
  LogIds logIds() {
    return logIds;
  }

  /** Whether rows can be read. */
  boolean isOpen() {
    return open;
  }

  /** What readers see at this moment. */
  ReplicaState visible() {
    return visible;
  }

  /** The position that this shard reflects at this moment, gaps included. */
  Position reflected() {
    return reflected;
  }

  /** Which events the rows that readers have seen can reflect at most. */
  UpperBounds upperBounds() {
    return upperBounds;
  }

  /** Why the shard does not advance; {@code null} while it does. */
  @Nullable String trouble() {
    return trouble;
  }

  /** Changelog records that are not yet applied, as of the last look. */
  long lagRecords() {
    return lagRecords;
  }

  void lagRecords(long records) {
    lagRecords = records;
  }

  void trouble(@Nullable String reason) {
    trouble = reason;
  }

  /** From now on reads are served from that store. */
  void opened(ShardStore opened, ReplicaState state) {
    store = opened;
    open = true;
    publish(state);
  }

  /** The replica has made that visible. */
  void publish(ReplicaState state) {
    List<Wait> over = new ArrayList<>();
    synchronized (waits) {
      visible = state;
      reflected = reflected.merge(state.frontier());
      collectMet(over);
    }
    over.forEach(wait -> wait.met.complete(null));
    followers.forEach(Alarm::ring);
  }

  /** From now on the alarm rings whenever something has become visible, or nothing will. */
  void follow(Alarm alarm) {
    followers.add(alarm);
  }

  void unfollow(Alarm alarm) {
    followers.remove(alarm);
  }

  /** What this shard reflects it also reflects up to there: no event lies between. */
  void reflectsGaps(Position gapEnds) {
    List<Wait> over = new ArrayList<>();
    synchronized (waits) {
      reflected = reflected.merge(gapEnds);
      collectMet(over);
    }
    over.forEach(wait -> wait.met.complete(null));
  }

  private void collectMet(List<Wait> over) {
    for (Iterator<Wait> all = waits.iterator(); all.hasNext(); ) {
      Wait wait = all.next();
      if (meets(wait.requirement)) {
        all.remove();
        over.add(wait);
      }
    }
  }

  /** Whether a read now would be good enough. */
  boolean meets(Requirement requirement) {
    return open && requirement.isMetBy(visible, reflected);
  }

  /**
   * Whether a read now is good enough for whoever brings that very object along, as far as is
   * known. What a token promises never changes, and a shard never goes back.
   */
  @SuppressWarnings("ReferenceEquality") // to compare tokens costs what this spares
  boolean isKnownToSatisfy(Token token) {
    Satisfied known = satisfied.getAcquire(place(token));
    return known != null
        && known.token() == token
        && open
        && visible.nextOffset() >= known.nextOffset();
  }

  /** What a read now reflects is good enough for whoever brings that token along. */
  void satisfies(Token token) {
    // Not the offset of before: a state that has followed meanwhile is good enough, too.
    satisfied.setRelease(place(token), new Satisfied(token, visible.nextOffset()));
  }

  private static int place(Token token) {
    return System.identityHashCode(token) & (TOKENS - 1);
  }

  /** Waits until a read is good enough. Whoever gives up says so with {@link #forget}. */
  Wait await(Requirement requirement) {
    Wait wait = new Wait(requirement);
    synchronized (waits) {
      if (closed) {
        wait.met.completeExceptionally(dropped());
      } else if (meets(requirement)) {
        wait.met.complete(null);
      } else {
        waits.add(wait);
      }
    }
    return wait;
  }

  void forget(Wait wait) {
    synchronized (waits) {
      waits.remove(wait);
    }
  }

  /** Everyone who waits hears that it is in vain. */
  void giveUp(TidemarkException reason) {
    List<Wait> over;
    synchronized (waits) {
      over = new ArrayList<>(waits);
      waits.clear();
    }
    over.forEach(wait -> wait.met.completeExceptionally(reason));
  }

  /** Whether the caller is to look after those who wait; false when somebody does already. */
  boolean startWatch() {
    return watched.compareAndSet(false, true);
  }

  void endWatch() {
    watched.set(false);
  }

  /** All positions that somebody waits for, merged; {@code null} when nobody waits. */
  @Nullable Position awaited() {
    synchronized (waits) {
      if (waits.isEmpty()) {
        return null;
      }
      Position awaited = Position.empty();
      for (Wait wait : waits) {
        awaited = awaited.merge(wait.requirement.position());
      }
      return awaited;
    }
  }

  /**
   * Reads rows and the state that they belong to, both of one moment. Never waits for the tailer.
   *
   * @throws TidemarkException {@link ErrorCode#VIEW_BUILDING} before the shard is open, {@link
   *     ErrorCode#UNKNOWN_VIEW} when the view has been dropped
   */
  <T> T read(Reading<T> reading) {
    try (Snapshot snapshot = snapshot()) {
      return reading.read(snapshot, stateOf(snapshot));
    }
  }

  /** What was visible at some time, for as long as it is open. */
  record Pinned(Snapshot snapshot, ReplicaState state, Position reflected)
      implements AutoCloseable {
    @Override
    public void close() {
      snapshot.close();
    }
  }

  /**
   * Holds what is visible now; {@code null} when it is not as wanted.
   *
   * @param wanted gets a state, and the position that it reflects, gaps included
   * @throws TidemarkException as {@link #read}
   */
  @Nullable Pinned pin(BiPredicate<ReplicaState, Position> wanted) {
    // Before the snapshot, so that the snapshot reflects at least that.
    Position before = reflected;
    Snapshot snapshot = snapshot();
    boolean kept = false;
    try {
      ReplicaState state = stateOf(snapshot);
      kept = wanted.test(state, before.merge(state.frontier()));
      return kept ? new Pinned(snapshot, state, before.merge(state.frontier())) : null;
    } finally {
      if (!kept) {
        snapshot.close();
      }
    }
  }

  /**
   * Holds the newest state that is within a bound in some logs; {@code null} when it is no longer
   * kept. Frontiers only grow, so all states before it are within the bound as well.
   *
   * @throws TidemarkException as {@link #read}
   */
  @Nullable Pinned pinWithin(Position bound, Set<String> logs) {
    try {
      return hold(
          from ->
              from.newestSnapshot(
                  metadata ->
                      bound.covers(
                          ReplicaState.fromBytes(metadata)
                              .frontier()
                              .restrictedTo(logs::contains))));
    } catch (TidemarkException e) {
      if (e.code() == ErrorCode.AS_OF_GONE) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Holds the oldest state that meets the requirement: frontiers and changelog offsets only grow
   * from state to state, so every later one meets it as well.
   *
   * @param requirement which the shard {@link #meets}
   * @throws TidemarkException {@link ErrorCode#AS_OF_GONE}, and as {@link #read}
   */
  Pinned pinOldest(Requirement requirement) {
    Requirement shown = requirement.upTo(visible.frontier());
    try {
      return hold(
          from ->
              from.oldestSnapshot(
                  metadata -> {
                    ReplicaState state = ReplicaState.fromBytes(metadata);
                    return state.visible() && shown.isMetBy(state, state.frontier());
                  }));
    } catch (IllegalArgumentException e) {
      throw notOpen();
    }
  }

  /**
   * Holds the newest state that whoever has seen that much of the changelog can have seen.
   *
   * @throws TidemarkException {@link ErrorCode#AS_OF_GONE}, and as {@link #read}
   */
  Pinned pinNewest(long changelogOffset) {
    return hold(
        from ->
            from.newestSnapshot(
                metadata -> ReplicaState.fromBytes(metadata).nextOffset() <= changelogOffset));
  }

  /**
   * Holds what was visible at a time of the past, by the store's clock.
   *
   * @throws TidemarkException {@link ErrorCode#AS_OF_GONE}, {@link ErrorCode#INVALID_REQUEST} when
   *     the time has not passed, and as {@link #read}
   */
  Pinned pinAt(long millis) {
    try {
      return hold(from -> from.snapshotAtTime(millis));
    } catch (IllegalArgumentException e) {
      throw Problem.invalid("asOf must be a time of the past: " + e.getMessage());
    }
  }

  private Pinned hold(Function<ShardStore, Snapshot> search) {
    Snapshot snapshot = snapshot(search);
    try {
      ReplicaState state = ReplicaState.fromBytes(snapshot.metadata());
      return new Pinned(snapshot, state, state.frontier());
    } catch (RuntimeException e) {
      snapshot.close();
      throw e;
    }
  }

  private Snapshot snapshot() {
    return snapshot(ShardStore::snapshot);
  }

  private Snapshot snapshot(Function<ShardStore, Snapshot> search) {
    ShardStore current = store;
    if (closed) {
      throw dropped();
    }
    if (current == null) {
      throw notOpen();
    }
    try {
      return search.apply(current);
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.VERSION_GONE) {
        throw new TidemarkException(
            ErrorCode.AS_OF_GONE,
            "shard %d of view %s does not keep the state that was asked for: %s"
                .formatted(number, view, e.getMessage()),
            e);
      }
      if (e.kind() == StoreException.Kind.CLOSED) {
        throw closed ? dropped() : notOpen();
      }
      throw e;
    }
  }

  private TidemarkException notOpen() {
    return new TidemarkException(
        ErrorCode.VIEW_BUILDING,
        "shard %d of view %s is not open yet%s"
            .formatted(number, view, trouble == null ? "" : ": " + trouble));
  }

  /** What a reader takes along of that state: a token that no later read may fall behind. */
  Token token(ReplicaState state, String clusterId) {
    return new Token(
        clusterId,
        state.frontier().merge(Position.of(changelog, number, state.nextOffset())),
        logIds);
  }

  private volatile @Nullable Told told;

  /** What to tell of that state; most reads see the same state as the one before. */
  Told told(ReplicaState state, String clusterId) {
    Told last = told;
    if (last == null || !last.isOf(state)) {
      last = new Told(state, token(state, clusterId));
      told = last;
    }
    return last;
  }

  /** What a commit's metadata say, since most reads see the same commit as the one before. */
  private record Decoded(Snapshot snapshot, ReplicaState state) {}

  private volatile @Nullable Decoded decoded;

  private ReplicaState stateOf(Snapshot snapshot) {
    Decoded last = decoded;
    if (last == null || !last.snapshot.seesSameCommit(snapshot)) {
      last = new Decoded(snapshot, ReplicaState.fromBytes(snapshot.metadata()));
      decoded = last;
    }
    return last.state;
  }

  /** Closes the store; running reads end in peace, and the shard may be opened again. */
  void closeStore() {
    ShardStore last = store;
    open = false;
    store = null;
    decoded = null;
    if (last != null) {
      last.close();
    }
  }

  /** Closes for good: everyone who waits hears that the view is gone. */
  void close() {
    synchronized (waits) {
      closed = true;
    }
    giveUp(dropped());
    closeStore();
    followers.forEach(Alarm::ring);
  }

  private TidemarkException dropped() {
    return new TidemarkException(ErrorCode.UNKNOWN_VIEW, "view " + view + " has been dropped");
  }

  @Override
  public String toString() {
    return changelog + "-" + number;
  }
}
