package io.replbuf.harness.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Does to primary and replicas what happens to them in the field, one after the other, drawn from a seed. The test's thread. */
final class Chaos {
    private static final int PAUSE_MILLIS_MAX = 1_500;
    private static final String LIMITS = "client-output-buffer-limit";
    private static final String LIMITS_DEFAULT = "replica 256mb 64mb 60";
    private static final String LIMITS_TIGHT = "replica 6mb 3mb 2";

    /** Some a little, some much longer than what each side waits for the other. */
    private static final int[] HANG_MILLIS = {200, 1_500, 3_000, 9_000};

    private static final int[] CLOCK_STEPS = {3_600, -3_600, 90, -90, 0};

    private final Random random;
    private final SoakedEngine engine;
    private final List<FleetReplica> replicas;
    private final Consumer<String> story;
    private final Runnable beforeRestart;
    private final List<Event> events = new ArrayList<>();

    /** What is still to be undone, soonest first. */
    private final PriorityQueue<Due> due =
            new PriorityQueue<>((a, b) -> Long.signum(a.nanos - b.nanos));

    private interface Event {
        void happen() throws IOException, InterruptedException;
    }

    private record Due(long nanos, Event event) {}

    /**
     * @param story told each thing that is done
     * @param beforeRestart reads what the primary will have forgotten in its next life
     */
    Chaos(
            long seed,
            SoakedEngine engine,
            List<FleetReplica> replicas,
            Consumer<String> story,
            Runnable beforeRestart) {
        random = new Random(seed);
        this.engine = engine;
        this.replicas = replicas;
        this.story = story;
        this.beforeRestart = beforeRestart;
        often(4, this::hang);
        often(3, this::killReplica);
        often(3, this::restartReplica);
        often(2, this::loadSlowly);
        often(3, this::cutFromPrimary);
        often(3, this::cutFromReplica);
        often(2, this::tightLimits);
        often(2, this::flush);
        often(3, this::snapshot);
        often(2, this::changeSync);
        often(1, this::restartPrimary);
        if (SoakedEngine.clockCanStep()) {
            often(2, this::stepClock);
        }
    }

    private void often(int weight, Event event) {
        for (int i = 0; i < weight; i++) {
            events.add(event);
        }
    }

    /** Plays until then; what is under way goes on. */
    void play(Duration length) throws IOException, InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < end) {
            events.get(random.nextInt(events.size())).happen();
            pause(random.nextInt(PAUSE_MILLIS_MAX));
        }
    }

    /** Undoes all that is to be undone, when it is due. */
    void settle() throws IOException, InterruptedException {
        while (!due.isEmpty()) {
            long nanos = due.peek().nanos - System.nanoTime();
            pause(TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos)) + 1);
        }
        engine.tell("CONFIG", "SET", LIMITS, LIMITS_DEFAULT);
    }

    /** Time passes, with what is due in it: that is what a schedule is. */
    private void pause(long millis) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            if (!due.isEmpty() && due.peek().nanos <= System.nanoTime()) {
                due.remove().event.happen();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private void later(long millis, Event event) {
        due.add(new Due(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), event));
    }

    // ---- replicas ----

    private void hang() throws IOException, InterruptedException {
        FleetReplica replica = running();
        if (replica == null) {
            return;
        }
        int millis = HANG_MILLIS[random.nextInt(HANG_MILLIS.length)];
        story.accept(replica + " hangs for " + millis + " ms");
        replica.disruptions++;
        replica.hang();
        later(millis, replica::wake);
    }

    private void killReplica() throws IOException {
        FleetReplica replica = running();
        if (replica == null) {
            return;
        }
        boolean forgetting = random.nextBoolean();
        story.accept(replica + " is killed" + (forgetting ? " and forgets" : ""));
        replica.disruptions++;
        replica.kill(forgetting);
        later(random.nextInt(3_000), replica::start);
    }

    private void restartReplica() throws IOException, InterruptedException {
        FleetReplica replica = running();
        if (replica == null) {
            return;
        }
        story.accept(replica + " restarts");
        replica.disruptions++;
        replica.shutDown();
        later(random.nextInt(5_000), replica::start);
    }

    private void loadSlowly() throws IOException {
        FleetReplica replica = running();
        if (replica == null) {
            return;
        }
        int micros = 100 + random.nextInt(2_500);
        story.accept(replica + " comes new and loads a key in " + micros + " us");
        replica.disruptions++;
        replica.kill(true);
        replica.start("--key-load-delay", Integer.toString(micros));
        later(
                2_000 + random.nextInt(12_000),
                () -> replica.tell("CONFIG", "SET", "key-load-delay", "0"));
    }

    private void cutFromReplica() {
        FleetReplica replica = running();
        if (replica != null) {
            story.accept(replica + " cuts its link");
            replica.disruptions++;
            replica.tell("CLIENT", "KILL", "TYPE", "master");
        }
    }

    /** One that can be contacted; null if the one that was drawn cannot. */
    private FleetReplica running() {
        FleetReplica replica = replicas.get(random.nextInt(replicas.size()));
        return replica.isRunning() ? replica : null;
    }

    // ---- the primary ----

    private void cutFromPrimary() {
        story.accept("primary cuts all: " + engine.tell("CLIENT", "KILL", "TYPE", "replica"));
        disruptAll();
    }

    /** Tight for a while, in which a replica that hangs is dropped. */
    private void tightLimits() {
        story.accept(
                "limits "
                        + LIMITS_TIGHT
                        + ": "
                        + engine.tell("CONFIG", "SET", LIMITS, LIMITS_TIGHT));
        disruptAll();
        later(
                4_000 + random.nextInt(4_000),
                () -> {
                    engine.tell("CONFIG", "SET", LIMITS, LIMITS_DEFAULT);
                    disruptAll();
                });
    }

    private void flush() {
        List<String> kinds = List.of("FLUSHALL", "FLUSHALL ASYNC", "FLUSHDB");
        String kind = kinds.get(random.nextInt(kinds.size()));
        String[] words = kind.split(" ");
        String reply = words.length == 1 ? engine.tell(words[0]) : engine.tell(words[0], words[1]);
        story.accept(kind + ": " + reply);
        // It ends a snapshot that replicas wait for.
        disruptAll();
    }

    private void snapshot() {
        List<String> kinds = List.of("BGSAVE", "SAVE", "DEBUG RELOAD", "BGREWRITEAOF");
        String kind = kinds.get(random.nextInt(kinds.size()));
        String[] words = kind.split(" ");
        String reply = words.length == 1 ? engine.tell(words[0]) : engine.tell(words[0], words[1]);
        story.accept(kind + ": " + reply);
        if (words[0].equals("DEBUG")) {
            disruptAll();
        }
    }

    private void changeSync() {
        String diskless = random.nextBoolean() ? "yes" : "no";
        story.accept("repl-diskless-sync " + diskless);
        engine.tell("CONFIG", "SET", "repl-diskless-sync", diskless);
    }

    private void stepClock() throws IOException {
        int seconds = CLOCK_STEPS[random.nextInt(CLOCK_STEPS.length)];
        story.accept("primary's clock at " + seconds + " s");
        engine.stepClock(seconds);
    }

    private void restartPrimary() throws IOException, InterruptedException {
        boolean crash = engine.setup().durable && random.nextBoolean();
        beforeRestart.run();
        story.accept(crash ? "primary is killed" : "primary restarts");
        disruptAll();
        if (crash) {
            engine.crash();
        } else {
            engine.restart();
        }
        story.accept("primary is back: " + engine.life());
    }

    private void disruptAll() {
        replicas.forEach(replica -> replica.disruptions++);
    }
}
