package io.replbuf.server;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops that go back to their sockets once tasks have taken a millisecond, as looked at after every 64 tasks.
 *
 * <p>Netty's own let tasks that ask for further tasks go on for a second: a replica that catches up is such a task.
 */
final class Loops extends MultiThreadIoEventLoopGroup {
    private static final long TASKS_MILLIS_MAX = 1;

    Loops(int threads, ThreadFactory factory, IoHandlerFactory handlers) {
        super(threads, factory, handlers);
    }

    @Override
    protected IoEventLoop newChild(
            Executor executor, IoHandlerFactory handlers, Object... arguments) {
        return new SingleThreadIoEventLoop(
                this,
                executor,
                handlers,
                Integer.MAX_VALUE,
                RejectedExecutionHandlers.reject(),
                TASKS_MILLIS_MAX);
    }
}
