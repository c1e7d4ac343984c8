package io.replbuf.buffer;

/** No memory is to be had for stream bytes; nothing was appended. The caller drops a laggard or refuses the write. */
public final class BufferExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BufferExhaustedException(String message) {
        super(message);
    }

    /**
     * The same with what holds the memory behind it.
     *
     * @param holding as {@link Cursors#holding} says it
     */
    public BufferExhaustedException because(String holding) {
        return holding.isEmpty() ? this : new BufferExhaustedException(getMessage() + holding);
    }
}
