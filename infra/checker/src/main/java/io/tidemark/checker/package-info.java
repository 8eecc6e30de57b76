/**
 * Did the system keep its word? Judged from outside, by what clients did and saw.
 *
 * <p>While clients append and read at every consistency level, and while faults are injected, a
 * {@link io.tidemark.checker.HistoryRecorder} notes each call's begin and end on one clock, what
 * was appended, what was read, and what the answer claimed about itself. Afterwards the {@link
 * io.tidemark.checker.Checker} looks for a contradiction. It knows nothing of how the system works:
 * only what each level promises, and, through a {@link io.tidemark.checker.ViewModel} for each
 * view, what a row means as a summary of events.
 *
 * <p>All checks ask one question in different words: is there a set of events that this row
 * reflects? The set is a prefix of each partition, since a view consumes a partition in order. A
 * level says which events must be in it (acknowledged before the read began; below the token; at
 * the cut) and the time says which cannot (begun after the read ended). An append of unknown
 * outcome may be in it or not. Where a row is fed by one partition, its value tells the prefix, and
 * the question is a binary search; where it is fed by several, a bounded search, whose giving up is
 * counted and printed as undecided. An answer of "no violation" with nothing undecided is therefore
 * a proof about this history; it is never a proof about the system.
 *
 * <p>To make a history tell as much as it can: let each key have one writer that numbers its events
 * 1, 2, 3, …; keep count, sum and maximum (or better the sum of squares too) in the view; mark the
 * reads made when all is quiet as final; and at the end scan the logs with a plain consumer, which
 * settles every unknown outcome and every place.
 *
 * <p>Histories are files of JSON lines ({@link io.tidemark.checker.HistoryWriter}, {@link
 * io.tidemark.checker.HistoryReader}); the command {@code check} ({@link
 * io.tidemark.checker.CheckCommand}) judges them again whenever somebody doubts.
 */
@NullMarked
package io.tidemark.checker;

import org.jspecify.annotations.NullMarked;
