package io.replbuf.server;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** INFO's server and CPU sections. */
final class InfoProcess {
    private final CommandLoop server;
    private final Supplier<ProcessFigures> figures;

    InfoProcess(CommandLoop server, Supplier<ProcessFigures> figures) {
        this.server = server;
        this.figures = figures;
    }

    void server(InfoFields fields) {
        ServerIdentity identity = server.identity();
        ServerConfig config = server.config();
        long now = server.nowMillis();
        long up = TimeUnit.MILLISECONDS.toSeconds(server.tickMillis());
        fields.section("Server")
                .put("redis_version", RedisServer.REDIS_VERSION)
                .put("redis_git_sha1", "00000000")
                .put("redis_git_dirty", 0)
                .put("redis_build_id", "0000000000000000")
                .put("redis_mode", "standalone")
                .put(
                        "os",
                        System.getProperty("os.name")
                                + " "
                                + System.getProperty("os.version")
                                + " "
                                + System.getProperty("os.arch"))
                .put("arch_bits", 64)
                .put("monotonic_clock", "System.nanoTime")
                .put("multiplexing_api", identity.multiplexing())
                .put("atomicvar_api", "java-varhandle")
                .put("gcc_version", "0.0.0")
                .put("process_id", ProcessHandle.current().pid())
                .put("process_supervised", "no")
                .put("run_id", identity.runId())
                .put("tcp_port", identity.port())
                .put("server_time_usec", now * 1000)
                .put("uptime_in_seconds", up)
                .put("uptime_in_days", TimeUnit.SECONDS.toDays(up))
                .put("hz", config.number("hz"))
                .put("configured_hz", config.number("hz"))
                .put("lru_clock", now / 1000 & 0xFFFFFF)
                .put("executable", ProcessHandle.current().info().command().orElse(""))
                .put("config_file", config.file())
                .put("io_threads_active", config.number("io-threads") > 1);
        if (server.shutdown().millisLeft() > 0) {
            fields.put("shutdown_in_milliseconds", server.shutdown().millisLeft());
        }
        fields.put("replbuf_version", RedisServer.VERSION)
                .put("java_version", System.getProperty("java.version"));
    }

    void cpu(InfoFields fields) {
        ProcessFigures process = figures.get();
        ThreadTimes loop = ThreadTimes.ofCurrentThread();
        fields.section("CPU")
                .seconds("used_cpu_sys", process.systemSeconds())
                .seconds("used_cpu_user", process.userSeconds())
                .seconds("used_cpu_sys_children", 0)
                .seconds("used_cpu_user_children", 0)
                .seconds("used_cpu_sys_main_thread", loop.systemSeconds())
                .seconds("used_cpu_user_main_thread", loop.userSeconds());
    }
}
