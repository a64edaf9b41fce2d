/// Which version of the program this is.
package enum Release {
  /// Semantic: the first number changes where a configuration or a script may break.
  package static let version = "0.1.0"
  /// When it was made, milliseconds since 1970 (2026-11-21): a clock that shows an earlier day is wrong.
  package static let madeAtMS: Int64 = 1_795_219_200_000
}
