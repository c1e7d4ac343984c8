package io.replbuf.memory;

import io.replbuf.fault.FaultText;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps and unmaps extents: the one class that knows how a JVM gives native memory back at once.
 *
 * <p>Thread-safe. Since Java 22 a shared arena per extent, which needs no flags; before, a direct buffer freed through
 * {@code Unsafe.invokeCleaner}, which later JVMs warn about. Where a JVM has neither (an image without {@code
 * jdk.unsupported}, say), nothing can be given back and that is said once. In every case the memory counts against {@code
 * -XX:MaxDirectMemorySize}, and a refusal is an {@link OutOfMemoryError} that {@link Extents} turns into an outcome.
 */
abstract class NativeMemory {
    private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);
    private static final NativeMemory OF_THIS_JVM = find();

    abstract ByteBuffer map(int bytes);

    /** Whether {@link #unmap} gives memory back; otherwise a mapped extent is to be kept and used again. */
    boolean unmaps() {
        return true;
    }

    /** Unmaps at once; the buffer and every slice of it must not be used again. */
    abstract void unmap(ByteBuffer memory);

    /** Small allocations, each of its own; null where they cannot be had without a warning of the JVM. */
    abstract Heap heap();

    static NativeMemory ofThisJvm() {
        return OF_THIS_JVM;
    }

    private static NativeMemory find() {
        try {
            NativeMemory memory =
                    Runtime.version().feature() >= 22 ? new Arenas() : new DirectBuffers();
            memory.unmap(memory.map(1));
            return memory;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn(
                    "This JVM cannot give native memory back ({}): extents are used again, and the process keeps its peak",
                    FaultText.of(e));
            return new KeptBuffers();
        }
    }

    /** malloc and free, or what a JVM has for them. Thread-safe. */
    abstract static class Heap {
        /** Of a direct buffer with its cleaner and deallocator (64 + 48 + 32) and a header of malloc's (16). */
        static final int DIRECT_OVERHEAD_BYTES = 160;

        /** Of a buffer, the segment behind it (64 + 48) and a header of malloc's (16). */
        static final int MALLOC_OVERHEAD_BYTES = 128;

        abstract ByteBuffer allocate(int bytes);

        abstract void free(ByteBuffer piece);

        abstract int overheadBytes();
    }

    /** Never unmapped: what a JVM can do that lets nobody free. */
    static final class KeptBuffers extends NativeMemory {
        @Override
        ByteBuffer map(int bytes) {
            return ByteBuffer.allocateDirect(bytes);
        }

        @Override
        boolean unmaps() {
            return false;
        }

        /** The collector does it, once nobody refers to the buffer any more. */
        @Override
        void unmap(ByteBuffer memory) {}

        @Override
        Heap heap() {
            return null;
        }
    }

    private static final class DirectBuffers extends NativeMemory {
        private final MethodHandle invokeCleaner;

        DirectBuffers() throws ReflectiveOperationException {
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
        }

        @Override
        Heap heap() {
            return new Heap() {
                @Override
                ByteBuffer allocate(int bytes) {
                    return map(bytes);
                }

                @Override
                void free(ByteBuffer piece) {
                    unmap(piece);
                }

                @Override
                int overheadBytes() {
                    return DIRECT_OVERHEAD_BYTES;
                }
            };
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

        Arenas() throws ReflectiveOperationException {
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
        }

        /** A shared arena for each would take 25 us to close; so it is malloc itself, which needs native access. */
        @Override
        Heap heap() {
            return Malloc.isAllowed() ? new Malloc() : null;
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

    /** The C library's, called through the linker; reached by reflection like the arenas. */
    private static final class Malloc extends Heap {
        private final MethodHandle malloc;
        private final MethodHandle free;
        private final MethodHandle reinterpret;
        private final MethodHandle asByteBuffer;
        private final MethodHandle address;

        /** Otherwise a JVM warns at the first restricted method, and a later one will refuse it. */
        static boolean isAllowed() {
            try {
                return (boolean)
                        MethodHandles.publicLookup()
                                .findVirtual(
                                        Module.class,
                                        "isNativeAccessEnabled",
                                        MethodType.methodType(boolean.class))
                                .invoke(NativeMemory.class.getModule());
            } catch (Throwable e) {
                return false;
            }
        }

        Malloc() {
            try {
                Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                // Of this class: methods that are restricted ask who calls.
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                malloc =
                        downcall(lookup, "malloc", true)
                                .asType(MethodType.methodType(Object.class, long.class));
                free =
                        MethodHandles.filterArguments(
                                        downcall(lookup, "free", false),
                                        0,
                                        lookup.findStatic(
                                                segment,
                                                "ofBuffer",
                                                MethodType.methodType(segment, Buffer.class)))
                                .asType(MethodType.methodType(void.class, ByteBuffer.class));
                reinterpret =
                        lookup.findVirtual(
                                        segment,
                                        "reinterpret",
                                        MethodType.methodType(segment, long.class))
                                .asType(
                                        MethodType.methodType(
                                                Object.class, Object.class, long.class));
                asByteBuffer =
                        lookup.findVirtual(
                                        segment,
                                        "asByteBuffer",
                                        MethodType.methodType(ByteBuffer.class))
                                .asType(MethodType.methodType(ByteBuffer.class, Object.class));
                address =
                        lookup.findVirtual(segment, "address", MethodType.methodType(long.class))
                                .asType(MethodType.methodType(long.class, Object.class));
            } catch (Throwable e) {
                throw new IllegalStateException("malloc and free (expected: in the C library)", e);
            }
        }

        private static MethodHandle downcall(
                MethodHandles.Lookup lookup, String name, boolean allocates) throws Throwable {
            Class<?> linker = Class.forName("java.lang.foreign.Linker");
            Class<?> symbols = Class.forName("java.lang.foreign.SymbolLookup");
            Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
            Class<?> values = Class.forName("java.lang.foreign.ValueLayout");
            Class<?> descriptor = Class.forName("java.lang.foreign.FunctionDescriptor");
            Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            Object pointer = values.getField("ADDRESS").get(null);
            Object size = values.getField("JAVA_LONG").get(null);
            Object arguments = Array.newInstance(layout, 1);
            Array.set(arguments, 0, allocates ? size : pointer);
            Object signature =
                    allocates
                            ? descriptor
                                    .getMethod("of", layout, arguments.getClass())
                                    .invoke(null, pointer, arguments)
                            : descriptor
                                    .getMethod("ofVoid", arguments.getClass())
                                    .invoke(null, arguments);
            Object ofThisPlatform = linker.getMethod("nativeLinker").invoke(null);
            Object library = linker.getMethod("defaultLookup").invoke(ofThisPlatform);
            Optional<?> symbol =
                    (Optional<?>) symbols.getMethod("find", String.class).invoke(library, name);
            Class<?> options = option.arrayType();
            return (MethodHandle)
                    lookup.findVirtual(
                                    linker,
                                    "downcallHandle",
                                    MethodType.methodType(
                                            MethodHandle.class, segment, descriptor, options))
                            .asFixedArity()
                            .invoke(
                                    ofThisPlatform,
                                    symbol.orElseThrow(),
                                    signature,
                                    Array.newInstance(option, 0));
        }

        @Override
        ByteBuffer allocate(int bytes) {
            try {
                Object segment = malloc.invokeExact((long) bytes);
                if ((long) address.invokeExact(segment) == 0) {
                    throw new OutOfMemoryError("malloc");
                }
                Object sized = reinterpret.invokeExact(segment, (long) bytes);
                return (ByteBuffer) asByteBuffer.invokeExact(sized);
            } catch (OutOfMemoryError e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("malloc of " + bytes + " bytes", e);
            }
        }

        @Override
        void free(ByteBuffer piece) {
            try {
                free.invokeExact(piece);
            } catch (Throwable e) {
                throw new IllegalStateException("free of " + piece.capacity() + " bytes", e);
            }
        }

        @Override
        int overheadBytes() {
            return MALLOC_OVERHEAD_BYTES;
        }
    }
}
