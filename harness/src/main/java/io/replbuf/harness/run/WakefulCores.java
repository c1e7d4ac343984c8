package io.replbuf.harness.run;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Asks the kernel not to let idle cores sleep while latencies are measured, as {@code cyclictest} does.
 *
 * <p>A core that sleeps takes from tens of microseconds to milliseconds to wake, most on a virtual machine, and each thread that waits
 * for a packet or a timer pays it: loader, server and replicas alike. The kernel keeps to what is written to {@code
 * /dev/cpu_dma_latency}, microseconds that waking may take, for as long as the file stays open. Where this user may not write there,
 * nothing is changed. Closing it, or the end of the process, takes the wish back.
 *
 * @see <a href="https://docs.kernel.org/power/pm_qos_interface.html">Linux: PM Quality Of Service Interface</a>
 */
public final class WakefulCores implements AutoCloseable {
    static final Path WISHES = Path.of("/dev/cpu_dma_latency");

    private final OutputStream wish;
    private final String words;

    private WakefulCores(OutputStream wish, String words) {
        this.wish = wish;
        this.words = words;
    }

    /** From now on; never fails, {@link #words} says what came of it. */
    public static WakefulCores ask() {
        return ask(WISHES);
    }

    static WakefulCores ask(Path wishes) {
        try {
            return new WakefulCores(wish(wishes), "prevented through " + wishes);
        } catch (IOException e) {
            return new WakefulCores(
                    OutputStream.nullOutputStream(), "as the system has it: " + e.getMessage());
        }
    }

    private static OutputStream wish(Path wishes) throws IOException {
        OutputStream out = new FileOutputStream(wishes.toFile());
        try {
            out.write(new byte[Integer.BYTES]);
            return out;
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    /** What was done, or why nothing could be, in a few words. */
    public String words() {
        return words;
    }

    @Override
    public void close() throws IOException {
        wish.close();
    }
}
