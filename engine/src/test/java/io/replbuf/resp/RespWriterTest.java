package io.replbuf.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RespWriterTest {
    private final List<String> errors = new ArrayList<>();
    private final RespWriter writer = new RespWriter(errors::add);

    @Test
    void shouldWriteResp2() {
        assertThat(written(2, reply -> reply.simple("OK"))).isEqualTo("+OK\r\n");
        assertThat(written(2, reply -> reply.simple("QUEUED"))).isEqualTo("+QUEUED\r\n");
        assertThat(written(2, reply -> reply.error("ERR no"))).isEqualTo("-ERR no\r\n");
        assertThat(written(2, reply -> reply.integer(0))).isEqualTo(":0\r\n");
        assertThat(written(2, reply -> reply.integer(-42))).isEqualTo(":-42\r\n");
        assertThat(written(2, reply -> reply.integer(Long.MIN_VALUE)))
                .isEqualTo(":-9223372036854775808\r\n");
        assertThat(written(2, reply -> reply.integer(Long.MAX_VALUE)))
                .isEqualTo(":9223372036854775807\r\n");
        assertThat(written(2, RespWriter::nullBulk)).isEqualTo("$-1\r\n");
        assertThat(written(2, RespWriter::nullArray)).isEqualTo("*-1\r\n");
        assertThat(written(2, reply -> reply.bulk("a\0b"))).isEqualTo("$3\r\na\0b\r\n");
        assertThat(written(2, reply -> reply.array(2))).isEqualTo("*2\r\n");
        assertThat(written(2, reply -> reply.map(2))).isEqualTo("*4\r\n");
        assertThat(written(2, reply -> reply.verbatim("x"))).isEqualTo("$1\r\nx\r\n");
        assertThat(written(2, reply -> reply.real(1.5))).isEqualTo("$3\r\n1.5\r\n");
    }

    @Test
    void shouldWriteResp3() {
        assertThat(written(3, RespWriter::nullBulk)).isEqualTo("_\r\n");
        assertThat(written(3, RespWriter::nullArray)).isEqualTo("_\r\n");
        assertThat(written(3, reply -> reply.map(2))).isEqualTo("%2\r\n");
        assertThat(written(3, reply -> reply.verbatim("x"))).isEqualTo("=5\r\ntxt:x\r\n");
        assertThat(written(3, reply -> reply.real(3))).isEqualTo(",3\r\n");
        assertThat(written(3, reply -> reply.real(Double.NEGATIVE_INFINITY)))
                .isEqualTo(",-inf\r\n");
    }

    @Test
    void shouldLeaveTheSourceOfABulkAlone() {
        ByteBuffer source = ByteBuffer.wrap("xabcx".getBytes(StandardCharsets.US_ASCII), 1, 3);
        assertThat(written(2, reply -> reply.bulk(source))).isEqualTo("$3\r\nabc\r\n");
        assertThat(source.remaining()).isEqualTo(3);
    }

    @Test
    void shouldNotLetAnErrorEndItsLineEarly() {
        assertThat(written(2, reply -> reply.error("ERR a\r\n+OK"))).isEqualTo("-ERR a  +OK\r\n");
    }

    @Test
    void shouldReportErrorsAlsoWhileMuted() {
        String written =
                written(
                        2,
                        reply -> {
                            reply.mute(true);
                            reply.error("ERR unheard");
                            reply.simple("OK");
                        });
        assertThat(written).isEmpty();
        assertThat(errors).containsExactly("ERR unheard");
    }

    private String written(int protocol, Consumer<RespWriter> reply) {
        ByteBuf out = Unpooled.buffer();
        writer.to(out, protocol);
        reply.accept(writer);
        String text = out.toString(StandardCharsets.ISO_8859_1);
        out.release();
        return text;
    }
}
