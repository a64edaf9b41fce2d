import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

@Suite struct TeslaKeyringTests {
  private func old(_ clock: RealClock) -> TeslaTokens {
    TeslaTokens(access: "token-1", refresh: "refresh-1", expiresAtMS: clock.nowMS + 1_000)
  }

  /// A refresh token is good once: whoever comes at the same time gets the same new token.
  @Test func manyAskAndOneRenews() async throws {
    let town = try await TeslaTown(speed: 1, tokens: old(RealClock()))
    await withTaskGroup(of: String?.self) { group in
      for _ in 0..<20 { group.addTask { try? await town.keyring.access().get() } }
      for await token in group { #expect(token == "token-2") }
    }
    #expect(town.fake.state.withLock { $0.renewals } == 1)
    #expect(await town.tokens.writes == 1)
    await town.server.close()
  }

  /// What cannot be stored is not used, and not lost.
  @Test func storedBeforeUse() async throws {
    let town = try await TeslaTown(speed: 1, tokens: old(RealClock()))
    await town.tokens.set(full: true)
    #expect(await town.keyring.access() == .failure(.away("the tokens cannot be stored")))
    #expect(await town.tokens.read()?.refresh == "refresh-1")
    await town.tokens.set(full: false)
    #expect(await town.keyring.access() == .success("token-2"))
    #expect(await town.tokens.read()?.refresh == "refresh-2")
    #expect(town.fake.state.withLock { $0.renewals } == 1)
    await town.server.close()
  }

  @Test(arguments: [
    (400, "{\"error\":\"invalid_grant\"}", true), (401, "{\"error\":\"login_required\"}", true), (503, "", false),
    (200, "{\"access_token\":\"\"}", false), (200, "nonsense", false), (200, "{\"access_token\":\"a\"}", false),
  ]) func anAnswerWithoutTokens(_ status: Int, _ body: String, _ isForGood: Bool) async throws {
    let town = try await TeslaTown(speed: 1, tokens: old(RealClock()))
    town.fake.state.withLock { $0.authReply = .status(status, body) }
    guard case .failure(let failure) = await town.keyring.access() else {
      Issue.record("a token out of nothing")
      return
    }
    #expect(isForGood == (failure == .notAllowed(failure.words)))
    #expect((await town.keyring.obstacle() != nil) == isForGood)
    #expect(await town.tokens.read()?.refresh == "refresh-1")
    // The owner logs in again: nothing stands in the way any more.
    try await town.tokens.write(TeslaTokens(access: "token-1", refresh: "refresh-1", expiresAtMS: .max))
    #expect(await town.keyring.obstacle() == nil)
    #expect(await town.keyring.access() == .success("token-1"))
    await town.server.close()
  }

  @Test func keepsTokensInAFileForItsOwnerOnly() async throws {
    let folder = try Folder()
    let file = TeslaTokenFile("\(folder.path)/tokens.json")
    #expect(try await file.read() == nil)
    let tokens = TeslaTokens(access: "a", refresh: "r\"1", expiresAtMS: 5)
    try await file.write(tokens)
    #expect(try await file.read() == tokens && folder.mode("tokens.json") == 0o600)
    try await file.write(TeslaTokens(access: "b", refresh: "r2", expiresAtMS: 6))
    #expect(try await file.read()?.refresh == "r2")
    try folder.write("{\"refresh_token\":\"x\"}", "tokens.json", mode: 0o644)
    await #expect(throws: (any Error).self) { () async throws in _ = try await file.read() }
    try folder.write("[]", "tokens.json")
    await #expect(throws: (any Error).self) { () async throws in _ = try await file.read() }
    #expect("\(tokens) \(String(reflecting: tokens))".contains("r\"1") == false)
  }
}
