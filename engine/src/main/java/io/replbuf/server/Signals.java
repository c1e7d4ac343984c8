package io.replbuf.server;

import io.replbuf.fault.FaultText;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles POSIX signals.
 *
 * <p>Java has no supported way to end with status 0 on SIGTERM, or to refuse to end, so this reaches for the class that every
 * JDK has and javac may not name ({@code sun.misc.Signal}, of the module jdk.unsupported). Where it is missing, signals do
 * what they do in any JVM.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * @param name without SIG
     * @param action run on a thread of its own, one signal at a time
     */
    static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler invoked =
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                            return null;
                        }
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> "handler of SIG" + name;
                        };
                    };
            Object instance =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(), new Class<?>[] {handler}, invoked);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), instance);
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} is not handled: {}", name, FaultText.of(e));
        }
    }
}
