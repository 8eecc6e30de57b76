/**
 * What all measurements share: options, processes and their memory, figures and their ratios, the
 * conditions of a run, tables. Knows nothing of what is measured.
 */
@NullMarked
package io.tidemark.bench.run;

import org.jspecify.annotations.NullMarked;
