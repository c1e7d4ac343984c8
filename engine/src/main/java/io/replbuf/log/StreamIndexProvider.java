package io.replbuf.log;

/** Brings a {@link StreamIndex} that survives its process; found by {@link java.util.ServiceLoader}, any thread. */
public interface StreamIndexProvider {
    /**
     * Why it cannot work in this JVM.
     *
     * @return one line with what was expected; null if it can
     */
    String obstacle();

    /** A fresh one for one log. */
    StreamIndex create();
}
