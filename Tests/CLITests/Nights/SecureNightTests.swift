import Foundation
import Primitives
import TestKit
import Testing

/// A whole server over TLS, with a certificate of its own making.
@Suite(.timeLimit(.minutes(5))) struct SecureNightTests {
  @Test func aPaymentOverTLSClosesTheRelay() async throws {
    try await NightTown.with(gives: "200ms", hold: "1min", isSecure: true) { town in
      try await town.start()
      var paid: [String] = []
      for _ in 0..<3 { paid.append(try await town.pay()) }
      for payment in paid { try await town.waitFor(work: "done", of: payment) }
      let done = try await town.server.all("/v1/sales").count { $0["outcome"]?.string == "done" }
      #expect(done == 3 && town.clicks == 3)
      print("night: over TLS: \(paid.count) payments, \(done) done, \(town.clicks) clicks")
    }
  }

  /// By the system's trust, and by another certificate: what runs between them is closed before a word is said.
  @Test(arguments: [nil, Certificates.second]) func aDeviceThatDoesNotTrustTheCertificateStaysAway(_ trusts: String?)
    async throws
  {
    try await NightTown.with(isSecure: true) { town in
      try await town.serve()
      let file = try trusts.map { try Folder.write($0, to: "\(town.folder)/other.pem") }
      let stranger = try town.device(trusting: file)
      try await stranger.waitFor("tlsFailed", seconds: 60)
      #expect(!stranger.output.contains("\"connected\""), "\(stranger.output)")
      #expect(try await town.isAway() && town.clicks == 0)
      stranger.kill(SIGKILL)
      try await stranger.wait()
      // Nothing but trust was missing.
      try town.device()
      try await town.opens()
    }
  }
}
