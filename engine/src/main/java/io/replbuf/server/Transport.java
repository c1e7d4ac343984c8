package io.replbuf.server;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** Netty's epoll where it is available, else the JDK's selectors. */
enum Transport {
    EPOLL {
        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> tcp() {
            return EpollServerSocketChannel.class;
        }

        @Override
        Class<? extends ServerChannel> unixSocket() {
            return EpollServerDomainSocketChannel.class;
        }
    },
    NIO {
        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> tcp() {
            return NioServerSocketChannel.class;
        }

        /** None: a channel of the JDK for unix sockets knows no {@code ip:port} and is not worth a second path. */
        @Override
        Class<? extends ServerChannel> unixSocket() {
            return null;
        }
    };

    /** Property that chooses {@code nio} although epoll is there, to compare the two. */
    private static final String PROPERTY = "replbuf.transport";

    static Transport ofThisJvm() {
        boolean nio = "nio".equalsIgnoreCase(System.getProperty(PROPERTY));
        return !nio && Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract IoHandlerFactory handlers();

    abstract Class<? extends ServerChannel> tcp();

    /** Null if there is none. */
    abstract Class<? extends ServerChannel> unixSocket();
}
