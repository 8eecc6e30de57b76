/**
 * What lets clients of Kafka outlive a time of day that is set back.
 *
 * <p>They reckon by {@code System.currentTimeMillis()}, and cannot be given another time: what they
 * remember as having happened then lies in the future. A client does not look at the metadata or
 * connect again before that, a call that is under way does not end at its timeout, a batch is not
 * sent again: for as long as the clock was set back. So a {@link
 * io.tidemark.schemas.clock.ClockWatch} notices it, and a {@link io.tidemark.schemas.clock.Renewed}
 * client is let go of and made anew.
 */
@NullMarked
package io.tidemark.schemas.clock;

import org.jspecify.annotations.NullMarked;
