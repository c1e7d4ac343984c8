package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.replbuf.fault.FaultText;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a channel's events to the command loop. */
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private final CommandLoop server;
    private final Client client;

    ClientHandler(CommandLoop server, Client client) {
        this.server = server;
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            server.received(client, in);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        server.disconnected(client);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            // A reset connection is the peer's way of leaving.
            LOG.debug("Client {} closed connection: {}", client.peer, FaultText.of(cause));
        } else {
            LOG.error("Client {} failed, closing it", client.peer, cause);
        }
        if (context.channel().isOpen()) {
            // Otherwise it is about what we could not send any more, while it closes anyway.
            client.close();
        }
    }
}
