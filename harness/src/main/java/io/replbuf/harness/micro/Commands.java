package io.replbuf.harness.micro;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Stream bytes to feed: one SET as a client sends it. */
final class Commands {
    private Commands() {}

    /** A SET of {@code valueBytes} bytes in native memory, as a network buffer has it. */
    static ByteBuffer set(int valueBytes) {
        String head = "*3\r\n$3\r\nSET\r\n$12\r\nkey:00000001\r\n$" + valueBytes + "\r\n";
        byte[] text = (head + "x".repeat(valueBytes) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(text.length).put(text).flip();
    }
}
