/**
 * Everything in one process: broker, schema registry, log store, view jobs and query node over one
 * data directory.
 *
 * <p>{@link io.tidemark.standalone.Standalone} starts the parts in the order in which they need one
 * another and stops them in the opposite one. {@link io.tidemark.standalone.DataDirectory} keeps
 * two processes, and two clusters, out of one directory. {@link io.tidemark.standalone.BrokerPart},
 * {@link io.tidemark.standalone.DeployerPart} and {@link io.tidemark.standalone.NodePart} are the
 * same parts for processes of their own, over a Flink cluster of its own. The command line over all
 * of it is in {@code cli}, the demo in {@code demo}.
 */
@NullMarked
package io.tidemark.standalone;

import org.jspecify.annotations.NullMarked;
