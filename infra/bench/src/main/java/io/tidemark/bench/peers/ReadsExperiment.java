package io.tidemark.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Reads over HTTP, of rows that nobody writes meanwhile. */
final class ReadsExperiment implements Experiment {
  private static final long MIDDLE = 1_000_000;
  private static final long MOST = 5_000_000;

  private final ReadPace pace;

  /** How each peer is made ready; in the order of their turns. */
  private interface Preparation {
    Trial prepare(Workplace place, long keys, ReadPace pace) throws Exception;
  }

  private static final Map<Peer, Preparation> PREPARATIONS =
      new EnumMap<>(
          Map.of(
              Peer.TIDEMARK, TidemarkReads::prepare,
              Peer.STREAMS, StreamsReads::prepare,
              Peer.REDIS, RedisReads::prepare,
              Peer.ETCD, EtcdReads::prepare,
              Peer.BARE_VERTX, ConstantReads::prepare));

  ReadsExperiment(ReadPace pace) {
    this.pace = pace;
  }

  private record KeysCase(long keys, ReadPace pace) implements Case {
    static String title(long keys) {
      return Effort.count(keys) + " keys";
    }

    @Override
    public String title() {
      return title(keys);
    }

    @Override
    public List<Peer> peers() {
      return List.copyOf(PREPARATIONS.keySet());
    }

    @Override
    public boolean staysReady() {
      return true;
    }

    @Override
    public Trial prepare(Peer peer, Workplace place) throws Exception {
      Preparation preparation = PREPARATIONS.get(peer);
      if (preparation == null) {
        throw new IllegalArgumentException(peer + " takes no part");
      }
      return preparation.prepare(place, keys, pace);
    }
  }

  @Override
  public String title() {
    return "Reads over HTTP";
  }

  @Override
  public String about() {
    return """
        Rows of some 200 bytes, read by random keys over connections that each have one request on its way, while nothing is
        written. Requests are sent by one thread of `wrk` on the same machine: what the server and the client take comes out of
        the same processors. Before and after each figure other requests of the same kind are sent whose answers are
        compared with what the rows must be, and one wrong answer or one status but success in the whole run fails the peer.
        All peers of a case are up while one of them is measured. `wrk` adds to its latencies what requests would have seen
        that a slow answer held up.

        - Tidemark: the rows have come through a log and a view of four shards. A plain "point read" is eventual; "session"
          carries a token that the view has reached, that of a strong read of all its shards; a batch names 100 keys, a prefix
          100 neighbours.
        - Kafka Streams: interactive queries over HTTP, by the same Vert.x with as many event loops; its store is filled from
          the same log by the same aggregate, and its reply is the row alone.
        - Redis: GET by `redis-benchmark`, one thread, without pipelining; the value is the row as JSON. Its protocol is not
          HTTP, and its latencies are as they were, at the next percentile that it tells.
        - etcd: linearizable reads, which is what its "strong" row counts, of at most 100k keys. Over HTTP, that is, through
          its JSON gateway, which calls its gRPC server inside the same process: that costs etcd time, and a client that speaks
          gRPC is faster.
        - bare Vert.x: the same version and server options as Tidemark's node, and a handler that gives one constant, as long
          as Tidemark's reply for a row.""";
  }

  @Override
  public Peer base() {
    return Peer.TIDEMARK;
  }

  @Override
  public List<Program> programs() {
    return List.of(Program.WRK);
  }

  @Override
  public List<Measure> measures() {
    return Arrays.stream(ReadKind.values())
        .flatMap(
            kind ->
                pace.connections().stream()
                    .flatMap(connections -> ReadMeasures.of(kind, connections).stream()))
        .toList();
  }

  @Override
  public List<Case> cases(Effort effort) {
    return effort.sizes().stream().<Case>map(keys -> new KeysCase(keys, pace)).toList();
  }

  @Override
  public List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (long keys : List.of(MIDDLE, MOST)) {
      for (int connections : pace.connections()) {
        PointReads reads = new PointReads(keys, connections);
        targets.add(reads.eventual("at least 0.8 of bare Vert.x", Peer.BARE_VERTX, 0.8));
        targets.add(reads.eventual("at least level with Redis GET", Peer.REDIS, 1));
        targets.add(reads.session("at least 0.9 of eventual ones", 0.9));
      }
      if (keys == MOST) {
        for (int connections : pace.connections()) {
          targets.add(
              new PointReads(keys, connections)
                  .eventual("at least twice Kafka Streams", Peer.STREAMS, 2));
        }
      }
      targets.add(
          Target.atLeast(
              "strong point reads, 32 connections: at least 5,000/s",
              new PointReads(keys, 32).rate(Peer.TIDEMARK, ReadKind.STRONG),
              5_000));
    }
    return List.copyOf(targets);
  }

  /** Reads of one row each, of which something is demanded. */
  private record PointReads(long keys, int connections) {
    Target eventual(String demand, Peer other, double atLeast) {
      return ratio("eventual", demand, ReadKind.POINT, other, atLeast);
    }

    Target session(String demand, double atLeast) {
      return ratio("session", demand, ReadKind.SESSION, Peer.TIDEMARK, atLeast);
    }

    /** Tidemark's reads of a kind, beside plain ones of a peer. */
    private Target ratio(String level, String demand, ReadKind kind, Peer other, double atLeast) {
      return Target.ratioAtLeast(
          "%s point reads, %s: %s".formatted(level, ReadMeasures.over(connections), demand),
          rate(Peer.TIDEMARK, kind),
          rate(other, ReadKind.POINT),
          atLeast);
    }

    Target.Side rate(Peer peer, ReadKind kind) {
      return new Target.Side(KeysCase.title(keys), peer, ReadMeasures.rate(kind, connections));
    }
  }
}
