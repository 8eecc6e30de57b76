/**
 * Everything in one process: broker, schema registry, log store, view jobs and query node over one
 * data directory.
 *
 * <p>{@link io.tidemark.standalone.Standalone} starts the parts in the order in which they need one
 * another and stops them in the opposite one. {@link io.tidemark.standalone.DataDirectory} keeps
 * two processes, and two clusters, out of one directory. The command line over it is in {@code
 * cli}, the demo in {@code demo}.
 */
@NullMarked
package io.tidemark.standalone;

import org.jspecify.annotations.NullMarked;
