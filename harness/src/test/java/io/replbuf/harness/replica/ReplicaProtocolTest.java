package io.replbuf.harness.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicaProtocolTest {
    private static final String ID = "0123456789abcdef0123456789abcdef01234567";
    private static final String MARK = "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStT";
    private static final String HELLO = "+PONG\r\n+OK\r\n+OK\r\n";
    private static final String GETACK = "*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n";

    static Stream<String> conversations() {
        String set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
        return Stream.of(
                HELLO + "\n\n+FULLRESYNC " + ID + " 50\r\n\n$10\r\n0123456789" + set + GETACK + set,
                HELLO
                        + "+FULLRESYNC "
                        + ID
                        + " 0\r\n$EOF:"
                        + MARK
                        + "\r\nREDIS0010"
                        + MARK.substring(0, 39)
                        + "x"
                        + MARK
                        + set
                        + GETACK,
                HELLO + "+FULLRESYNC " + ID + " 7\r\n$0\r\n" + set,
                HELLO + "\n+CONTINUE " + ID + "\r\n" + GETACK + set + GETACK,
                HELLO + "+CONTINUE\r\n" + set,
                "-NOAUTH Authentication required.\r\n+OK\r\n+OK\r\n-LOADING Redis is loading\r\n");
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void shouldUnderstandTheSameWhereverReadsCutTheBytes(String conversation) throws Exception {
        byte[] bytes = conversation.getBytes(StandardCharsets.ISO_8859_1);
        String whole = heard(List.of(bytes));
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(heard(List.of(part(bytes, 0, cut), part(bytes, cut, bytes.length))))
                    .as("cut at %d", cut)
                    .isEqualTo(whole);
        }
        List<byte[]> single = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            single.add(part(bytes, i, i + 1));
        }
        assertThat(heard(single)).as("byte by byte").isEqualTo(whole);
    }

    @Test
    void shouldEndAMarkedSnapshotAtItsMarkAndHandOnWhatFollows() throws Exception {
        String text =
                heard(
                        List.of(
                                (HELLO
                                                + "+FULLRESYNC "
                                                + ID
                                                + " 0\r\n$EOF:"
                                                + MARK
                                                + "\r\nRDB"
                                                + MARK
                                                + "*1\r\n")
                                        .getBytes()));
        assertThat(text).contains("snapshot 43", "stream *1\r\n");
    }

    @Test
    void shouldSendTheHandshakeOfARedisReplica() throws Exception {
        String text = heard(List.of((HELLO + "+CONTINUE\r\n").getBytes()));
        assertThat(text)
                .startsWith(
                        "send [PING]\nsend [REPLCONF, listening-port, 7001]\nsend [REPLCONF, capa, eof, capa, psync2]\nsend [PSYNC, "
                                + ID
                                + ", 51]\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'+PING\n'|a line that ends in CR LF",
                "'\n'|a reply",
                "'HTTP/1.1 400\r\n'|+PONG",
                "'+PONG\r\n-ERR\r\n'|+OK",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC\r\n'|+FULLRESYNC <replid> <offset>",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 012 7\r\n'|40 lower-case hex digits",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 -7\r\n'|0 to",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 99999999999999999999\r\n'|0 to",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 9223372036854775807\r\n'|0 to",
                "'+PONG\r\n+OK\r\n+OK\r\n+CONTINUE x y\r\n'|+CONTINUE [<replid>]",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 7\r\n$-1\r\n'|0 to",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 7\r\n$99999999999999999\r\n'|0 to",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 7\r\n$EOF:short\r\n'|40",
                "'+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC 0123456789abcdef0123456789abcdef01234567 7\r\n*1\r\n'|$<length> or $EOF:<mark>",
            })
    void shouldNameWhatItFoundAndExpected(String conversation, String expected) {
        assertThatThrownBy(() -> heard(List.of(conversation.getBytes(StandardCharsets.ISO_8859_1))))
                .isInstanceOf(ReplicaProtocolException.class)
                .hasMessageStartingWith("in ")
                .hasMessageContaining("(expected: ")
                .hasMessageContaining(expected);
    }

    @Test
    void shouldGiveUpOnALineWithoutEnd() {
        byte[] endless = new byte[ReplicaProtocol.LINE_MAX + 1];
        java.util.Arrays.fill(endless, (byte) '+');
        assertThatThrownBy(() -> heard(List.of(endless)))
                .hasMessageContaining("a line over 1024 bytes");
    }

    @Test
    void shouldRefuseToContinueWhatItDidNotAskFor() {
        Heard heard = new Heard();
        ReplicaProtocol protocol = new ReplicaProtocol(heard, null, 7001, null, 0, true);
        protocol.begin();
        assertThatThrownBy(
                        () -> protocol.read(ByteBuffer.wrap((HELLO + "+CONTINUE\r\n").getBytes())))
                .hasMessageContaining("nothing else was asked");
    }

    @Test
    void shouldFindEveryMarkHoweverTheStreamIsCut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] mark = letters(random, 4 + random.nextInt(9));
            byte[] text = letters(random, random.nextInt(60) + 1);
            if (text.length > mark.length) {
                int planted = random.nextInt(text.length - mark.length + 1);
                System.arraycopy(mark, 0, text, planted, mark.length);
            }
            List<Integer> expected = new ArrayList<>();
            for (int at = 0; at + mark.length <= text.length; ) {
                boolean hit =
                        java.util.Arrays.equals(text, at, at + mark.length, mark, 0, mark.length);
                if (hit) {
                    expected.add(at + mark.length);
                }
                at += hit ? mark.length : 1;
            }
            List<Integer> found = new ArrayList<>();
            MarkFinder finder = new MarkFinder(mark);
            ByteBuffer bytes = ByteBuffer.wrap(text);
            for (int from = 0; from < text.length; ) {
                int to = from + 1 + random.nextInt(text.length - from);
                for (int at = from; at < to; ) {
                    int end = finder.find(bytes, at, to);
                    if (end < 0) {
                        break;
                    }
                    found.add(end);
                    at = end;
                }
                from = to;
            }
            assertThat(found).as("seed %d round %d", seed, round).isEqualTo(expected);
        }
    }

    private static byte[] letters(Random random, int length) {
        byte[] letters = new byte[length];
        for (int i = 0; i < length; i++) {
            letters[i] = (byte) ('a' + random.nextInt(3));
        }
        return letters;
    }

    private static byte[] part(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    private static String heard(List<byte[]> parts) throws ReplicaProtocolException {
        Heard heard = new Heard();
        ReplicaProtocol protocol = new ReplicaProtocol(heard, null, 7001, ID, 51, true);
        protocol.begin();
        for (byte[] part : parts) {
            protocol.read(ByteBuffer.wrap(part));
        }
        return heard + "state " + protocol.state();
    }

    /** Writes down what a machine finds out; amounts that depend on where reads are cut are added up. */
    private static final class Heard implements ReplicaProtocol.Listener {
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream stream = new ByteArrayOutputStream();
        private final List<Integer> getAcks = new ArrayList<>();
        private int before;
        private int snapshot;

        @Override
        public void send(String... words) {
            text.append("send ").append(List.of(words)).append('\n');
        }

        @Override
        public void fullResync(String replid, long offset) {
            text.append("full ").append(replid).append(' ').append(offset).append('\n');
        }

        @Override
        public void snapshotBytes(int bytes) {
            snapshot += bytes;
        }

        @Override
        public void snapshotDone() {
            text.append("done\n");
        }

        @Override
        public void continued(String replid) {
            text.append("continued ").append(replid).append('\n');
        }

        @Override
        public void stream(ByteBuffer bytes, int from, int to) {
            before = stream.size();
            byte[] copy = new byte[to - from];
            bytes.get(from, copy);
            stream.writeBytes(copy);
        }

        @Override
        public void getAck(int bytesBefore) {
            getAcks.add(before + bytesBefore);
        }

        @Override
        public void refused(String line) {
            text.append("refused ").append(line).append('\n');
        }

        @Override
        public String toString() {
            return text
                    + "snapshot "
                    + snapshot
                    + "\nstream "
                    + stream
                    + "\ngetack "
                    + getAcks
                    + "\n";
        }
    }
}
