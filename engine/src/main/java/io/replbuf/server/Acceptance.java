package io.replbuf.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.replbuf.resp.RespDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a client of a new connection, or turns it away. Command loop only. */
final class Acceptance {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);

    private static final String TOO_MANY = "-ERR max number of clients reached\r\n";
    private static final String PROTECTED =
            "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default"
                    + " user. In this mode connections are only accepted from the loopback interface. If you want to connect from"
                    + " external computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode"
                    + " sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from"
                    + " the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if"
                    + " you do so. 2) Alternatively you can just disable the protected mode by editing the Redis configuration"
                    + " file, and setting the protected mode option to 'no', and then restarting the server. 3) If you started the"
                    + " server manually just for testing, restart it with the '--protected-mode no' option. 4) Setup an"
                    + " authentication password for the default user. NOTE: You only need to do one of the above things in order"
                    + " for the server to start accepting connections from the outside.\r\n";

    private final CommandLoop server;

    Acceptance(CommandLoop server) {
        this.server = server;
    }

    void accept(Channel channel) {
        ServerConfig config = server.config();
        server.stats().connections++;
        boolean tcp = channel instanceof SocketChannel;
        if (server.clients().count() >= config.number("maxclients")) {
            server.stats().rejectedConnections++;
            turnAway(channel, TOO_MANY);
            return;
        }
        boolean remote =
                tcp
                        && !((InetSocketAddress) channel.remoteAddress())
                                .getAddress()
                                .isLoopbackAddress();
        if (remote && config.bool("protected-mode") && config.password() == null) {
            server.stats().rejectedConnections++;
            turnAway(channel, PROTECTED);
            return;
        }
        if (tcp) {
            channel.config().setOption(ChannelOption.TCP_NODELAY, true);
            channel.config()
                    .setOption(ChannelOption.SO_KEEPALIVE, config.number("tcp-keepalive") > 0);
        }
        Client client = client(channel, tcp);
        client.authenticated = config.password() == null;
        client.decoder.authenticated(client.authenticated);
        channel.config().setRecvByteBufAllocator(client.input);
        channel.pipeline().addLast(new ClientHandler(server, client));
        server.clients().add(client);
        LOG.debug("Accepted {}", client.peer);
    }

    private Client client(Channel channel, boolean tcp) {
        String unixSocket = server.config().text("unixsocket");
        RespDecoder decoder = new RespDecoder(server.respLimits());
        Client.Peer peer =
                new Client.Peer(
                        Listeners.text(channel.remoteAddress(), unixSocket),
                        Listeners.text(channel.localAddress(), unixSocket),
                        !tcp);
        return new Client(server, server.clients().nextId(), channel, decoder, peer);
    }

    private static void turnAway(Channel channel, String text) {
        channel.config().setAutoRead(false);
        // Registration is not complete inside an initializer, so that a write here would be lost.
        channel.eventLoop()
                .execute(
                        () ->
                                channel.writeAndFlush(
                                                Unpooled.copiedBuffer(
                                                        text, StandardCharsets.US_ASCII))
                                        .addListener(ChannelFutureListener.CLOSE));
    }
}
