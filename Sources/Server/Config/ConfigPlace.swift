/// Where a setting's value was written.
package enum ConfigPlace: Hashable, Sendable, CustomStringConvertible {
  /// Nowhere: the default counts.
  case standard
  /// In a file; line and column count from 1, columns in Unicode scalars.
  case file(String, line: Int, column: Int)
  /// In an environment variable.
  case environment(String)
  /// In a flag of the command line.
  case flag(String)

  /// `coinslot.yaml:12:7`, `COINSLOT_SERVER__DATA`, `--data` or `default`.
  package var description: String {
    switch self {
    case .standard: "default"
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .environment(let name), .flag(let name): name
    }
  }

  /// The place as another mistake refers to it: `line 12` within a file, the whole place elsewhere.
  package var brief: String {
    if case .file(_, let line, _) = self { "line \(line)" } else { description }
  }
}
