package io.tidemark.schemas.registry;

import java.net.URI;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedRegistryContractIT extends RegistryContract {
  @RegisterExtension static final RegistryUnderTest REGISTRY = new RegistryUnderTest();

  @Override
  URI registry() {
    return REGISTRY.uri();
  }
}
