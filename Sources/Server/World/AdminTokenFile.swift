import Coinslot
import Web

/// The operator's token: made at the first start, its hash kept in the ledger, its text laid where only the owner of the
/// data folder can read it.
///
/// The command line on the same machine finds it there; the operator may move it elsewhere.
package enum AdminTokenFile {
  /// The setting that holds the token's hash.
  package static let setting = AdminToken.setting

  /// Where the text lies.
  static func path(in folder: String) -> String { "\(folder)/admin.token" }

  /// Makes the token of a fresh ledger; true where it was made now.
  ///
  /// - Throws: What the ledger or the file throws.
  static func ensure(ledger: any Ledger, folder: String, entropy: any Entropy) async throws -> Bool {
    guard try await ledger.setting(AdminToken.setting) == nil else { return false }
    let (token, hash) = AdminToken.make(entropy: entropy)
    // File first: a crash between the two leaves a token that is replaced, never a hash nobody has the token of.
    try SecretFile.write(token, to: path(in: folder))
    try await ledger.keep(setting: AdminToken.setting, hash)
    return true
  }

  /// Makes another token, from now on the only one; gives it, to be shown once.
  ///
  /// The audit line commits with its hash.
  ///
  ///
  /// - Throws: What the ledger or the file throws; where it was the file, the old token counts no more and this one is
  ///   lost, so that `coinslot token reset` is needed.
  ///
  /// ## On failure
  /// The ledger first: a token that somebody may have stolen must not outlive the request that ends it.
  static func replace(
    ledger: any Ledger,
    folder: String,
    entropy: any Entropy,
    audit: AuditLine
  ) async throws -> String {
    let (token, hash) = AdminToken.make(entropy: entropy)
    try await ledger.keep(setting: AdminToken.setting, hash, audit: audit)
    try SecretFile.write(token, to: path(in: folder))
    return token
  }
}
