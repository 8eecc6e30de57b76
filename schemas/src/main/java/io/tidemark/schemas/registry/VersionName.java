package io.tidemark.schemas.registry;

/**
 * A version as it stands in a path.
 *
 * @param number -1 for the latest
 */
record VersionName(int number) {
  private static final int LATEST = -1;

  /**
   * @throws RegistryError 42202
   */
  static VersionName parse(String text) {
    if (text.equals("latest") || text.equals("-1")) {
      return new VersionName(LATEST);
    }
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return new VersionName(number);
      }
    } catch (NumberFormatException e) {
      // Falls through to the error that says what is allowed.
    }
    throw RegistryError.invalidVersion(text);
  }

  boolean isLatest() {
    return number == LATEST;
  }
}
