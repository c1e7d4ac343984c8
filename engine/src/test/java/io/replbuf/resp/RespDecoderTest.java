package io.replbuf.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RespDecoderTest {
    private final RespLimits limits = new RespLimits();
    private final RespDecoder decoder = new RespDecoder(limits);
    private final Request request = new Request();
    private boolean authenticated = true;

    @Test
    void shouldDecodeAnArrayOfBulkStrings() throws ProtocolException {
        assertThat(decode("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\nv1\r\n"))
                .containsExactly("canonical[SET, k, v1]");
    }

    @Test
    void shouldSkipEmptyCommands() throws ProtocolException {
        assertThat(decode("\r\n*0\r\n*-1\r\n\r\n*1\r\n$4\r\nPING\r\n\r\nECHO x\r\n"))
                .containsExactly("canonical[PING]", "inline[ECHO, x]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PING|[PING]",
                "  set  k\tv  |[set, k, v]",
                "set \"a b\" 'c d'|[set, a b, c d]",
                "set 'it\\'s' \\x41|[set, it's, \\x41]",
                "set \"\" ''|[set, , ]",
                "set \"\\x4\\xzz\"|[set, x4xzz]",
            })
    void shouldSplitInlineCommandsAsRedisDoes(String line, String expected)
            throws ProtocolException {
        assertThat(decode(line + "\r\n")).containsExactly("inline" + expected);
        assertThat(decode(line + "\n")).containsExactly("inline" + expected);
    }

    @Test
    void shouldKnowTheEscapesOfDoubleQuotes() throws ProtocolException {
        assertThat(decode("set \"\\x41\\n\\r\\t\\b\\a\\\\\\\"\"\r\n"))
                .containsExactly("inline[set, A\n\r\t\b\007\\\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"set \"a", "set 'a", "set \"a\"b", "set 'a'b", "set a\"b", "\""})
    void shouldRefuseUnbalancedQuotes(String line) {
        refuses(line + "\r\n", "unbalanced quotes in request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*x\\r\\n|invalid multibulk length",
                "*\\r\\n|invalid multibulk length",
                "*+1\\r\\n|invalid multibulk length",
                "*01\\r\\n|invalid multibulk length",
                "*1048577\\r\\n|invalid multibulk length",
                "*99999999999999999999999\\r\\n|invalid multibulk length",
                "*1\\r\\n:3\\r\\n|expected '$', got ':'",
                "*1\\r\\n$-1\\r\\n|invalid bulk length",
                "*1\\r\\n$x\\r\\n|invalid bulk length",
                "*1\\r\\n$04\\r\\n|invalid bulk length",
                "*1\\r\\n$536870913\\r\\n|invalid bulk length",
                "*1\\r\\n$9223372036854775807\\r\\n|invalid bulk length",
            })
    void shouldRefuseWithTheTextOfRedis(String input, String message) {
        refuses(input.replace("\\r\\n", "\r\n"), message);
    }

    @Test
    void shouldBoundLinesThatNeverEnd() throws ProtocolException {
        String longest = "a".repeat(RespLimits.LINE_BYTES);
        assertThat(decode(longest)).isEmpty();
        refuses(longest + "a", "too big inline request");
        refuses("*" + "1".repeat(RespLimits.LINE_BYTES + 1), "too big mbulk count string");
        refuses("*1\r\n$" + "1".repeat(RespLimits.LINE_BYTES + 1), "too big bulk count string");
    }

    @Test
    void shouldAllowAnInlineLineUpToTheBound() throws ProtocolException {
        String line = "b".repeat(RespLimits.LINE_BYTES - 2);
        assertThat(decode(line + "\r\n")).containsExactly("inline[" + line + "]");
    }

    @Test
    void shouldKeepStrangersShort() {
        authenticated = false;
        refuses("*11\r\n", "unauthenticated multibulk length");
        refuses("*1\r\n$16385\r\n", "unauthenticated bulk length");
    }

    @Test
    void shouldFollowTheConfiguredBulkLength() throws ProtocolException {
        limits.bulkBytes(3);
        refuses("*1\r\n$4\r\n", "invalid bulk length");
        assertThat(decode("*1\r\n$3\r\nabc\r\n")).containsExactly("canonical[abc]");
    }

    @Test
    void shouldCallOnlyExactRespCanonical() throws ProtocolException {
        // Redis does not look at the bytes behind a length or a bulk, so neither do we; but they
        // may not enter the stream.
        assertThat(decode("*1\r\n$4\r\nPINGxy")).containsExactly("inline[PING]");
        assertThat(decode("*1\rx$4\r\nPING\r\n")).containsExactly("inline[PING]");
        assertThat(decode("*1\r\n$4\rxPING\r\n")).containsExactly("inline[PING]");
    }

    @Test
    void shouldSayWhereTheCommandLies() throws ProtocolException {
        ByteBuf in = buffer("\r\n*1\r\n$4\r\nPING\r\nrest");
        assertThat(decoder.decode(in, request)).isTrue();
        assertThat(
                        in.toString(
                                request.start(),
                                request.end() - request.start(),
                                StandardCharsets.US_ASCII))
                .isEqualTo("*1\r\n$4\r\nPING\r\n");
        in.release();
    }

    @Test
    void shouldResumeAtEveryByteAndEverySplit() throws ProtocolException {
        String input =
                "*2\r\n$3\r\nGET\r\n$5\r\nk\r\n\r\n\r\nPING 'a b'\r\n*0\r\n*3\r\n$3\r\nset\r\n$0\r\n\r\n$1\r\n*\r\n";
        List<String> expected = decode(input);
        assertThat(expected).hasSize(3);
        for (int split = 0; split <= input.length(); split++) {
            assertThat(fed(input, split, input.length() - split))
                    .as("split at %d", split)
                    .isEqualTo(expected);
        }
        int[] single = new int[input.length()];
        Arrays.fill(single, 1);
        assertThat(fed(input, single)).isEqualTo(expected);
    }

    @Test
    void shouldDecodeWhatWasEncodedWhateverThePieces() throws ProtocolException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            StringBuilder input = new StringBuilder();
            List<String> expected = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                List<String> words = new ArrayList<>();
                for (int k = random.nextInt(20); k >= 0; k--) {
                    words.add(
                            randomText(random, random.nextInt(random.nextInt(8) == 0 ? 3000 : 12)));
                }
                input.append(encoded(words));
                expected.add("canonical" + words);
            }
            List<Integer> pieces = new ArrayList<>();
            for (int rest = input.length(); rest > 0; ) {
                int piece = Math.min(rest, 1 + random.nextInt(200));
                pieces.add(piece);
                rest -= piece;
            }
            assertThat(fed(input.toString(), pieces.stream().mapToInt(i -> i).toArray()))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldNeverFailOtherThanByProtocolOnGarbage() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "*$0123456789-\r\n\"'\\x ab\0";
        for (int round = 0; round < 20_000; round++) {
            ByteBuf in = Unpooled.buffer();
            for (int i = random.nextInt(40); i >= 0; i--) {
                in.writeByte(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            RespDecoder fresh = new RespDecoder(limits);
            try {
                int before;
                do {
                    before = in.readerIndex();
                } while (fresh.decode(in, request) && in.readerIndex() > before);
                assertThat(in.readableBytes())
                        .as("seed %d, round %d", seed, round)
                        .isGreaterThanOrEqualTo(0);
            } catch (ProtocolException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            } finally {
                in.release();
            }
        }
    }

    @Test
    void shouldSayHowMuchIsMissing() throws ProtocolException {
        ByteBuf in = buffer("*1\r\n$100\r\nabc");
        assertThat(decoder.decode(in, request)).isFalse();
        assertThat(decoder.wanted(in)).isEqualTo(99);
        in.release();
    }

    private void refuses(String input, String message) {
        RespDecoder fresh = new RespDecoder(limits);
        fresh.authenticated(authenticated);
        ByteBuf in = buffer(input);
        assertThatThrownBy(() -> all(fresh, in))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
        in.release();
    }

    private List<String> decode(String input) throws ProtocolException {
        ByteBuf in = buffer(input);
        try {
            return all(new RespDecoder(limits), in);
        } finally {
            in.release();
        }
    }

    private List<String> all(RespDecoder used, ByteBuf in) throws ProtocolException {
        List<String> commands = new ArrayList<>();
        while (used.decode(in, request)) {
            commands.add(text(request));
        }
        return commands;
    }

    /** Feeds pieces, moving what is left to the front of another buffer in between, as the server does. */
    private List<String> fed(String input, int... pieces) throws ProtocolException {
        RespDecoder fresh = new RespDecoder(limits);
        List<String> commands = new ArrayList<>();
        ByteBuf in = Unpooled.buffer();
        int at = 0;
        for (int piece : pieces) {
            ByteBuf moved = Unpooled.buffer();
            fresh.moved(request, -in.readerIndex());
            moved.writeBytes(in);
            in.release();
            in = moved;
            in.writeBytes(input.substring(at, at + piece).getBytes(StandardCharsets.ISO_8859_1));
            at += piece;
            while (fresh.decode(in, request)) {
                commands.add(text(request));
            }
        }
        assertThat(in.readableBytes()).isZero();
        in.release();
        return commands;
    }

    private static String text(Request request) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < request.argc(); i++) {
            words.add(request.text(i));
        }
        return (request.canonical() ? "canonical" : "inline") + words;
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static String encoded(List<String> words) {
        StringBuilder command = new StringBuilder("*" + words.size() + "\r\n");
        for (String word : words) {
            command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return command.toString();
    }

    private static String randomText(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }
}
