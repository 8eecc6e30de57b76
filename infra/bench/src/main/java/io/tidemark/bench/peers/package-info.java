/**
 * Tidemark as a whole beside what users would pick instead: the same work, on the same machine, in
 * turn and in the same run, and a table of ratios.
 *
 * <ul>
 *   <li>{@link io.tidemark.bench.peers.PeerComparison}: the command.
 *   <li>{@code Rounds}: the order of things. The peers of a case take turns, round by round.
 *   <li>{@code Peer}, {@code Program}: who is measured, and what must be installed for it.
 *   <li>{@code Experiments}, {@code Experiment}, {@code Case}, {@code Trial}: what is measured. To
 *       add something, add a class and a constant.
 *   <li>{@code Measure}, {@code Results}, {@code Target}, {@code Report}: numbers, verdicts, and
 *       the text.
 * </ul>
 */
@NullMarked
package io.tidemark.bench.peers;

import org.jspecify.annotations.NullMarked;
