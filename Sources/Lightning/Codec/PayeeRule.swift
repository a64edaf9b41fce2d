/// What a payee takes for what it asked (BOLT 4): at least that much, and at most twice as much.
package enum PayeeRule {
  /// Whether `received` pays for `asked`, both millisatoshi; where nothing was asked anything above zero does.
  package static func accepts(_ received: UInt64, asked: UInt64?) -> Bool {
    guard let asked else { return received > 0 }
    return received >= asked && received - asked <= asked
  }
}
