/// One line of the audit log: who did what to what, and when.
///
/// Lines are never changed or trimmed, so they name no payer and no customer, and hold no secret.
public struct AuditLine: Hashable, Sendable {
  /// When, wall-clock milliseconds.
  public let atMS: Int64
  /// Who: `operator`, `server`, a token's name.
  public let actor: String
  /// What was done: a word such as `token.rotated`, `device.revoked` or `slot.closed`.
  public let action: String
  /// To what: a device, a slot, a sale; nil where the action says it all.
  public let subject: String?
  /// Why, in the operator's words.
  public let note: String?

  /// The longest text of a line, in UTF-8 bytes; longer ones are cut.
  public static let longestText = 500

  /// A line; each text is cut to `longestText`.
  public init(atMS: Int64, actor: String, action: String, subject: String? = nil, note: String? = nil) {
    self.atMS = atMS
    self.actor = Self.cut(actor)
    self.action = Self.cut(action)
    self.subject = subject.map(Self.cut)
    self.note = note.map(Self.cut)
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > longestText else { return text }
    var cut = ""
    var length = 0
    for scalar in text.unicodeScalars {
      length += UTF8.width(scalar)
      if length > longestText { break }
      cut.unicodeScalars.append(scalar)
    }
    return cut
  }
}
