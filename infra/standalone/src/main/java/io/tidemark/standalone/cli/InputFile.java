package io.tidemark.standalone.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads the files that a command line names. */
final class InputFile {
  private InputFile() {}

  /** The file's text; when it cannot be read, the command line is wrong. */
  static String read(CommandSpec command, String option, Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ParameterException(command.commandLine(), option + ": there is no file " + file, e);
    } catch (IOException e) {
      throw new ParameterException(
          command.commandLine(), option + ": cannot read " + file + ": " + e, e);
    }
  }
}
