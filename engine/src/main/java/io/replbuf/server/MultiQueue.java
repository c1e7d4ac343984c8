package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.replbuf.resp.Request;
import java.util.ArrayList;
import java.util.List;

/** The commands of an open MULTI, kept as canonical RESP so that they enter the stream as they lie. Command loop only. */
final class MultiQueue {
    private final ByteBuf bytes;
    private final List<CommandEntry> entries = new ArrayList<>();
    private boolean broken;

    MultiQueue(ByteBufAllocator allocator) {
        bytes = allocator.directBuffer(256);
    }

    /** Copies the command; a later one cannot change it. */
    void add(CommandEntry entry, Request request) {
        entries.add(entry);
        request.writeTo(bytes);
    }

    /** A command was refused while queueing: EXEC will refuse them all. */
    void breakOff() {
        broken = true;
    }

    boolean broken() {
        return broken;
    }

    /** The commands in order, one behind the other in {@link #bytes}. */
    List<CommandEntry> entries() {
        return entries;
    }

    /** Whether {@code entry} is EXEC, and would run commands that write. */
    boolean writes(CommandEntry entry) {
        return isExec(entry) && entries.stream().anyMatch(e -> e.write);
    }

    /** Whether {@code entry} is EXEC, and would run commands that are refused when memory is short. */
    boolean needsMemory(CommandEntry entry) {
        return isExec(entry) && entries.stream().anyMatch(e -> e.denyOom);
    }

    private static boolean isExec(CommandEntry entry) {
        return entry.spec.name().equals("exec");
    }

    ByteBuf bytes() {
        return bytes;
    }

    void release() {
        bytes.release();
    }
}
