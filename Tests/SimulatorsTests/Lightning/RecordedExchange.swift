import Foundation
import Primitives
import Testing

/// One exchange with a real Core Lightning node, as it was recorded.
struct RecordedExchange {
  let index: Int
  let name: String
  let request: [UInt8]
  let response: [UInt8]
  let endsStream: Bool
  /// How the request was cut into writes, where it was.
  let writes: [String]?

  /// All of them, in their order; always the project's own file.
  static func all() throws -> [RecordedExchange] {
    try #require(LightningSamples.recorded().array).enumerated().map { index, value in
      RecordedExchange(
        index: index,
        name: try #require(value["name"]?.string),
        request: try value["request_hex"]?.string.map { try Hex.decode($0) }
          ?? Array((value["request"]?.string ?? "").utf8),
        response: try value["response_hex"]?.string.map { try Hex.decode($0) }
          ?? Array((value["response"]?.string ?? "").utf8),
        endsStream: value["stream_end"] != nil,
        writes: value["writes"]?.array?.compactMap(\.string)
      )
    }
  }

  /// The method asked for; nil where the request is none.
  var method: String? { (try? JSONValue(parsing: request))?["method"]?.string }

  /// Whether it is a request at all and not a look at the socket.
  var isExchange: Bool { !request.isEmpty }

  /// How many answers came.
  var answerCount: Int {
    response.count < 2 ? 0 : zip(response, response.dropFirst()).count { $0 == 0x0a && $1 == 0x0a }
  }

  /// The answers, each up to its line feeds.
  var answers: [[UInt8]] {
    var answers: [[UInt8]] = []
    var rest = response
    while let end = rest.firstRange(of: [0x0a, 0x0a]) {
      answers.append(Array(rest[..<end.upperBound]))
      rest.removeSubrange(..<end.upperBound)
    }
    return answers
  }
}

/// What real nodes say, from the project's own vectors: the measure of the toy node.
enum LightningSamples {
  static func recorded() throws -> JSONValue { try read("cln_recorded.json") }
  static func group(_ name: String) throws -> JSONValue { try #require(read("lightning.json")[name]) }

  private static func read(_ name: String) throws -> JSONValue {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors")
    return try JSONValue(parsing: Array(try Data(contentsOf: folder.appending(path: name))), maxDepth: 64)
  }
}

/// Finds where a toy answer is not what a real node answered.
///
/// Everything is compared, in order, but for values that no two nodes have in common; those must be of the same kind,
/// and are remembered, so that later requests can speak of the toy's own.
struct AnswerComparison {
  /// What the recorded node calls by another name: its hash, invoice, offer, and ours.
  private(set) var own: [String: String] = [:]
  private(set) var differences: [String] = []

  /// Why values of these members differ.
  static let varying: [String: String] = [
    "payment_hash": "chance", "payment_secret": "chance", "payment_preimage": "chance", "bolt11": "holds a hash",
    "bolt12": "holds a hash", "offer_id": "chance", "local_offer_id": "chance", "expires_at": "a time",
    "paid_at": "a time", "id": "the node's key", "color": "of the node's key", "blockheight": "the chain's",
    "num_peers": "the channels'", "num_active_channels": "the channels'", "num_inactive_channels": "the channels'",
    "version": "the program's", "binding": "the port", "port": "the port", "lightning-dir": "the folder",
    "fees_collected_msat": "the channels'",
  ]

  mutating func compare(_ real: JSONValue, _ toy: JSONValue, _ path: String) {
    switch (real, toy) {
    case (.object(let real), .object(let toy)):
      guard real.map(\.key) == toy.map(\.key) else {
        differences.append("\(path): \(toy.map(\.key)) instead of \(real.map(\.key))")
        return
      }
      for (a, b) in zip(real, toy) { compare(a.value, b.value, "\(path).\(a.key)") }
    case (.array(let real), .array(let toy)) where path.hasSuffix(".offers"):
      // Their order is that of their hashes.
      let names = real.map { own[$0["offer_id"]?.string ?? ""] }
      let sorted = names.map { name in toy.first { $0["offer_id"]?.string == name } ?? .null }
      for (i, (a, b)) in zip(real, sorted).enumerated() { compare(a, b, "\(path)[\(i)]") }
      if real.count != toy.count { differences.append("\(path): \(toy.count) elements instead of \(real.count)") }
    case (.array(let real), .array(let toy)):
      guard real.count == toy.count else {
        differences.append("\(path): \(toy.count) elements instead of \(real.count)")
        return
      }
      for (i, (a, b)) in zip(real, toy).enumerated() { compare(a, b, "\(path)[\(i)]") }
    case (.string(let a), .string(let b)): compareTexts(a, b, path)
    case (.number(let a), .number(let b)): if a != b, !isVarying(path) { note(path, b, a) }
    default: if real != toy { note(path, toy.text(), real.text()) }
    }
  }

  private mutating func compareTexts(_ a: String, _ b: String, _ path: String) {
    if isVarying(path) {
      if a.hasPrefix("ln") ? Self.humanPart(a) != Self.humanPart(b) : !isOfAnyLength(path) && a.count != b.count {
        note(path, b, a)
      }
      // What was one thing before is one thing still.
      if let known = own[a], known != b { note(path, b, "\(known), as before") }
      own[a] = b
      own[a.uppercased()] = b.uppercased()
    } else if path.hasSuffix(".label"), a.hasPrefix("keysend-") || a.utf8.count > 128 {
      // Labels of keysends hold a time, those of offers hashes.
      if a.utf8.count != b.utf8.count || a.hasPrefix("keysend-") != b.hasPrefix("keysend-") { note(path, b, a) }
      own[a] = b
    } else if a != b, replaced(a) != b {
      note(path, b, a)
    }
  }

  /// Up to the last `1`; the recorded node lost the highest bits of an amount beyond all coins.
  private static func humanPart(_ text: String) -> Substring {
    if text.hasPrefix(overflown.real) { return overflown.right.dropLast() }
    return text[..<(text.lastIndex(of: "1") ?? text.startIndex)]
  }

  private func isOfAnyLength(_ path: String) -> Bool { path.hasSuffix("dir") || path.hasSuffix("version") }

  private func isVarying(_ path: String) -> Bool {
    guard path.contains(".result.") || path.contains(".data.") else { return false }
    return Self.varying[path.split(separator: ".").last.map(String.init) ?? ""] != nil
  }

  private mutating func note(_ path: String, _ toy: String, _ real: String) {
    differences.append("\(path): \(toy) instead of \(real)")
  }

  /// Of one recorded invoice over 2,100,000,000,000,000,001 msat: tenfold it did not fit into the node's 64 bits.
  private static let overflown = (real: "lnbcrt2553255926290448394p1", right: "lnbcrt21000000000000000010p1")

  mutating func add(_ difference: String) { differences.append(difference) }

  /// A text with the recorded node's own values replaced by the toy's.
  func replaced(_ text: String) -> String {
    var text = text
    for (real, toy) in own where text.contains(real) { text = text.replacingOccurrences(of: real, with: toy) }
    return text
  }
}
