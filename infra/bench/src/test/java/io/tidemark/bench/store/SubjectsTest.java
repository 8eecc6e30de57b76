package io.tidemark.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A figure means something only if each subject does the same: what every adapter must do. */
class SubjectsTest {
  private static final DataSet DATA = new DataSet(2_500, 200);

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void whatWasWrittenIsReadAlsoAfterReopening(Subject subject) {
    try (SubjectStore store = open(subject)) {
      fill(store, 0);
      store.settle();
      checkGets(store);
    }
    try (SubjectStore store = open(subject)) {
      checkGets(store);
    }
  }

  private static void checkGets(SubjectStore store) {
    try (SubjectReader reader = store.reader()) {
      for (long row = 0; row < DATA.keys(); row++) {
        byte[] value = reader.get(DataSet.key(row));
        assertThat(value).hasSize(DATA.valueBytes());
        assertThat(DataSet.isValue(row, value)).isTrue();
        assertThat(reader.get(DataSet.key(DATA.keys() + row))).isNull();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMultiGetAnswersInTheOrderOfTheKeys(Subject subject) {
    try (SubjectStore store = open(subject)) {
      fill(store, 0);
      List<Long> rows = List.of(7L, 3L, DATA.keys() + 1, 2_000L, 5L);
      try (SubjectReader reader = store.reader()) {
        List<byte[]> values = reader.getAll(rows.stream().map(DataSet::key).toList());
        assertThat(values).hasSize(rows.size());
        for (int i = 0; i < rows.size(); i++) {
          if (rows.get(i) < DATA.keys()) {
            assertThat(DataSet.isValue(rows.get(i), values.get(i))).isTrue();
          } else {
            assertThat(values.get(i)).isNull();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CHRONICLE_MAP")
  void aScanGivesSoManyRowsInKeyOrder(Subject subject) {
    List<byte[]> sorted =
        LongStream.range(0, DATA.keys())
            .mapToObj(DataSet::key)
            .sorted(Arrays::compareUnsigned)
            .toList();
    try (SubjectStore store = open(subject)) {
      fill(store, 0);
      try (SubjectReader reader = store.reader()) {
        List<byte[]> keys = new ArrayList<>();
        reader.scan(
            sorted.get(1_000),
            100,
            (key, value) -> {
              assertThat(value).hasSize(DATA.valueBytes());
              keys.add(key);
            });
        assertThat(keys).containsExactlyElementsOf(sorted.subList(1_000, 1_100));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRefreshedReaderSeesTheLastCommit(Subject subject) {
    try (SubjectStore store = open(subject)) {
      fill(store, 0);
      try (SubjectReader reader = store.reader()) {
        fill(store, 1);
        reader.refresh();
        assertThat(DataSet.version(reader.get(DataSet.key(42)))).isEqualTo(1);
      }
    }
  }

  private SubjectStore open(Subject subject) {
    return subject.open(new Opening(directory.resolve(subject.name()), DATA, false));
  }

  private static void fill(SubjectStore store, long version) {
    RowWriter writer = new RowWriter(store, DATA);
    for (long row = 0; row < DATA.keys(); row++) {
      writer.write(row, version);
      if (row % RowWriter.COMMIT_ROWS == 0) {
        writer.commit();
      }
    }
    writer.commit();
  }
}
