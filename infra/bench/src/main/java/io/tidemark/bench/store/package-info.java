/**
 * The shard store beside its peers: the same rows, the same operations, the same machine and run,
 * and a table of ratios.
 *
 * <ul>
 *   <li>{@link io.tidemark.bench.store.StoreComparison}: the command.
 *   <li>{@code StoreRun}: the order of things. Each store is loaded once, by a worker's process,
 *       and then opened by each process that measures it.
 *   <li>{@code Subject}, {@code SubjectStore}, {@code SubjectReader}: who is measured; an adapter
 *       each.
 *   <li>{@code Operation}, {@code Measure}: what is done, and which numbers come of it.
 *   <li>{@code ReadBenchmarks} with its states, {@code JmhRun}: what JMH measures. {@code
 *       StoreWorker}, {@code WorkerProcess}: what it does not.
 *   <li>{@code Results}, {@code Target}, {@code Report}: numbers, verdicts, and the text.
 * </ul>
 */
@NullMarked
package io.tidemark.bench.store;

import org.jspecify.annotations.NullMarked;
