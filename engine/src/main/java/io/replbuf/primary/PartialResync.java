package io.replbuf.primary;

import io.replbuf.buffer.CursorRole;
import io.replbuf.buffer.ReplicaCursor;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.stream.History;
import java.util.concurrent.Executor;

/**
 * The answer to {@code PSYNC replid offset}: a place in the stream to continue from, or why there is none.
 *
 * <p>Command loop. Knows no socket, so that a simulation decides as the server does.
 *
 * @param answer what to tell the replica
 * @param cursor at the offset asked for; null unless the answer is CONTINUE
 */
public record PartialResync(Answer answer, ReplicaCursor cursor) {
    /** What becomes of the request. */
    public enum Answer {
        CONTINUE,
        /** The replica's history is not ours, or has bytes that ours never had. */
        FOREIGN,
        /** It is ours, but the bytes are not kept, or not any more. */
        NOT_KEPT
    }

    /**
     * @param kept whether the stream's bytes are kept at all
     * @param loop what the cursor is opened with
     */
    public static PartialResync decide(
            History history,
            ReplicationBuffer buffer,
            boolean kept,
            String replid,
            long offset,
            Executor loop) {
        if (!history.accepts(replid, offset)) {
            return new PartialResync(Answer.FOREIGN, null);
        }
        ReplicaCursor cursor = null;
        if (kept && buffer.coverage().continues(offset)) {
            cursor = buffer.open(offset, CursorRole.REPLICA, loop);
        }
        return new PartialResync(cursor == null ? Answer.NOT_KEPT : Answer.CONTINUE, cursor);
    }
}
