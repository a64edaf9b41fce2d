import Primitives

/// Why bytes are not what a Core Lightning node answers; each names the member at fault, never its value.
package enum CoreLightningRefusal: Error, Hashable, Sendable {
  /// Not JSON, by the offset where that showed.
  case notJSON(at: Int)
  /// Not an object where one is due.
  case notObject(String)
  /// A member that must be there is not.
  case missing(String)
  /// A member of another type, or a number out of range.
  case wrongType(String)
  /// An amount in none of the spellings of any version.
  case badAmount(String)
  /// Not 64 hexadecimal digits.
  case badHash(String)
  /// A word that no version says here.
  case unknownWord(String)
  /// Neither a result nor an error, and no notification.
  case noAnswer
  /// Another invoice than was asked for.
  case otherInvoice

  /// A sentence for the operator.
  package var words: String {
    switch self {
    case .notJSON(let offset): "not JSON from byte \(offset)"
    case .notObject(let name): "\(name) is no object"
    case .missing(let name): "\(name) is missing"
    case .wrongType(let name): "\(name) has another type or range"
    case .badAmount(let name): "\(name) is no amount"
    case .badHash(let name): "\(name) is not 64 hexadecimal digits"
    case .unknownWord(let name): "\(name) is a word no version says"
    case .noAnswer: "neither a result nor an error"
    case .otherInvoice: "another invoice than was asked for"
    }
  }

  init(_ refusal: JSONRefusal) { self = .notJSON(at: refusal.offset) }
}
