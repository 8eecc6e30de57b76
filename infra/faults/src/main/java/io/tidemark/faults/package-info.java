/**
 * Does the system keep its word while its parts are killed, paused and misled?
 *
 * <p>A {@link io.tidemark.faults.FaultRun} starts a {@link io.tidemark.faults.Deployment} of real
 * processes: the standalone server, or a broker, a Flink cluster, a deployer and nodes, each in a
 * process of its own. A {@link io.tidemark.faults.Load} of writers and readers uses it through the
 * Java client, at every consistency level, and records all that it does and sees. Meanwhile faults
 * are injected one after the other, in an order and with moments that a seed gives. When time is
 * up, the load ends, the system comes to rest, everything is read once more and the logs are
 * scanned; then the {@link io.tidemark.checker.Checker} looks for a contradiction in the history.
 *
 * <p>A request that fails is none: time-outs and typed errors are counted, by code. A system that
 * does not come to rest again is a finding of its own.
 */
@NullMarked
package io.tidemark.faults;

import org.jspecify.annotations.NullMarked;
