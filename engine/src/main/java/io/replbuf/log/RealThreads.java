package io.replbuf.log;

/** A thread for the writing, and one for jobs. */
final class RealThreads implements LogThreads {
    static final LogThreads INSTANCE = new RealThreads();

    private RealThreads() {}

    @Override
    public Runner runner(Runner.Work work) {
        return new LogThread("replbuf-log", work);
    }

    @Override
    public Jobs jobs() {
        return new DiskThread();
    }
}
