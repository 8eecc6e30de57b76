/**
 * Who reads and writes while something is measured: programs that read as fast as a server answers,
 * appends at a steady pace, and appends that are read back.
 *
 * <ul>
 *   <li>{@code KeyedRequest}: what is sent, each time with other keys, by whichever program.
 *   <li>{@code Wrk}, {@code RedisBenchmark}: Debian's load generators for HTTP and for Redis.
 *   <li>{@code Load}: what came of a run of one.
 *   <li>{@code PacedAppends}, {@code ReadBack}: events at a pace, and how soon they show.
 * </ul>
 */
@NullMarked
package io.tidemark.bench.load;

import org.jspecify.annotations.NullMarked;
