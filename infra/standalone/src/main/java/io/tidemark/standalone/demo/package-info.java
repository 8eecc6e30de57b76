/**
 * The demo: real flights and airports, loaded once into two logs, and five views over them.
 *
 * <p>{@link io.tidemark.standalone.demo.Demo} is the whole of it in order. It may be killed at any
 * moment: {@link io.tidemark.standalone.demo.PresentEvents} finds out which events an earlier run
 * has left in a log, so that the next run appends the others and only those.
 */
@NullMarked
package io.tidemark.standalone.demo;

import org.jspecify.annotations.NullMarked;
