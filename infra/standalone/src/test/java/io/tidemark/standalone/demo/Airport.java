package io.tidemark.standalone.demo;

/** An airport as the tests see it; the state is {@code NA} where it is not known. */
record Airport(String iata, String state) {}
