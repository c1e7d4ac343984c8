package io.replbuf.harness.measure;

import java.util.List;
import java.util.Map;

/**
 * Where and with what a run was made: {@code environment.json}. What could not be found out is "unknown", never left out.
 *
 * @param schemaVersion version of this file's shape, {@link RunFiles#SCHEMA_VERSION}
 * @param replbufVersion version of the jar
 * @param commit git commit that the jar was made of
 * @param dirty whether the folder that the jar was made in held changes beside it
 * @param jvm name and version of the JVM
 * @param jvmFlags flags given to the engines' JVM
 * @param harnessJvmFlags flags of the harness' own JVM
 * @param os operating system name and architecture
 * @param kernel kernel release
 * @param cpu model name of the first core
 * @param cores cores available to this process
 * @param memoryBytes memory of the machine
 * @param memoryLimitBytes memory limit of the control group, -1 if none
 * @param thp state of transparent huge pages
 * @param governor frequency governor of the first core
 * @param coreSleep whether idle cores could sleep during the run; null in files of an earlier harness
 * @param hostLoad load averages over 1, 5 and 15 minutes as the run began
 * @param netty version of Netty
 * @param transport epoll or nio
 * @param hostName name of the machine
 * @param peers versions of the real servers that took part, by target name
 */
public record Environment(
        int schemaVersion,
        String replbufVersion,
        String commit,
        boolean dirty,
        String jvm,
        List<String> jvmFlags,
        List<String> harnessJvmFlags,
        String os,
        String kernel,
        String cpu,
        int cores,
        long memoryBytes,
        long memoryLimitBytes,
        String thp,
        String governor,
        String coreSleep,
        String hostLoad,
        String netty,
        String transport,
        String hostName,
        Map<String, String> peers) {

    public Environment {
        jvmFlags = List.copyOf(jvmFlags);
        harnessJvmFlags = List.copyOf(harnessJvmFlags);
        peers = Map.copyOf(peers);
    }
}
