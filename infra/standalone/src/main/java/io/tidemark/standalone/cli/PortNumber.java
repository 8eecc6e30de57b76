package io.tidemark.standalone.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a port, and refuses what cannot be one before anything is started. */
final class PortNumber implements ITypeConverter<Integer> {
  PortNumber() {}

  @Override
  public Integer convert(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new TypeConversionException("'" + text + "' is not a port: a number from 0 to 65535");
  }
}
