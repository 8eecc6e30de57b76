/**
 * Views: from a statement to a running Flink job, and from its rows to a changelog.
 *
 * <p>{@link io.tidemark.views.Deployer} hears requests through the view catalog. {@code
 * ViewStatement} reads the head of the SQL, {@code ViewPlanner} has Flink plan the query: it finds
 * the view's key, and whether progress can come from ticks or has to come from barriers. A
 * definition is published, {@code JobStarter} submits its job to a {@link
 * io.tidemark.views.FlinkCluster}, from the newest checkpoint if there is one.
 *
 * <p>The job is Flink's plan of the query between two parts of ours, laid by {@code Dataflow}:
 * before it a source and a {@code Tap} for each log, behind it a {@code ShardWriter}. The tap
 * decodes events and tells, past the query, how far it has come; the writer appends rows, and
 * progress as soon as a tick or a barrier proves that everything up to there has come through
 * ({@code Progression} has the argument); while a job reads what was there before it began, only
 * now and then ({@code CatchUp}). Where each step has one subtask, all up to the writer is one
 * chain in one thread ({@code JobGraphs}).
 *
 * <p>A query may also read views. There the source is the changelog of the upstream view, and an
 * {@code UpstreamTap} follows each shard as a replica does, with {@code UpstreamRows} as its copy:
 * the query gets what becomes visible, undone rows included, and the writers get the shard's
 * frontier as a scan of its own.
 */
@NullMarked
package io.tidemark.views;

import org.jspecify.annotations.NullMarked;
