package io.replbuf.harness.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Chooses who takes the next step, and lets time pass when nobody is ready.
 *
 * <p>With the same seed and the same actors, the same steps in the same order. Time stands still during a step. An actor that is
 * ready may be overtaken by time, as a thread may that gets no core; a paused one takes no step whatever it has to do.
 */
final class Scheduler {
    private final SplittableRandom random;
    private final int overtakeOneIn;
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final List<Actor> ready = new ArrayList<>();
    private long nowNanos;
    private long timersMade;
    private long steps;
    private long digest;

    /**
     * @param overtakeOneIn one step in so many is time's, although somebody is ready
     */
    Scheduler(SplittableRandom random, int overtakeOneIn) {
        this.random = random;
        this.overtakeOneIn = overtakeOneIn;
    }

    long nanoTime() {
        return nowNanos;
    }

    long millis() {
        return nowNanos / 1_000_000;
    }

    long steps() {
        return steps;
    }

    /** Of everything that happened so far: equal for equal runs. */
    long digest() {
        return digest;
    }

    /** Folds an event into the digest. */
    void note(long event) {
        digest = (digest ^ event) * 0x100000001B3L + steps;
    }

    void after(long delayNanos, Runnable action) {
        timers.add(new Timer(nowNanos + Math.max(delayNanos, 0), timersMade++, action));
    }

    /** The actor has something to do. */
    void wake(Actor actor) {
        if (isPaused(actor)) {
            actor.wantedWhilePaused = true;
        } else if (!actor.isReady()) {
            actor.place = ready.size();
            ready.add(actor);
        }
    }

    /** The actor takes no step for so long: a thread without a core, a disk that does not answer. */
    void pause(Actor actor, long nanos) {
        actor.pausedUntilNanos = Math.max(actor.pausedUntilNanos, nowNanos + nanos);
        if (actor.isReady()) {
            remove(actor.place);
            actor.wantedWhilePaused = true;
        }
        after(nanos, () -> resume(actor));
    }

    /** Ends every pause of the actor. */
    void unpause(Actor actor) {
        actor.pausedUntilNanos = nowNanos;
        resume(actor);
    }

    /** One step of somebody, or of time. False if nobody is ready and nothing is to come. */
    boolean step() {
        boolean overtaken = !ready.isEmpty() && random.nextInt(overtakeOneIn) == 0;
        if (ready.isEmpty() || overtaken) {
            Timer next = timers.poll();
            if (next != null) {
                steps++;
                nowNanos = next.atNanos;
                next.action.run();
                return true;
            }
            if (ready.isEmpty()) {
                return false;
            }
        }
        steps++;
        Actor actor = ready.get(random.nextInt(ready.size()));
        remove(actor.place);
        if (actor.step()) {
            wake(actor);
        }
        return true;
    }

    private void resume(Actor actor) {
        if (!isPaused(actor) && actor.wantedWhilePaused) {
            actor.wantedWhilePaused = false;
            wake(actor);
        }
    }

    private boolean isPaused(Actor actor) {
        return actor.pausedUntilNanos > nowNanos;
    }

    private void remove(int place) {
        ready.get(place).notReady();
        Actor last = ready.remove(ready.size() - 1);
        if (place < ready.size()) {
            ready.set(place, last);
            last.place = place;
        }
    }

    private record Timer(long atNanos, long number, Runnable action) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }
}
