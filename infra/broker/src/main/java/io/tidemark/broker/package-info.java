/**
 * Kafka brokers: {@link io.tidemark.broker.EmbeddedKafka} is one with its controller in this
 * process, {@link io.tidemark.broker.BrokerCluster} several in processes of their own.
 *
 * <p>The standalone server runs on the first, and so do the tests of every module that needs a
 * broker; the second is for tests and measurements of what only several brokers can do. That is why
 * they are a module of its own below all others.
 */
@NullMarked
package io.tidemark.broker;

import org.jspecify.annotations.NullMarked;
