package io.replbuf.server;

import java.io.IOException;

/** A replica that acknowledges when the test says so. */
final class HandReplica implements AutoCloseable {
    private static final int MARK_BYTES = 40;

    final String replid;

    /** Of the snapshot, in Redis' numbering. */
    final long offset;

    private final RawClient link;

    /** Takes a full resync and acknowledges it. */
    HandReplica(int port) throws IOException {
        link = new RawClient(port);
        link.call("REPLCONF", "listening-port", "7777");
        link.call("REPLCONF", "capa", "eof", "capa", "psync2");
        String[] granted = link.call("PSYNC", "?", "-1").split(" ");
        replid = granted[1];
        offset = Long.parseLong(granted[2]);
        String mark = link.line();
        while (mark.isEmpty()) {
            mark = link.line();
        }
        mark = mark.substring("$EOF:".length());
        StringBuilder end = new StringBuilder();
        while (end.length() < MARK_BYTES || !end.toString().equals(mark)) {
            end.append(link.raw(1));
            if (end.length() > MARK_BYTES) {
                end.deleteCharAt(0);
            }
        }
        ack(offset);
    }

    void ack(long ackedOffset) throws IOException {
        link.send(RawClient.command("REPLCONF", "ACK", Long.toString(ackedOffset)));
    }

    /** The next command of the stream. */
    String next() throws IOException {
        return link.reply();
    }

    /** Commands of the stream up to this one. */
    void skipTo(String command) throws IOException {
        while (!next().equalsIgnoreCase(command)) {
            // Another one.
        }
    }

    @Override
    public void close() throws IOException {
        link.close();
    }
}
