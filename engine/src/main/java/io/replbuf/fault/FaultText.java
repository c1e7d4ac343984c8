package io.replbuf.fault;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * What went wrong, in words that an operator can act on: the operating system's where it has some, and never the name of a
 * Java class. Stateless; any thread.
 *
 * <p>{@link Throwable#toString} begins with a class name, and {@link Throwable#getMessage} of an I/O error is often no more
 * than a path, or nothing. A fault of our own making is logged with its stack trace beside this text.
 */
public final class FaultText {
    private static final String OUR_FAULT = "internal error";

    /** Those whose type says what happened, and whose message at best says where. */
    private static final Map<Class<? extends Throwable>, String> BY_TYPE = new LinkedHashMap<>();

    /** Those that have a sentence of their own in some places, and none in others. */
    private static final Map<Class<? extends Throwable>, String> IF_SILENT = new LinkedHashMap<>();

    /** Netty's native transports put the function before the system's words: {@code recvAddress(..) failed with error(-104): }. */
    private static final Pattern FUNCTION =
            Pattern.compile("^(?:\\w+:)?\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

    static {
        BY_TYPE.put(NoSuchFileException.class, "No such file or directory");
        BY_TYPE.put(AccessDeniedException.class, "Permission denied");
        BY_TYPE.put(FileAlreadyExistsException.class, "File exists");
        BY_TYPE.put(NotDirectoryException.class, "Not a directory");
        BY_TYPE.put(DirectoryNotEmptyException.class, "Directory not empty");
        BY_TYPE.put(FileSystemLoopException.class, "Too many levels of symbolic links");
        BY_TYPE.put(CharacterCodingException.class, "not a text in this encoding");
        BY_TYPE.put(UnresolvedAddressException.class, "Name or service not known");
        BY_TYPE.put(ReflectiveOperationException.class, "this JVM does not offer it");
        BY_TYPE.put(
                java.lang.reflect.InaccessibleObjectException.class, "this JVM does not offer it");
        // Their messages name classes, methods and variables.
        BY_TYPE.put(NullPointerException.class, OUR_FAULT);
        BY_TYPE.put(ClassCastException.class, OUR_FAULT);
        BY_TYPE.put(ArrayStoreException.class, OUR_FAULT);
        BY_TYPE.put(LinkageError.class, OUR_FAULT);

        IF_SILENT.put(ClosedChannelException.class, "already closed");
        IF_SILENT.put(EOFException.class, "ends too early");
        IF_SILENT.put(FileSystemException.class, "Input/output error");
        IF_SILENT.put(IOException.class, "Input/output error");
        IF_SILENT.put(InterruptedException.class, "interrupted");
        IF_SILENT.put(TimeoutException.class, "timed out");
        IF_SILENT.put(OutOfMemoryError.class, "Cannot allocate memory");
    }

    private FaultText() {}

    /** The reason, with the file that it concerns before it where the fault names one: {@code /data/x: Permission denied}. */
    public static String of(Throwable fault) {
        Throwable told = told(fault);
        String file = file(told);
        return file == null ? reasonOf(told) : file + ": " + reasonOf(told);
    }

    /** The reason alone, for a sentence that has named the file. */
    public static String reason(Throwable fault) {
        return reasonOf(told(fault));
    }

    /** What a wrapper that says nothing of its own is about. */
    private static Throwable told(Throwable fault) {
        Throwable told = fault;
        while (told.getCause() != null
                && (told.getMessage() == null
                        || told.getMessage().equals(told.getCause().toString()))) {
            told = told.getCause();
        }
        return told;
    }

    private static String file(Throwable fault) {
        if (!(fault instanceof FileSystemException e) || e.getFile() == null) {
            return null;
        }
        return e.getOtherFile() == null ? e.getFile() : e.getFile() + " -> " + e.getOtherFile();
    }

    private static String reasonOf(Throwable fault) {
        String byType = word(BY_TYPE, fault);
        if (byType != null) {
            return byType;
        }
        String message =
                fault instanceof FileSystemException e ? e.getReason() : fault.getMessage();
        if (message != null && !message.isBlank()) {
            return FUNCTION.matcher(message).replaceFirst("");
        }
        String silent = word(IF_SILENT, fault);
        return silent == null ? OUR_FAULT : silent;
    }

    /** The first that fits, so the more special one stands first. */
    private static String word(Map<Class<? extends Throwable>, String> words, Throwable fault) {
        for (Map.Entry<Class<? extends Throwable>, String> entry : words.entrySet()) {
            if (entry.getKey().isInstance(fault)) {
                return entry.getValue();
            }
        }
        return null;
    }
}
