package io.replbuf.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.replbuf.fault.FaultText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets that the server listens on. Bound by the starting thread; they accept from {@link #accept} on, which is when
 * the data set is loaded, or its load takes long.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final ServerConfig config;
    private final Transport transport;
    private final CommandLoop server;
    private final List<Channel> channels = new ArrayList<>();
    private Path socketFile;
    private int port;

    Listeners(ServerConfig config, Transport transport, CommandLoop server) {
        this.config = config;
        this.transport = transport;
        this.server = server;
    }

    /** The TCP port, also when it was asked for as 0; 0 if there is no TCP listener. */
    int port() {
        return port;
    }

    /**
     * Binds them all.
     *
     * @throws StartException if an address cannot be had
     */
    void bind() throws StartException {
        int asked = (int) config.number("port");
        Path socket = config.path("unixsocket");
        boolean anyPort = config.anyPort();
        if (asked == 0 && !anyPort && socket == null) {
            throw new StartException("Configured to not listen anywhere, exiting.");
        }
        try {
            if (asked != 0 || anyPort) {
                bindTcp(asked);
            }
            if (socket != null) {
                bindUnixSocket(socket);
            }
        } catch (StartException e) {
            close();
            throw e;
        }
    }

    private void bindTcp(int asked) throws StartException {
        String[] addresses = config.text("bind").strip().split("\\s+");
        int bound = 0;
        port = asked;
        for (String address : addresses) {
            // "-::1": may be missing on this machine.
            boolean optional = address.startsWith("-");
            String host = optional ? address.substring(1) : address;
            InetSocketAddress socket =
                    host.equals("*") || host.isEmpty()
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(host.equals("::*") ? "::" : host, port);
            ChannelFuture future = bootstrap(transport.tcp()).bind(socket).awaitUninterruptibly();
            if (future.isSuccess()) {
                bound++;
                channels.add(future.channel());
                port = ((InetSocketAddress) future.channel().localAddress()).getPort();
            } else if (!optional) {
                LOG.warn(
                        "Warning: Could not create server TCP listening socket {}:{}: bind: {}",
                        host,
                        port,
                        FaultText.reason(future.cause()));
                throw new StartException("Failed listening on port " + port + " (TCP), aborting.");
            }
        }
        if (bound == 0) {
            throw new StartException("Failed listening on port " + port + " (TCP), aborting.");
        }
    }

    private void bindUnixSocket(Path socket) throws StartException {
        if (transport.unixSocket() == null) {
            throw new StartException(
                    "unixsocket: " + socket + " (expected: none, as epoll is not available here)");
        }
        try {
            Files.deleteIfExists(socket); // left by a server that was killed
        } catch (IOException e) {
            throw new StartException(
                    "Failed opening Unix socket: " + socket + ": " + FaultText.reason(e), e);
        }
        ChannelFuture future =
                bootstrap(transport.unixSocket())
                        .bind(new DomainSocketAddress(socket.toString()))
                        .awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new StartException(
                    "Failed opening Unix socket: bind: " + FaultText.reason(future.cause()));
        }
        channels.add(future.channel());
        socketFile = socket;
        int mode = Integer.parseInt(config.text("unixsocketperm"), 8);
        if (mode != 0) {
            try {
                Files.setPosixFilePermissions(socket, permissions(mode));
            } catch (IOException e) {
                throw new StartException(
                        "Failed to set permissions of " + socket + ": " + FaultText.reason(e), e);
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values(); // owner read first: bit 8
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < all.length; bit++) {
            if ((mode & 1 << (all.length - 1 - bit)) != 0) {
                set.add(all[bit]);
            }
        }
        return set;
    }

    private ServerBootstrap bootstrap(Class<? extends ServerChannel> type) {
        ChannelInitializer<Channel> initializer =
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        new Acceptance(server).accept(channel);
                    }
                };
        return new ServerBootstrap()
                .group(server.loop(), server.loop())
                .channel(type)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_BACKLOG, (int) Math.max(1, config.number("tcp-backlog")))
                .childHandler(initializer);
    }

    void accept() {
        channels.forEach(channel -> channel.config().setAutoRead(true));
    }

    void close() {
        channels.forEach(Channel::close);
        channels.clear();
        if (socketFile != null) {
            LOG.info("Removing the unix socket file.");
            try {
                Files.deleteIfExists(socketFile);
            } catch (IOException e) {
                LOG.warn("Removing the unix socket file {}: {}", socketFile, FaultText.reason(e));
            }
            socketFile = null;
        }
    }

    static String text(SocketAddress address, String unixSocket) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            int zone = host.indexOf('%');
            String plain = zone < 0 ? host : host.substring(0, zone);
            return (plain.indexOf(':') < 0 ? plain : "[" + plain + "]") + ":" + inet.getPort();
        }
        return unixSocket + ":0";
    }
}
