package io.replbuf.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.UnixChannel;
import io.replbuf.primary.ReplicaView;

/** CLIENT LIST's lines, in Redis' order of fields. Command loop only. */
final class ClientLines {
    private ClientLines() {}

    /** An ordinary client. */
    static String line(CommandLoop server, Client client) {
        boolean underWay = server.isUnderWay(client);
        // Only a client whose command is being executed has a share in the loop's buffer.
        ByteBuf in = underWay ? client.request.buffer() : client.input.own();
        int queryBytes = 0;
        int queryFree = 0;
        long argumentBytes = 0;
        if (in != null) {
            int start = underWay ? client.request.start() : in.readerIndex();
            queryBytes = in.writerIndex() - start;
            queryFree = in.capacity() - queryBytes;
            boolean arguments = underWay || client.decoder.begun();
            for (int i = 0; arguments && i < client.request.argc(); i++) {
                argumentBytes += client.request.length(i);
            }
        }
        return build(
                server,
                client,
                flags(client),
                queryBytes,
                queryFree,
                argumentBytes,
                client.queuedBuffers(),
                client.queuedBytes(),
                client.memoryBytes(),
                client.queuedBytes() > 0 ? "rw" : "r");
    }

    /** A connection that became a replica's. */
    static String line(CommandLoop server, Client client, ReplicaView replica) {
        boolean pending = replica.outputBytes() > 0;
        return build(
                server,
                client,
                "S",
                0,
                0,
                0,
                replica.outputBlocks(),
                replica.outputBytes(),
                Client.BASE_BYTES + replica.outputBytes(),
                pending ? "rw" : "r");
    }

    private static String build(
            CommandLoop server,
            Client client,
            String flags,
            int queryBytes,
            int queryFree,
            long argumentBytes,
            int outputBuffers,
            long outputBytes,
            long totalBytes,
            String events) {
        long now = server.tickMillis();
        int replyBytes = client.gatheredBytes();
        StringBuilder line = new StringBuilder(320);
        line.append("id=").append(client.id);
        line.append(" addr=").append(client.peer);
        line.append(" laddr=").append(client.local);
        line.append(" fd=").append(descriptor(client));
        line.append(" name=").append(client.name);
        line.append(" age=").append((now - client.createdMillis) / 1000);
        line.append(" idle=").append(Math.max(0, now - client.lastActiveMillis) / 1000);
        line.append(" flags=").append(flags);
        line.append(" db=").append(client.db);
        line.append(" sub=0 psub=0 ssub=0");
        line.append(" multi=").append(client.multi == null ? -1 : client.multi.entries().size());
        line.append(" qbuf=").append(queryBytes);
        line.append(" qbuf-free=").append(queryFree);
        line.append(" argv-mem=").append(argumentBytes);
        line.append(" multi-mem=")
                .append(client.multi == null ? 0 : client.multi.bytes().capacity());
        line.append(" rbs=").append(client.gatheredCapacity());
        line.append(" rbp=").append(client.gatheredCapacity());
        line.append(" obl=").append(replyBytes);
        line.append(" oll=").append(outputBuffers);
        line.append(" omem=").append(outputBytes);
        line.append(" tot-mem=").append(totalBytes);
        line.append(" events=").append(events);
        line.append(" cmd=")
                .append(client.lastCommand == null ? "NULL" : client.lastCommand.fullName);
        line.append(" user=").append(client.authenticated ? "default" : "(superuser)");
        line.append(" redir=-1");
        line.append(" resp=").append(client.protocol);
        return line.toString();
    }

    private static String flags(Client client) {
        StringBuilder flags = new StringBuilder();
        if (client.multi != null) {
            flags.append('x');
        }
        if (client.block != null) {
            flags.append('b');
        }
        if (client.watchedKeyChanged) {
            flags.append('d');
        }
        if (client.closingAfterReply()) {
            flags.append('c');
        }
        if (client.closed()) {
            flags.append('A');
        }
        if (client.unixSocket) {
            flags.append('U');
        }
        if (client.noEvict) {
            flags.append('e');
        }
        return flags.isEmpty() ? "N" : flags.toString();
    }

    private static int descriptor(Client client) {
        // The JDK's own channels do not tell.
        return client.channel instanceof UnixChannel channel ? channel.fd().intValue() : -1;
    }
}
