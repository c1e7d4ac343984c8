package io.replbuf.server;

import io.replbuf.buffer.BufferContext;
import io.replbuf.buffer.BufferOption;
import io.replbuf.buffer.ReplicationBuffer;
import io.replbuf.buffer.ReplicationBufferFactory;
import io.replbuf.log.LogConfig;
import io.replbuf.primary.ArrayBuffer;
import java.util.ArrayList;
import java.util.List;

/** The test buffer as a strategy that wants a log, as aof-psync does, and never reads it: what is synced does not matter to it. */
public final class LoggedArrayFactory implements ReplicationBufferFactory {
    @Override
    public String name() {
        return "logged-array";
    }

    @Override
    public List<BufferOption> options() {
        List<BufferOption> options = new ArrayList<>(LogConfig.options());
        options.add(
                new BufferOption("repl-log-send-only-synced", "no", "For tests of the primary."));
        return options;
    }

    @Override
    public boolean needsHistory() {
        return true;
    }

    @Override
    public ReplicationBuffer create(BufferContext context) {
        return new ArrayBuffer.Factory().create(context);
    }
}
