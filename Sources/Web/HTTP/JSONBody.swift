import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// The body of a change: one strict JSON object with known members only.
struct JSONBody {
  private let members: [JSONValue.Member]

  /// Reads a body that was collected; an empty one is an empty object.
  ///
  /// - Throws: `Problem` 415 for another media type, 400 for what is not strict JSON, 422 for an unknown member.
  init(_ bytes: [UInt8], of request: Request, allowed: [String]) throws(Problem) {
    guard !bytes.isEmpty else {
      members = []
      return
    }
    let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
    guard type == "application/json" else { throw .unsupportedMedia("application/json") }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes, maxDepth: 8)
    } catch { throw .badJSON(error) }
    guard let members = value.object else { throw .badValue("body", "a JSON object") }
    for member in members where !allowed.contains(member.key) {
      throw Problem(
        .unprocessableContent,
        "unknown_member",
        "A member is not known",
        "'\(member.key.prefix(40))' is no member; known here: \(allowed.joined(separator: ", ")).",
        more: [.init("field", .string(String(member.key.prefix(40))))]
      )
    }
    self.members = members
  }

  private func value(_ name: String) -> JSONValue? {
    members.first { $0.key == name }.flatMap { $0.value.isNull ? nil : $0.value }
  }

  /// A text of at most `limit` characters without control characters; nil where it is absent or null.
  ///
  /// - Throws: `Problem` for anything else.
  func text(_ name: String, limit: Int) throws(Problem) -> String? {
    guard let value = value(name) else { return nil }
    let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
    guard let text = value.string, text.unicodeScalars.count <= limit, !text.unicodeScalars.contains(where: isControl)
    else { throw .badValue(name, "a text of at most \(limit) characters on one line") }
    return text
  }

  /// A whole number within bounds; nil where it is absent or null.
  ///
  /// - Throws: `Problem` for anything else.
  func number(_ name: String, in range: ClosedRange<UInt64>) throws(Problem) -> UInt64? {
    guard let value = value(name) else { return nil }
    guard let number = value.uint64, range.contains(number) else {
      throw .badValue(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A member that must be there.
  ///
  /// - Throws: `Problem` where it is not.
  static func required<T>(_ name: String, _ value: T?) throws(Problem) -> T {
    guard let value else {
      throw Problem(
        .unprocessableContent,
        "missing_member",
        "A member is missing",
        "'\(name)' must be given.",
        more: [.init("field", .string(name))]
      )
    }
    return value
  }
}

extension Request {
  /// The body in full.
  ///
  /// - Throws: `Problem.bodyTooLarge` above the bound, before reading where the length was announced.
  func boundedBody() async throws -> [UInt8] {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > RequestScope.greatestBody {
      throw Problem.bodyTooLarge
    }
    let bytes = Array(buffer: try await body.collect(upTo: RequestScope.greatestBody))
    // A client that broke off must not be taken at half its word.
    if let length = headers[.contentLength].flatMap({ Int($0) }), length != bytes.count {
      throw Problem.badRequest("incomplete_body", "The body ended before its announced length.")
    }
    return bytes
  }
}
