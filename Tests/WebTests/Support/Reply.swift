import Primitives

/// An answer, taken apart.
struct Reply {
  let status: Int
  let headers: [(name: String, value: String)]
  let body: [UInt8]

  struct NoAnswer: Error {}

  init(_ bytes: [UInt8]) throws {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw NoAnswer() }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    guard let first = lines.first, let status = Int(first.split(separator: " ").dropFirst().first ?? "") else {
      throw NoAnswer()
    }
    self.status = status
    headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
    }
    let rest = Array(bytes[end.upperBound...])
    let isChunked = headers.contains { $0.name == "transfer-encoding" && $0.value == "chunked" }
    body = isChunked ? Reply.unchunked(rest) : rest
  }

  subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
  func all(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
  /// The problem's word, where the answer is one.
  var code: String? { self["content-type"] == "application/problem+json" ? json["code"]?.string : nil }

  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstRange(of: Array("\r\n".utf8)) {
      let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16) ?? 0
      guard size > 0, rest.distance(from: line.upperBound, to: rest.endIndex) >= size else { break }
      out += rest[line.upperBound..<line.upperBound + size]
      rest = rest[min(rest.endIndex, line.upperBound + size + 2)...]
    }
    return out
  }
}
