import Coinslot
import Primitives

/// The data of a service call, in which whole texts stand for what is known of a deed.
///
/// What a payer wrote becomes a text of its own in JSON. Some services (`notify`, `logbook`) read templates in their texts,
/// so it loses its braces.
struct HomeAssistantCall: Hashable, Sendable {
  /// Bytes of the data at most.
  static let mostBytes = 10_000

  private let data: JSONValue

  static func == (a: Self, b: Self) -> Bool { a.data == b.data }
  func hash(into hasher: inout Hasher) { hasher.combine(data.text()) }

  /// What a text can stand for.
  enum Word: String, CaseIterable {
    case ms = "{ms}", seconds = "{seconds}", amount = "{amount}", asset = "{asset}", slot = "{slot}", sale = "{sale}"
    case function = "{function}", comment = "{comment}", id = "{id}"
  }

  /// Data as the operator writes it: a JSON object.
  ///
  /// - Throws: `MachineMistake` about `data`.
  init(_ text: String) throws(MachineMistake) {
    guard text.utf8.count <= Self.mostBytes else {
      throw MachineMistake("data", "is longer than \(Self.mostBytes) bytes")
    }
    let value: JSONValue
    do throws(JSONRefusal) { value = try JSONValue(parsing: text, maxDepth: 8) } catch {
      throw MachineMistake("data", "is no JSON")
    }
    guard value.object != nil else { throw MachineMistake("data", "is no JSON object") }
    guard !Self.hasHalfPlaceholder(value) else {
      throw MachineMistake("data", "uses a placeholder within a text or as a key; it must be a whole value")
    }
    data = value
  }

  /// The body of the call; nil where the deed does not know what the data asks for.
  func body(for deed: Deed) -> [UInt8]? { Self.filled(data, deed).map { Array($0.text().utf8) } }

  private static func hasHalfPlaceholder(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): Word(rawValue: text) == nil && Word.allCases.contains { text.contains($0.rawValue) }
    case .array(let parts): parts.contains(where: hasHalfPlaceholder)
    case .object(let members):
      members.contains { member in
        Word.allCases.contains { member.key.contains($0.rawValue) } || hasHalfPlaceholder(member.value)
      }
    case .number, .bool, .null: false
    }
  }

  private static func filled(_ value: JSONValue, _ deed: Deed) -> JSONValue? {
    switch value {
    case .string(let text): Word(rawValue: text).map { filled($0, deed) } ?? value
    case .array(let parts):
      parts.reduce(Optional([JSONValue]())) { all, part in all.flatMap { all in filled(part, deed).map { all + [$0] } }
      }
      .map { .array($0) }
    case .object(let members):
      members.reduce(Optional([JSONValue.Member]())) { all, member in
        all.flatMap { all in filled(member.value, deed).map { all + [.init(member.key, $0)] } }
      }.map { .object($0) }
    case .number, .bool, .null: value
    }
  }

  private static func filled(_ word: Word, _ deed: Deed) -> JSONValue? {
    let cause = deed.cause
    return switch word {
    case .ms: .number(deed.command.ms)
    // Rounded up: nobody gets less than was paid.
    case .seconds: .number(deed.command.ms / 1_000 + (deed.command.ms % 1_000 == 0 ? 0 : 1))
    case .amount: cause.amount.map { .string($0.description) }
    case .asset: cause.asset.map { .string($0) }
    case .slot: cause.slot.map { .string($0.rawValue) }
    case .sale: cause.sale.map { .string($0.rawValue) }
    case .function: cause.function.map { .string($0) }
    case .comment: .string(plain(Comment.tame(cause.comment ?? "")))
    case .id: .string(deed.id.rawValue)
    }
  }

  private static func plain(_ text: String) -> String {
    String(text.map { $0 == "{" ? "(" : $0 == "}" ? ")" : $0 })
  }
}
