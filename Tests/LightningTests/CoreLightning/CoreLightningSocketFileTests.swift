import Lightning
import TestKit
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct CoreLightningSocketFileTests {
  @Test func whatCanBeSeen() async throws {
    try await ScriptedSocket.with({ _ in }) { socket in
      chmod(socket.path, 0o660)
      #expect(CoreLightningSocketFile.look(at: socket.path) == .usable)
      #expect(CoreLightningSocketFile.Condition.usable.words(socket.path) == nil)
      chmod(socket.path, 0o666)
      #expect(CoreLightningSocketFile.look(at: socket.path) == .openToAll)
      #expect(CoreLightningSocketFile.look(at: socket.path + "x") == .missing)
    }
    let folder = try Folder()
    #expect(CoreLightningSocketFile.look(at: try folder.write("", "file")) == .notASocket)
    #expect(CoreLightningSocketFile.look(at: "/" + String(repeating: "a", count: 107)) == .pathTooLong)
    #expect(CoreLightningSocketFile.look(at: "/" + String(repeating: "a", count: 106)) == .missing)
  }

  @Test func aClosedSocketSaysWhatToDo() throws {
    let closed = CoreLightningSocketFile.Condition.closed(user: "coinslot", owner: "cln", group: "cln", mode: 0o600)
    let words = try #require(closed.words("/var/lib/cln/bitcoin/lightning-rpc"))
    for part in ["user coinslot", "user cln and group cln", "mode 0600", "rpc-file-mode=0660", "clnrest"] {
      #expect(words.contains(part), "\(part)")
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may open every socket")) func aSocketOfOthers() async throws {
    try await ScriptedSocket.with({ _ in }) { socket in
      chmod(socket.path, 0)
      guard case .closed(_, _, _, mode: 0) = CoreLightningSocketFile.look(at: socket.path) else {
        Issue.record("not closed")
        return
      }
    }
  }
}
