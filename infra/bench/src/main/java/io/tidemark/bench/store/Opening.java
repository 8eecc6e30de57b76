package io.tidemark.bench.store;

import java.nio.file.Path;

/**
 * How a store is to be opened.
 *
 * @param directory of this store alone; created when absent
 * @param dataSet what will be in it, for subjects that must know beforehand
 * @param keepsOldVersions whether reads of older commits are to come
 */
record Opening(Path directory, DataSet dataSet, boolean keepsOldVersions) {}
