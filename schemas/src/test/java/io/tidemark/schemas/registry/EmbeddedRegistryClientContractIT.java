package io.tidemark.schemas.registry;

import java.net.URI;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedRegistryClientContractIT extends ClientContract {
  @RegisterExtension static final RegistryUnderTest REGISTRY = new RegistryUnderTest();

  @Override
  URI registry() {
    return REGISTRY.uri();
  }
}
