package io.replbuf.aofpsync;

import io.replbuf.testing.PublicApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PublicApiTest {
    private final PublicApi api = PublicApi.of("io.replbuf.aofpsync");

    @Test
    void shouldBeWhatApiTxtSays() throws IOException {
        api.check();
    }

    @Test
    void shouldShowWhatIsFoundByServiceLoaderAlone() throws IOException {
        api.checkOnlyProviders();
    }
}
