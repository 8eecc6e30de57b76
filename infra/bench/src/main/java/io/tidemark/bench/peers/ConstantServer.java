package io.tidemark.bench.peers;

import io.tidemark.bench.run.VertxServer;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Answers every request with one and the same reply: what the framework can do at most, since any
 * handler has to do more. Runs as a process of its own.
 */
final class ConstantServer {
  private ConstantServer() {}

  /**
   * Runs until the process is ended; says where when it listens.
   *
   * @param arguments the file with the reply's body, and the value of the token's header
   */
  public static void main(String[] arguments) throws Exception {
    Buffer body = Buffer.buffer(Files.readAllBytes(Path.of(arguments[0])));
    String token = arguments[1];
    VertxServer server =
        VertxServer.start(
            request ->
                request
                    .response()
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Tidemark-Token", token)
                    .end(body));
    System.out.println(ConstantReads.UP + server.uri());
  }
}
