package io.replbuf.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Maps and unmaps extents: the one class that knows how a JVM gives native memory back at once.
 *
 * <p>Thread-safe. Since Java 22 a shared arena per extent, which needs no flags; before, a direct buffer freed through
 * {@code Unsafe.invokeCleaner}, which later JVMs warn about. Either way the memory counts against {@code
 * -XX:MaxDirectMemorySize}, and a refusal is an {@link OutOfMemoryError} that {@link Extents} turns into an outcome.
 */
abstract class NativeMemory {
    abstract ByteBuffer map(int bytes);

    /** Unmaps at once; the buffer and every slice of it must not be used again. */
    abstract void unmap(ByteBuffer memory);

    static NativeMemory ofThisJvm() {
        return Runtime.version().feature() >= 22 ? new Arenas() : new DirectBuffers();
    }

    private static final class DirectBuffers extends NativeMemory {
        private final MethodHandle invokeCleaner;

        DirectBuffers() {
            try {
                Class<?> unsafeClass = Class.forName("sun.misc.Unsafe");
                Field theUnsafe = unsafeClass.getDeclaredField("theUnsafe");
                theUnsafe.setAccessible(true);
                invokeCleaner =
                        MethodHandles.lookup()
                                .findVirtual(
                                        unsafeClass,
                                        "invokeCleaner",
                                        MethodType.methodType(void.class, ByteBuffer.class))
                                .bindTo(theUnsafe.get(null));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(
                        "sun.misc.Unsafe.invokeCleaner (expected: module jdk.unsupported)", e);
            }
        }

        @Override
        ByteBuffer map(int bytes) {
            return ByteBuffer.allocateDirect(bytes);
        }

        @Override
        void unmap(ByteBuffer memory) {
            try {
                invokeCleaner.invokeExact(memory);
            } catch (Throwable e) {
                throw new IllegalStateException("extent could not be unmapped", e);
            }
        }
    }

    /** Reached by reflection, since this code is compiled for Java 17. */
    private static final class Arenas extends NativeMemory {
        private static final long PAGE_BYTES = 4096;

        private final MethodHandle ofShared;
        private final MethodHandle allocate;
        private final MethodHandle asByteBuffer;
        private final Map<ByteBuffer, AutoCloseable> arenas = new IdentityHashMap<>();

        Arenas() {
            try {
                Class<?> arena = Class.forName("java.lang.foreign.Arena");
                Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                ofShared =
                        lookup.findStatic(arena, "ofShared", MethodType.methodType(arena))
                                .asType(MethodType.methodType(AutoCloseable.class));
                allocate =
                        lookup.findVirtual(
                                        arena,
                                        "allocate",
                                        MethodType.methodType(segment, long.class, long.class))
                                .asType(
                                        MethodType.methodType(
                                                Object.class,
                                                AutoCloseable.class,
                                                long.class,
                                                long.class));
                asByteBuffer =
                        lookup.findVirtual(
                                        segment,
                                        "asByteBuffer",
                                        MethodType.methodType(ByteBuffer.class))
                                .asType(MethodType.methodType(ByteBuffer.class, Object.class));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(
                        "java.lang.foreign.Arena (expected: Java 22 or later)", e);
            }
        }

        @Override
        ByteBuffer map(int bytes) {
            try {
                AutoCloseable arena = (AutoCloseable) ofShared.invokeExact();
                Object segment = allocate.invokeExact(arena, (long) bytes, PAGE_BYTES);
                ByteBuffer memory = (ByteBuffer) asByteBuffer.invokeExact(segment);
                synchronized (arenas) {
                    arenas.put(memory, arena);
                }
                return memory;
            } catch (OutOfMemoryError e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("extent could not be mapped", e);
            }
        }

        @Override
        void unmap(ByteBuffer memory) {
            AutoCloseable arena;
            synchronized (arenas) {
                arena = arenas.remove(memory);
            }
            try {
                arena.close();
            } catch (Exception e) {
                throw new IllegalStateException("extent could not be unmapped", e);
            }
        }
    }
}
