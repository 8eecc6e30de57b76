/**
 * Measurements that anyone can run again with one command, {@code infra/bench/run}. Each starts a
 * server of its own in a process of its own, on an empty data directory and free ports, and stops
 * it afterward.
 */
@NullMarked
package io.tidemark.bench;

import org.jspecify.annotations.NullMarked;
