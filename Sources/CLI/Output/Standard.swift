import Foundation
import Primitives

/// The program's own streams: results on standard output, everything else on standard error.
enum Standard {
  /// Whether a person reads the results.
  static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  /// Whether a person reads the messages.
  static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  /// Whether a person can answer.
  static var isInputTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Writes a line to standard error.
  static func error(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// Writes a JSON value and a line feed to standard output: indented for a person, on one line in a pipe.
  static func json(_ value: JSONValue) { line(value.text(style: isOutputTerminal ? .pretty : .compact)) }

  /// Writes a line to standard output at once, so that a reader of a pipe has it.
  static func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

  /// Text from elsewhere, harmless on a terminal: control characters other than line feeds become `·`.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar != "\n" && scalar.properties.generalCategory == .control ? "·" : scalar
        }
      )
    )
  }
}
