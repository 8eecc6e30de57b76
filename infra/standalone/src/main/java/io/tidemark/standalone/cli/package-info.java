/**
 * The command line.
 *
 * <p>{@code up} and {@code demo} run a server in this process; every other command talks HTTP to a
 * running one, so what it can do, any HTTP client can. Results go to standard output and everything
 * else to standard error; the exit status is 0, 1 for an error, 2 for a wrong command line.
 */
@NullMarked
package io.tidemark.standalone.cli;

import org.jspecify.annotations.NullMarked;
