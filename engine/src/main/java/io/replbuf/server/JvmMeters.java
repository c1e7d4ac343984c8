package io.replbuf.server;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM's own memory and pauses, as the ledger's reconciliation with the resident size needs them. Collections report on
 * a thread of the JVM; everything may be read on any thread.
 */
final class JvmMeters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JvmMeters.class);

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final List<BufferPoolMXBean> pools =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .toList();
    private final List<String> heapPools =
            ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .map(pool -> pool.getName())
                    .toList();
    private final AtomicLong heapAfterGc = new AtomicLong();
    private final AtomicLong collections = new AtomicLong();
    private final AtomicLong pauseNanos = new AtomicLong();
    private final List<NotificationEmitter> emitters = new ArrayList<>();
    private final NotificationListener listener =
            (notification, handback) -> {
                if (notification
                        .getType()
                        .equals(
                                GarbageCollectionNotificationInfo
                                        .GARBAGE_COLLECTION_NOTIFICATION)) {
                    collected(
                            GarbageCollectionNotificationInfo.from(
                                    (CompositeData) notification.getUserData()));
                }
            };

    JvmMeters() {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (bean instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(listener, null, null);
                emitters.add(emitter);
            }
        }
    }

    private void collected(GarbageCollectionNotificationInfo info) {
        long used = 0;
        for (String pool : heapPools) {
            var usage = info.getGcInfo().getMemoryUsageAfterGc().get(pool);
            used += usage == null ? 0 : usage.getUsed();
        }
        heapAfterGc.set(used);
        // Concurrent cycles report their length too, but nobody waits for them.
        boolean concurrent =
                info.getGcName().contains("Concurrent") || info.getGcName().contains("Cycles");
        if (!concurrent) {
            collections.incrementAndGet();
            pauseNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(info.getGcInfo().getDuration()));
        }
    }

    /** Publishes what is read off the JVM; the slow part of a publication. */
    void publish(CounterFile file) {
        var heap = memory.getHeapMemoryUsage();
        file.set(Counter.HEAP_USED, heap.getUsed());
        file.set(Counter.HEAP_COMMITTED, heap.getCommitted());
        file.set(Counter.HEAP_AFTER_GC, heapAfterGc.get());
        file.set(Counter.NONHEAP_USED, memory.getNonHeapMemoryUsage().getUsed());
        long direct = 0;
        for (BufferPoolMXBean pool : pools) {
            direct += pool.getMemoryUsed();
        }
        file.set(Counter.DIRECT_USED, direct);
        file.set(Counter.NETTY_DIRECT, PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
        file.set(Counter.GC_COUNT, collections.get());
        file.set(Counter.GC_PAUSE_NANOS, pauseNanos.get());
    }

    @Override
    public void close() {
        for (NotificationEmitter emitter : emitters) {
            try {
                emitter.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                LOG.debug("A collector had forgotten its listener", e);
            }
        }
    }
}
