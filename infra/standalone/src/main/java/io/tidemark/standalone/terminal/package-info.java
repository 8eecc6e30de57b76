/** What people see on a terminal: tables and progress. */
@NullMarked
package io.tidemark.standalone.terminal;

import org.jspecify.annotations.NullMarked;
