@NullMarked
package io.tidemark.server;

import org.jspecify.annotations.NullMarked;
