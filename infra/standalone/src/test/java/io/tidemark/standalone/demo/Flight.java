package io.tidemark.standalone.demo;

/** A flight as the tests see it; the date in milliseconds since 1970. */
record Flight(long date, int delay, int distance, String origin, String destination) {}
