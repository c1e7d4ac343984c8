package io.replbuf;

import io.replbuf.testing.PublicApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Of the seam and what it is made of; the server's other packages are for its own modules and may change. */
class PublicApiTest {
    @Test
    void shouldBeWhatApiTxtSays() throws IOException {
        PublicApi.of("io.replbuf.buffer", "io.replbuf.memory", "io.replbuf.stream").check();
    }
}
