@NullMarked
package io.tidemark.store;

import org.jspecify.annotations.NullMarked;
