/**
 * A server that is no Redis and stands on the seam alone, to be read and copied.
 *
 * <p>{@link io.replbuf.examples.MarketDataFeed} and {@link io.replbuf.examples.FeedClient} are the example; its test tries it with
 * each strategy, over real sockets.
 *
 * <p>An event loop, the <em>writer</em>, owns the buffer; each client's event loop reads that client's cursor.
 */
package io.replbuf.examples;
