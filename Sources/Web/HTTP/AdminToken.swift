public import Coinslot
import Cryptography
import Primitives

/// The token that opens the API; only its hash is kept.
public enum AdminToken {
  /// Under which name the ledger keeps the hash.
  public static let setting = "admin.token"
  /// What every token starts with, so that a leaked one is recognized in a log or a commit.
  public static let prefix = "cst_"

  /// A fresh token of 256 bits: to be shown once, and the hash to be kept.
  public static func make(entropy: any Entropy) -> (token: String, hash: String) {
    let token = prefix + Hex.encode(entropy.bytes(32))
    return (token, hash(of: token))
  }

  /// SHA-256 of the token, 64 lower-case hex digits; with 256 bits of chance in it no slow hash is needed.
  public static func hash(of token: String) -> String { Sodium.SHA256.hash(Array(token.utf8)).hex() }

  /// Whether a token has this hash, in a time that tells nothing of either.
  public static func matches(_ token: String, hash kept: String) -> Bool {
    equalInConstantTime(Array(hash(of: token).utf8), Array(kept.utf8))
  }
}
