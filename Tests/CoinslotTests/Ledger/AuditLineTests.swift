import Coinslot
import Testing

/// Lines of the audit log are short.
@Suite struct AuditLineTests {
  @Test(arguments: [0, 1, 499, 500]) func keepsWhatFits(_ length: Int) {
    let text = String(repeating: "x", count: length)
    let line = AuditLine(atMS: 1, actor: text, action: text, subject: text, note: text)
    #expect(line.actor == text && line.action == text && line.subject == text && line.note == text)
  }

  @Test func cutsBetweenCharacters() {
    let long = String(repeating: "€", count: 400)
    let line = AuditLine(atMS: 1, actor: "a", action: "b", subject: long, note: nil)
    #expect(line.subject == String(repeating: "€", count: 166))
    #expect(line.note == nil)
  }
}
