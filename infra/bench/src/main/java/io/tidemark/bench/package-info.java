/**
 * Measurements that anyone can run again with one command, {@code infra/bench/run}. What needs a
 * server starts one of its own in a process of its own, on an empty data directory and free ports,
 * and stops it afterward.
 */
@NullMarked
package io.tidemark.bench;

import org.jspecify.annotations.NullMarked;
