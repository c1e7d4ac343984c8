package io.replbuf.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * A client of the feed, the JDK's: holds each byte against {@link Quotes} and knows which is the first that it lacks.
 *
 * <p>Its callbacks come one after the other, on threads of the HTTP client; the test looks on.
 */
final class FeedReader implements WebSocket.Listener {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

    private final WebSocket socket;
    private volatile boolean stalled;
    private volatile long leaveAt = Long.MAX_VALUE;
    private volatile long offset;
    private volatile boolean left;
    private volatile String failure;
    private volatile int closeCode;
    private volatile String closeReason;

    /**
     * @param query what follows the path
     * @param stalled whether it takes nothing but the head, for now
     */
    FeedReader(InetSocketAddress feed, String query, boolean stalled) {
        this.stalled = stalled;
        URI uri =
                URI.create(
                        "ws://"
                                + feed.getAddress().getHostAddress()
                                + ":"
                                + feed.getPort()
                                + "/feed"
                                + query);
        socket = HTTP.newWebSocketBuilder().buildAsync(uri, this).join();
    }

    /** The first byte that it lacks; 0 until the feed has said where it begins. */
    long offset() {
        assertThat(failure).isNull();
        return offset;
    }

    /** Takes from now on what comes. */
    void go() {
        stalled = false;
        socket.request(1);
    }

    /** Loses its connection wherever it is then, once it has the byte before {@code offset}. */
    void leaveAt(long newOffset) {
        leaveAt = newOffset;
    }

    /** Its connection is gone, by {@link #leaveAt} or by the feed. */
    boolean left() {
        return left;
    }

    int closeCode() {
        return closeCode;
    }

    String closeReason() {
        return closeReason;
    }

    void abort() {
        socket.abort();
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        offset = Long.parseLong(data.toString().replaceAll("\\D", ""));
        takeMore(webSocket);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        long from = offset;
        int wrong = Quotes.mismatch(from, data);
        if (wrong >= 0) {
            failure = "wrong byte at " + (from + wrong);
        }
        offset = from + data.remaining();
        if (offset >= leaveAt) {
            left = true;
            webSocket.abort();
        } else {
            takeMore(webSocket);
        }
        return null;
    }

    private void takeMore(WebSocket webSocket) {
        if (!stalled) {
            webSocket.request(1);
        }
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closeCode = statusCode;
        closeReason = reason;
        left = true;
        return null;
    }

    /** The world's failures end a connection; what is ours is a failure of the test. */
    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        if (!(error instanceof java.io.IOException)) {
            failure = error.toString();
        }
        left = true;
    }
}
