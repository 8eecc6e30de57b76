package io.tidemark.checker;

/**
 * What a plain consumer found in the log when all was over. A history that has this for a log knows
 * what became of every append to it.
 */
public record Logged(String log, int partition, long offset, String eventId) {}
