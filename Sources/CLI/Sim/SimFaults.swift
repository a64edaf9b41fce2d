import Primitives
import Simulators

/// The faults that a toy network is started with, from the command line.
enum SimFaults {
  /// `name=value` as JSON: a number, true, false, or a list of words.
  static func json(_ faults: [String]) throws(FaultRefusal) -> JSONValue {
    var members: [JSONValue.Member] = []
    for text in faults {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw .notAnObject }
      let value: JSONValue =
        switch parts[1] {
        case "true": .bool(true)
        case "false": .bool(false)
        case let digits where digits.allSatisfy({ $0.isASCII && $0.isNumber }): .number(digits)
        default: .array(parts[1].split(separator: ",").map { .string(String($0)) })
        }
      members.append(.init(parts[0], value))
    }
    return .object(members)
  }

  /// What is told where a fault was refused.
  static func failure(_ refusal: FaultRefusal, command: String) -> Failure {
    switch refusal {
    case .unknown(let name):
      Failure(
        .usage,
        "--fault: there is no fault called \"\(name)\"",
        hint: "coinslot sim \(command) --help lists them"
      )
    case .badValue(let name):
      Failure(
        .usage,
        "--fault: \(name) does not take that value",
        hint: "coinslot sim \(command) --help says what each takes"
      )
    case .notAnObject: Failure(.usage, "--fault: such as silent=true")
    }
  }
}
