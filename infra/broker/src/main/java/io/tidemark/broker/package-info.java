/**
 * A Kafka broker and its controller in this process.
 *
 * <p>The standalone server runs on it, and so do the tests of every module that needs a broker;
 * that is why it is a module of its own below all others.
 */
@NullMarked
package io.tidemark.broker;

import org.jspecify.annotations.NullMarked;
