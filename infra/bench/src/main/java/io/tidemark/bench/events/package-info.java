/** The events that are measured with, and how they come into a log: the same for all peers. */
@NullMarked
package io.tidemark.bench.events;

import org.jspecify.annotations.NullMarked;
