package io.replbuf.buffer;

/** What a cursor is for. */
public enum CursorRole {
    /** A replica's place: may lag, be demoted or killed. */
    REPLICA,
    /** The stream log's place: what it has not written yet can be read nowhere else. */
    LOG
}
