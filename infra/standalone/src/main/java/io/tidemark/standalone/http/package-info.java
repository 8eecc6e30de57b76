/** The HTTP API as the command line and the demo use it: like any other client. */
@NullMarked
package io.tidemark.standalone.http;

import org.jspecify.annotations.NullMarked;
