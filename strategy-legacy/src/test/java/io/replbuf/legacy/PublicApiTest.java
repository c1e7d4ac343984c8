package io.replbuf.legacy;

import io.replbuf.testing.PublicApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PublicApiTest {
    private final PublicApi api = PublicApi.of("io.replbuf.legacy");

    @Test
    void shouldBeWhatApiTxtSays() throws IOException {
        api.check();
    }

    @Test
    void shouldShowItsFactoryAlone() throws IOException {
        api.checkOnlyProviders();
    }
}
