/**
 * The command line.
 *
 * <p>{@code up} and {@code demo} run a server in this process, {@code broker}, {@code deployer} and
 * {@code node} a part of one, and {@code rehearse} one that only the launcher asks for; every other
 * command talks HTTP to a running one, so what it can do, any HTTP client can. Results go to
 * standard output and everything else to standard error; the exit status is 0, 1 for an error, 2
 * for a wrong command line.
 */
@NullMarked
package io.tidemark.standalone.cli;

import org.jspecify.annotations.NullMarked;
