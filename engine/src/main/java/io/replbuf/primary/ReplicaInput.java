package io.replbuf.primary;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.replbuf.fault.FaultText;
import io.replbuf.resp.ProtocolException;
import io.replbuf.resp.Request;
import io.replbuf.resp.RespDecoder;
import io.replbuf.resp.RespLimits;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica sends back: ACKs and empty lines. Anything else ends the session, as in Redis, since its answer would be
 * taken for stream.
 *
 * <p>On the replica's loop. Only frames its input; an ACK reaches the command loop through its queue, the latest per replica.
 */
final class ReplicaInput extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaInput.class);

    /** REPLCONF ACK n FACK n is below 100 bytes; a replica has no business with more. */
    private static final int MAX_COMMAND_BYTES = 16 << 10;

    private static final RespLimits LIMITS = new RespLimits();

    private final ReplicaSession session;
    private final Request request = new Request();

    ReplicaInput(ReplicaSession session) {
        this.session = session;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        session.heard();
        super.channelRead(context, message);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        // A decoder per look: it starts an incomplete command again from its first byte, so the
        // input may be moved between.
        RespDecoder decoder = new RespDecoder(LIMITS);
        try {
            while (decoder.decode(in, request)) {
                if (!accept(context)) {
                    in.skipBytes(in.readableBytes());
                    return;
                }
            }
        } catch (ProtocolException e) {
            disconnect(context, in, e.getMessage());
            return;
        }
        if (in.readableBytes() > MAX_COMMAND_BYTES) {
            disconnect(
                    context,
                    in,
                    "command: > " + MAX_COMMAND_BYTES + " bytes (expected: REPLCONF ACK)");
        }
    }

    private boolean accept(ChannelHandlerContext context) {
        if (request.is(0, "REPLCONF")) {
            if (request.argc() >= 3 && request.is(1, "ACK")) {
                try {
                    session.acked(Long.parseLong(request.text(2)));
                } catch (NumberFormatException e) {
                    LOG.warn(
                            "Replica {} sent REPLCONF ACK {} (expected: an offset)",
                            session.address(),
                            request.text(2));
                }
            }
            return true;
        }
        StrayCommand stray = session.stray(request);
        LOG.warn(
                "Replica generated a reply to command '{}', disconnecting it: {}",
                stray.name(),
                session.address());
        if (stray.error() != null) {
            LOG.warn(
                    "== CRITICAL == This master is sending an error to its replica: '{}' after processing the command '{}'",
                    stray.error(),
                    stray.name());
        }
        context.close();
        return false;
    }

    private void disconnect(ChannelHandlerContext context, ByteBuf in, String why) {
        LOG.warn("Protocol error from replica {}: {}", session.address(), why);
        in.skipBytes(in.readableBytes());
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        super.channelInactive(context);
        session.disconnected("Connection with replica {} lost.");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.info("Connection of replica {}: {}", session.address(), FaultText.of(cause));
        context.close();
    }
}
