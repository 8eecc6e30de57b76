package io.tidemark.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A body as a stream that asks for no more than it is read, and that does not wait forever: the
 * JDK's own would, for a node that went silent. One thread reads, any thread closes.
 */
final class ReceivedBytes extends InputStream {
  /** Several heartbeats of a node. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);

  /** What comes next: bytes, or the end, and why. */
  private record Received(List<ByteBuffer> bytes, boolean end, @Nullable Throwable failure) {}

  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
  private Iterator<ByteBuffer> buffers = List.<ByteBuffer>of().iterator();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private volatile boolean closed;

  private ReceivedBytes() {}

  /** Takes a body, which is there as soon as it begins. */
  static HttpResponse.BodySubscriber<InputStream> subscriber() {
    ReceivedBytes bytes = new ReceivedBytes();
    return new HttpResponse.BodySubscriber<>() {
      @Override
      public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(bytes);
      }

      @Override
      public void onSubscribe(Flow.Subscription begun) {
        bytes.subscription.set(begun);
        begun.request(1);
      }

      @Override
      public void onNext(List<ByteBuffer> next) {
        bytes.received.add(new Received(next, false, null));
      }

      @Override
      public void onError(Throwable failure) {
        bytes.received.add(new Received(List.of(), true, failure));
      }

      @Override
      public void onComplete() {
        bytes.received.add(new Received(List.of(), true, null));
      }
    };
  }

  @Override
  public int read() throws IOException {
    return fill() ? Byte.toUnsignedInt(buffer.get()) : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int taken = Math.min(length, buffer.remaining());
    buffer.get(into, offset, taken);
    return taken;
  }

  /** Whether there is another byte. */
  private boolean fill() throws IOException {
    while (!buffer.hasRemaining()) {
      if (closed) {
        throw new IOException("closed");
      }
      if (buffers.hasNext()) {
        buffer = buffers.next();
      } else if (!receive()) {
        return false;
      }
    }
    return true;
  }

  private boolean receive() throws IOException {
    Received next;
    try {
      next = received.poll(LONGEST_SILENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting");
    }
    if (next == null) {
      throw new IOException("nothing came for " + LONGEST_SILENCE.toSeconds() + " s");
    }
    if (next.end()) {
      // Also for whoever reads again.
      received.add(next);
      if (next.failure() != null) {
        throw new IOException("the connection broke: " + next.failure(), next.failure());
      }
      return false;
    }
    buffers = next.bytes().iterator();
    Flow.Subscription begun = subscription.get();
    if (begun != null) {
      begun.request(1);
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    Flow.Subscription begun = subscription.get();
    if (begun != null) {
      begun.cancel();
    }
    received.add(new Received(List.of(), true, null));
  }
}
