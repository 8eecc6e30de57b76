package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.TimeUnit;

/**
 * The body of a reply that one thread writes bit by bit. What the reader's connection has not taken
 * yet is bounded: whoever writes more waits, and gives the reader up when it takes nothing at all.
 */
final class EventSink {
  /** The reader has gone; there is nobody to tell anything. */
  static final class GoneException extends Exception {
    private static final long serialVersionUID = 1L;

    GoneException() {
      super("the reader has gone", null, false, false);
    }
  }

  private final Context context;
  private final HttpServerResponse response;
  private final ChangesConfig config;
  private long unsentBytes;
  private long taken;
  private boolean gone;

  /** On the event loop of the response, which is chunked and has its headers. */
  EventSink(Context context, HttpServerResponse response, ChangesConfig config, Runnable onGone) {
    this.context = context;
    this.response = response;
    this.config = config;
    response.closeHandler(closed -> leave(onGone));
    response.exceptionHandler(failed -> leave(onGone));
  }

  private void leave(Runnable onGone) {
    synchronized (this) {
      gone = true;
      notifyAll();
    }
    onGone.run();
  }

  synchronized boolean isGone() {
    return gone;
  }

  /** What the connection has not taken yet. */
  synchronized long unsentBytes() {
    return unsentBytes;
  }

  /**
   * Sends bytes that must not change any more; waits while the reader has too much before it.
   *
   * @throws TidemarkException {@link ErrorCode#TOO_SLOW} when the reader takes nothing meanwhile
   */
  void send(byte[] bytes) throws InterruptedException, GoneException {
    synchronized (this) {
      long before = taken;
      long deadlineNs = System.nanoTime() + config.stallTimeout().toNanos();
      while (!gone && unsentBytes > 0 && unsentBytes + bytes.length > config.bufferBytes()) {
        long leftNs = deadlineNs - System.nanoTime();
        if (taken != before) {
          before = taken;
          deadlineNs = System.nanoTime() + config.stallTimeout().toNanos();
        } else if (leftNs <= 0) {
          throw new TidemarkException(
              ErrorCode.TOO_SLOW,
              "the reader has taken nothing for %d ms while %d bytes wait; go on from the last progress"
                  .formatted(config.stallTimeout().toMillis(), unsentBytes));
        } else {
          TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
      }
      if (gone) {
        throw new GoneException();
      }
      unsentBytes += bytes.length;
    }
    context.runOnContext(
        run -> response.write(Buffer.buffer(bytes)).onComplete(done -> sent(bytes.length)));
  }

  private synchronized void sent(int bytes) {
    unsentBytes -= bytes;
    taken += bytes;
    notifyAll();
  }

  /**
   * Ends the body with some last bytes, whatever waits before them. A reader that does not take
   * them is disconnected after a while.
   */
  void end(byte[] last) {
    context.runOnContext(
        run -> {
          if (!response.closed() && !response.ended()) {
            long timer =
                context
                    .owner()
                    .setTimer(config.stallTimeout().toMillis(), late -> response.reset());
            response
                .end(Buffer.buffer(last))
                .onComplete(done -> context.owner().cancelTimer(timer));
          }
        });
  }
}
