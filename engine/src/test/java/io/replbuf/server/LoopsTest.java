package io.replbuf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that ask for further tasks do not keep a loop from its sockets. Counted in tasks, not in time. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoopsTest {
    private static final long TASK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** Of 100 us: Netty's own loops run some 10,000 before they look. */
    private static final long TASKS_MOST = 2_000;

    @Test
    void shouldAnswerWhileATaskAsksForTheNextWithoutEnd() throws Exception {
        Loops loops =
                new Loops(
                        1, new DefaultThreadFactory("loops-test", true), NioIoHandler.newFactory());
        AtomicBoolean over = new AtomicBoolean();
        try {
            Channel server = echo(loops);
            try (Socket client = new Socket()) {
                client.connect(server.localAddress());
                answer(client);
                AtomicLong tasks = new AtomicLong();
                loops.execute(new Busy(loops, tasks, over));
                while (tasks.get() == 0) {
                    LockSupport.parkNanos(TASK_NANOS);
                }
                long before = tasks.get();
                answer(client);
                assertThat(tasks.get() - before).isLessThan(TASKS_MOST);
            }
        } finally {
            over.set(true);
            loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    private static void answer(Socket client) throws Exception {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
    }

    private static Channel echo(Loops loops) throws InterruptedException {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new Echo());
                            }
                        })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private record Busy(Loops loops, AtomicLong tasks, AtomicBoolean over) implements Runnable {
        @Override
        public void run() {
            long end = System.nanoTime() + TASK_NANOS;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            tasks.incrementAndGet();
            if (!over.get()) {
                loops.execute(this);
            }
        }
    }
}
