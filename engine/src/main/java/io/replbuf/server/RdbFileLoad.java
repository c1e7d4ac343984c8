package io.replbuf.server;

import io.replbuf.fault.FaultText;
import io.replbuf.keyspace.Keyspace;
import io.replbuf.keyspace.KeyspaceFullException;
import io.replbuf.snapshot.LoadListener;
import io.replbuf.snapshot.LoadOptions;
import io.replbuf.snapshot.LoadResult;
import io.replbuf.snapshot.RdbLimits;
import io.replbuf.snapshot.RdbLoad;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the RDB file, at start and for DEBUG RELOAD. A file that is not there is an empty data set. Command loop. */
final class RdbFileLoad implements DataLoad {
    private static final Logger LOG = LoggerFactory.getLogger(RdbFileLoad.class);

    private final Path file;
    private final List<Loading.Expired> expired = new ArrayList<>();
    private final long startNanos = System.nanoTime();

    /** Null without a file. */
    private final RdbLoad load;

    /**
     * @throws StartException if the file cannot be opened
     */
    RdbFileLoad(ServerConfig config, CommandLoop server) throws StartException {
        file = config.dir().resolve(config.text("dbfilename"));
        LoadOptions options =
                new LoadOptions(
                        new RdbLimits(
                                (int) config.number("proto-max-bulk-len"),
                                (int) config.number("databases")),
                        server.nowMillis(),
                        true,
                        config.number("loading-process-events-interval-bytes"),
                        server::keyLoadDelayMicros);
        load = open(server.keyspace(), options);
    }

    private RdbLoad open(Keyspace keyspace, LoadOptions options) throws StartException {
        LoadListener listener =
                new LoadListener() {
                    @Override
                    public void expired(int db, byte[] key) {
                        if (expired.size() < Loading.EXPIRED_MAX) {
                            expired.add(new Loading.Expired(db, key));
                        }
                    }
                };
        try {
            RdbLoad opened = RdbLoad.of(file, keyspace, options, listener);
            LOG.info("Loading RDB file {}", file);
            return opened;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public boolean step() throws StartException {
        try {
            if (load != null && !load.step()) {
                return false;
            }
        } catch (IOException | KeyspaceFullException e) {
            throw failed(e);
        }
        if (load != null) {
            LOG.info(
                    "Done loading RDB, keys loaded: {}, keys expired: {}.",
                    result().keysLoaded(),
                    result().keysExpired());
            LOG.info(
                    "DB loaded from disk: {} seconds",
                    String.format(Locale.ROOT, "%.3f", (System.nanoTime() - startNanos) / 1e9));
        }
        return true;
    }

    private StartException failed(Exception cause) {
        return new StartException(file + ": " + FaultText.reason(cause), cause);
    }

    @Override
    public long totalBytes() {
        return load == null ? 0 : load.totalBytes();
    }

    @Override
    public long loadedBytes() {
        return load == null ? 0 : load.loadedBytes();
    }

    @Override
    public LoadResult result() {
        return load == null ? null : load.result();
    }

    /** After the last slice: what a primary goes on with. */
    Loading loading() {
        return new Loading(result(), expired);
    }

    @Override
    public void close() {
        if (load != null) {
            try {
                load.close();
            } catch (IOException e) {
                LOG.warn("Closing {}: {}", file, FaultText.reason(e));
            }
        }
    }
}
