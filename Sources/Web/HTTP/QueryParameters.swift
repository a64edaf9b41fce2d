import HTTPTypes
import Hummingbird

/// The query of a request, read strictly: only known names, each once.
struct QueryParameters {
  private let values: [String: String]

  /// Reads a query.
  ///
  /// - Throws: `Problem` for a name that is not among `allowed` (and names those), a name twice, and bad escapes.
  init(_ request: Request, allowed: [String]) throws(Problem) {
    let fields: [(String, String)]
    fields = try FormFields.parse(request.uri.query ?? "")
    var values: [String: String] = [:]
    for (name, value) in fields {
      guard allowed.contains(name) else {
        let known = allowed.isEmpty ? "none is known here" : "known here: \(allowed.joined(separator: ", "))"
        throw .badRequest("unknown_parameter", "'\(name.prefix(40))' is no parameter; \(known).")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw .badRequest("repeated_parameter", "'\(name)' may stand only once.")
      }
    }
    self.values = values
  }

  /// A value; nil where it is absent or empty.
  subscript(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// Whether `dry_run=true` was asked for.
  ///
  /// - Throws: `Problem` for anything but `true` and `false`.
  func isDryRun() throws(Problem) -> Bool {
    switch self["dry_run"] {
    case nil, "false": false
    case "true": true
    default: throw .badValue("dry_run", "true or false")
    }
  }

  /// A whole number within bounds; nil where it is absent.
  ///
  /// - Throws: `Problem` for anything else.
  func int(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text = self[name] else { return nil }
    guard let value = Int(text), range.contains(value), text.first != "+" else {
      throw .badValue(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
