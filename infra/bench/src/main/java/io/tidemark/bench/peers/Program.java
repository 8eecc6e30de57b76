package io.tidemark.bench.peers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A program of others that must be installed to measure something. */
enum Program {
  REDIS_SERVER("redis-server", "redis-server"),
  ETCD("etcd", "etcd-server"),
  WRK("wrk", "wrk");

  private final String command;
  private final String debianPackage;

  Program(String command, String debianPackage) {
    this.command = command;
    this.debianPackage = debianPackage;
  }

  /** The name under which it is started. */
  String command() {
    return command;
  }

  /** Where it is; empty when it is not installed. */
  Optional<Path> find() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What to do when it is not installed. */
  String advice() {
    return "not measured: %s is not installed (apt-get install %s)"
        .formatted(command, debianPackage);
  }
}
