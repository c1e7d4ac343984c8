package io.replbuf.testing;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test class that leaked a Netty buffer.
 *
 * <p>Registered for every class by JUnit's auto-detection, which the build turns on together with paranoid leak detection and
 * {@link Detector}. A leak shows when its buffer has been collected, so each class ends with a collection.
 */
public final class LeakGuard implements AfterAllCallback {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    @Override
    public void afterAll(ExtensionContext context) {
        System.gc();
        // The detector reports what has been collected when the next buffer is made.
        PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        String leak = LEAKS.poll();
        if (leak != null) {
            int others = LEAKS.size();
            LEAKS.clear();
            throw new AssertionError("leaked, and " + others + " others: " + leak);
        }
    }

    /** Netty's detector, which tells us beside the log. */
    public static final class Detector<T> extends ResourceLeakDetector<T> {
        /** Netty looks for this older one, too, and complains if it is not there. */
        public Detector(Class<?> resourceType, int samplingInterval, long maxActive) {
            this(resourceType, samplingInterval);
        }

        public Detector(Class<?> resourceType, int samplingInterval) {
            super(resourceType, samplingInterval);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            super.reportTracedLeak(resourceType, records);
            LEAKS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            super.reportUntracedLeak(resourceType);
            LEAKS.add(resourceType);
        }
    }
}
