package io.replbuf.server;

import java.util.Locale;

/**
 * Tells the end of native memory for buffers, which one client's wishes can bring about and which that client alone pays
 * for, from the end of the heap, after which nothing can be relied upon.
 */
final class NativeExhaustion {
    private NativeExhaustion() {}

    /** Netty has a class for it, the JDK only words: "Cannot reserve 536870912 bytes of direct buffer memory". */
    static boolean is(OutOfMemoryError error) {
        String message = error.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains("direct");
    }
}
