package io.replbuf.harness.scenario;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;

/**
 * Which replicas a fault strikes. In a file: {@code one}, {@code all}, {@code {fixed: 3}}, {@code {fixed-percent: 30%}} or a
 * list of indexes such as {@code [0, 4]}.
 *
 * @param mode see {@link Mode}
 * @param share of modes one, fixed and fixed-percent: how many; drawn anew each time the fault happens
 * @param indexes of mode indexes: which, in the order that a list of durations refers to
 */
@JsonDeserialize(using = SelectionDeserializer.class)
public record Selection(Mode mode, Share share, List<Integer> indexes) {
    public static final Selection ALL = new Selection(Mode.ALL, null, null);
    public static final Selection ONE = new Selection(Mode.ONE, Share.of(1), null);

    /** How replicas are chosen. */
    public enum Mode {
        ONE,
        ALL,
        FIXED,
        FIXED_PERCENT,
        INDEXES
    }

    public Selection {
        Check.present("mode", mode);
        indexes = Check.list("replicas", indexes, mode == Mode.INDEXES ? 1 : 0, Replicas.COUNT_MAX);
        Check.distinct("replicas", indexes);
        for (int index : indexes) {
            Check.range("replica", index, 0, Replicas.COUNT_MAX - 1);
        }
    }
}
