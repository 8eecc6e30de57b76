package io.tidemark.standalone;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;

/** The layers that the folders promise, on the classes of all modules. */
@AnalyzeClasses(
    packages = "io.tidemark",
    importOptions = {ImportOption.DoNotIncludeTests.class, LayersTest.WithoutRelocated.class})
class LayersTest {
  /** Libraries that a module carries relocated are not ours to judge. */
  static final class WithoutRelocated implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/shaded/");
    }
  }

  @ArchTest
  static final ArchRule LAYERS =
      modules()
          .whereLayer("schemas")
          .mayNotAccessAnyLayer()
          .whereLayer("log-store")
          .mayOnlyAccessLayers("schemas")
          .whereLayer("shard-store")
          .mayNotAccessAnyLayer()
          .whereLayer("view-jobs")
          .mayOnlyAccessLayers("schemas", "log-store")
          .whereLayer("client")
          .mayOnlyAccessLayers("schemas", "log-store")
          .whereLayer("server")
          .mayOnlyAccessLayers("schemas", "log-store", "shard-store")
          .whereLayer("broker")
          .mayNotAccessAnyLayer()
          .whereLayer("checker")
          .mayOnlyAccessLayers("schemas", "log-store")
          .whereLayer("standalone")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule THE_SHARD_STORE_KNOWS_NEITHER_KAFKA_NOR_FLINK =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.apache.flink..", "org.apache.avro..");

  @ArchTest
  static final ArchRule ONLY_VIEW_JOBS_AND_THE_REGISTRY_CLIENT_KNOW_FLINK =
      noClasses()
          .that()
          .resideInAnyPackage("io.tidemark.log..", "io.tidemark.client..", "io.tidemark.server..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.flink..");

  @ArchTest
  static final ArchRule NO_PROMISE_OF_THE_NODE_RESTS_ON_THE_TIME_OF_DAY =
      noClasses()
          .that()
          .resideInAPackage("io.tidemark.server..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Instant.class, Clock.class, Date.class);

  @ArchTest
  static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
      slices().matching("io.tidemark.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NAMES_SAY_WHAT_A_CLASS_DOES =
      noClasses()
          .that(resideInAPackage("io.tidemark.."))
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Impl");

  @ArchTest
  static final ArchRule EVERY_MODULE_IS_SEEN =
      classes()
          .that()
          .resideInAPackage("io.tidemark..")
          .should()
          .resideInAnyPackage(
              "io.tidemark.schemas..",
              "io.tidemark.log..",
              "io.tidemark.store..",
              "io.tidemark.views..",
              "io.tidemark.client..",
              "io.tidemark.server..",
              "io.tidemark.broker..",
              "io.tidemark.checker..",
              "io.tidemark.standalone..");

  private static LayeredArchitecture modules() {
    return layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(false)
        .layer("schemas")
        .definedBy("io.tidemark.schemas..")
        .layer("log-store")
        .definedBy("io.tidemark.log..")
        .layer("shard-store")
        .definedBy("io.tidemark.store..")
        .layer("view-jobs")
        .definedBy("io.tidemark.views..")
        .layer("client")
        .definedBy("io.tidemark.client..")
        .layer("server")
        .definedBy("io.tidemark.server..")
        .layer("broker")
        .definedBy("io.tidemark.broker..")
        .layer("checker")
        .definedBy("io.tidemark.checker..")
        .layer("standalone")
        .definedBy("io.tidemark.standalone..");
  }
}
