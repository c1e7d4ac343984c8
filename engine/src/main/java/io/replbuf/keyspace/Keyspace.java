package io.replbuf.keyspace;

/** The data set. */
public final class Keyspace {}
