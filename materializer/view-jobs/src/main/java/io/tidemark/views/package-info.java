@NullMarked
package io.tidemark.views;

import org.jspecify.annotations.NullMarked;
