package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has in memory, in bytes, as Linux tells.
 *
 * @param anonymous pages that are of no file
 * @param file pages of mapped files
 */
public record ResidentPages(long anonymous, long file) {
  /** Those of a process. */
  public static ResidentPages of(long pid) throws IOException {
    return parse(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
  }

  /** Reads what {@code /proc/<pid>/status} tells. */
  public static ResidentPages parse(String status) {
    return new ResidentPages(
        bytes(status, "RssAnon:"), bytes(status, "RssFile:") + bytes(status, "RssShmem:"));
  }

  /** "RssAnon: 1234 kB". */
  private static long bytes(String status, String name) {
    String line =
        status
            .lines()
            .filter(each -> each.startsWith(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no " + name + " in " + status));
    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
  }
}
