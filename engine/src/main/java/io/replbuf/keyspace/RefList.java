package io.replbuf.keyspace;

import java.util.Arrays;

/** A growing list of record references. One thread at a time. */
final class RefList {
    private int[] refs;
    private int size;

    RefList() {
        this(64);
    }

    RefList(int capacity) {
        refs = new int[capacity];
    }

    void add(int ref) {
        if (size == refs.length) {
            refs = Arrays.copyOf(refs, size * 2);
        }
        refs[size++] = ref;
    }

    int get(int i) {
        return refs[i];
    }

    /** Takes the last one away. */
    int pop() {
        return refs[--size];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }
}
