package io.tidemark.store;

/**
 * Figures of a store as of its last commit.
 *
 * @param rowCount rows that a reader would see
 * @param diskBytes what log and index take; the sparse files look larger
 * @param segmentCount files of the log
 * @param step number of the last commit, counted from 1; 0 before the first
 */
public record StoreStats(long rowCount, long diskBytes, int segmentCount, long step) {}
