package io.tidemark.standalone.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.log.Token;
import io.tidemark.standalone.http.ServerApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Appends events and prints the token alone, so that a script can hand it to a read. */
@Command(
    name = "append",
    description = {
      "Append one event, or a stream of them, and print the token that covers them.",
      "Without --json, lines such as {\"key\":\"LAS\",\"value\":{...}} are read from standard input."
    })
final class AppendCommand implements Runnable {
  private static final int BATCH_LINES = 1_000;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Parameters(paramLabel = "LOG", description = "The log to append to.")
  private String log;

  @Option(names = "--key", description = "Key of the event.")
  private @Nullable String key;

  @Option(names = "--json", paramLabel = "VALUE", description = "Value of the event, as JSON.")
  private @Nullable String json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  AppendCommand() {}

  @Override
  public void run() {
    if ((key == null) != (json == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--key and --json belong together: give both, or neither to read standard input");
    }
    Appended total = new Appended();
    if (key != null && json != null) {
      post("application/json", one(key, json), total);
    } else {
      stream(total);
    }
    Token token = total.token;
    spec.commandLine().getErr().printf("appended %,d%n", total.events);
    if (token != null) {
      spec.commandLine().getOut().println(token.encode());
    }
  }

  private String one(String key, String json) {
    JsonNode value;
    try {
      value = ServerApi.JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          spec.commandLine(), "--json is not JSON: " + e.getOriginalMessage(), e);
    }
    ObjectNode body = ServerApi.JSON.createObjectNode();
    ObjectNode event = body.putArray("events").addObject();
    event.put("key", key);
    event.set("value", value);
    return body.toString();
  }

  private void stream(Appended total) {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    StringBuilder batch = new StringBuilder();
    int size = 0;
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          batch.append(line).append('\n');
          size++;
        }
        if (size == BATCH_LINES) {
          post("application/x-ndjson", batch.toString(), total);
          batch.setLength(0);
          size = 0;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input", e);
    }
    if (size > 0) {
      post("application/x-ndjson", batch.toString(), total);
    }
  }

  private void post(String contentType, String body, Appended total) {
    String path = ServerApi.path("/v1/logs", List.of(log)) + "/events";
    JsonNode answer = client.api().post(path, contentType, body);
    total.events += answer.path("appended").asLong();
    Token token = Token.parse(answer.path("token").asText());
    total.token = total.token == null ? token : total.token.merge(token);
  }

  private static final class Appended {
    private long events;
    private @Nullable Token token;
  }
}
