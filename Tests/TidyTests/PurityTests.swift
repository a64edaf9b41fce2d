import Testing

/// Rings 0 and 1 know no clock and no chance; money knows no fractions; nobody makes a payment by hand.
@Suite struct PurityTests {
  static let files = SourceTree.files(under: "Sources")
  static let pure = files.filter { ["Primitives", "DeviceWire", "Coinslot"].contains($0.target) }

  @Test(arguments: pure.map(\.path)) func hasNoClockAndNoChance(_ path: String) throws {
    let file = try #require(Self.pure.first { $0.path == path })
    let found = file.code.firstMatch(
      of:
        /Date\(\)|\.random\(|SystemRandomNumberGenerator|ContinuousClock|SuspendingClock|gettimeofday|clock_gettime|Task\.sleep|getentropy/
    )
    #expect(found == nil, "\(found?.0 ?? "")")
  }

  @Test(arguments: files.map(\.path)) func hasNoFloatingPointNearMoney(_ path: String) throws {
    let file = try #require(Self.files.first { $0.path == path })
    guard file.code.contains(/\bAmount\b|\bAsset\b|UInt128/.wordBoundaryKind(.simple)) else { return }
    let found = file.code.firstMatch(of: /\b(Double|Float|Decimal|CGFloat)\b/.wordBoundaryKind(.simple))
    #expect(found == nil, "\(found?.0 ?? "") in a file that handles amounts")
  }

  /// A `Payment` is the proof that it was verified, so only verifiers and the ledger's own rows may make one.
  @Test func onlyVerifiersAndTheLedgerMakePayments() {
    let makers = Self.files.filter { $0.code.contains(/\bPayment\(\s*id:/.wordBoundaryKind(.simple)) }.map(\.path)
    let strangers = makers.filter { path in
      !path.contains("/Verify/") && !path.hasPrefix("Sources/LedgerSQLite/") && !path.hasPrefix("Sources/TestKit/")
    }
    #expect(strangers.isEmpty)
    #expect(!makers.isEmpty)
  }

  /// What a stranger's bytes can reach must not be able to stop the server.
  @Test(arguments: files.map(\.path)) func hasNoTraps(_ path: String) throws {
    let file = try #require(Self.files.first { $0.path == path })
    let found = file.code.firstMatch(of: /\bfatalError\(|\btry!|\bas!\s/.wordBoundaryKind(.simple))
    #expect(found == nil, "\(found?.0 ?? "")")
  }

  @Test(arguments: files.map(\.path)) func saysWhatProtectsUncheckedSendable(_ path: String) throws {
    let file = try #require(Self.files.first { $0.path == path })
    let lines = file.lines
    for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
      let around = lines[max(0, index - 6)...index]
      #expect(around.contains { $0.contains("//") }, "line \(index + 1) needs a comment that names what protects it")
    }
  }

  /// Values aligned to 16 bytes in the arguments of async calls are miscompiled; `Amount` says more.
  @Test(arguments: files.map(\.path)) func passesNoUInt128ThroughAsyncCalls(_ path: String) throws {
    let file = try #require(Self.files.first { $0.path == path })
    let found = file.code.firstMatch(
      of: /func \w+(?:<[^>]*>)?\([^{}]*UInt128[^{}]*\)\s*async/.wordBoundaryKind(.simple)
    )
    #expect(found == nil, "\(found?.0 ?? "")")
  }
}
