/** The views of a cluster: requests, decisions, definitions and the state of their jobs. */
@NullMarked
package io.tidemark.log.catalog;

import org.jspecify.annotations.NullMarked;
