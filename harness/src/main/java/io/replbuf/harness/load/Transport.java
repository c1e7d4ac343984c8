package io.replbuf.harness.load;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Netty's epoll transport where the machine has it, NIO elsewhere. */
public enum Transport {
    EPOLL(EpollSocketChannel.class),
    NIO(NioSocketChannel.class);

    private final Class<? extends Channel> socketChannel;

    Transport(Class<? extends Channel> socketChannel) {
        this.socketChannel = socketChannel;
    }

    /** The better one of those that work here. */
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    public Class<? extends Channel> socketChannel() {
        return socketChannel;
    }

    /** Event loops on daemon threads of the given name. */
    public EventLoopGroup loops(int threads, String name) {
        IoHandlerFactory handlers =
                this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory(name, true), handlers);
    }

    /** As it stands in the environment record. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
