import Cryptography
import Primitives
import Synchronization

/// Our key at an LND node: read from its file, checked, and never shown.
///
/// ## On failure
/// Nothing is kept here. The file is read at the first call and again after the node has refused the key.
final class LNDKey: Sendable {
  let file: String
  private let canSpend: Bool
  private let loaded = Mutex<[UInt8]?>(nil)

  init(file: String, canSpend: Bool) {
    self.file = file
    self.canSpend = canSpend
  }

  /// The header that shows it.
  ///
  /// - Throws: `NodeFailure.refused` where it cannot be read, or allows more than it may.
  func header() throws(NodeFailure) -> (name: String, value: String) {
    (name: "Grpc-Metadata-macaroon", value: Hex.encode(try bytes()))
  }

  /// The preimage that belongs to a label: the same for the same key, and known to nobody without it.
  ///
  /// So an invoice asked for twice is made once. Who holds the key may read every preimage from the node anyway.
  ///
  /// - Throws: As `header()`.
  func preimage(for label: String) throws(NodeFailure) -> Bytes32 {
    Sodium.HMACSHA256.code(Array("coinslot invoice \(label)".utf8), key: try bytes())
  }

  /// What it allows; reads the file.
  ///
  /// - Throws: `NodeFailure.refused` where it cannot be read.
  func rights() throws(NodeFailure) -> LNDRights { LNDRights(try? LNDMacaroon(decoding: try read())) }

  /// Reads the file anew at the next call.
  func forget() { loaded.withLock { $0 = nil } }

  private func bytes() throws(NodeFailure) -> [UInt8] {
    if let known = loaded.withLock({ $0 }) { return known }
    let fresh = try read()
    let rights = LNDRights(try? LNDMacaroon(decoding: fresh))
    if !canSpend, !rights.excess.isEmpty, let sentence = rights.sentence {
      throw .refused("\(file): \(sentence), or set can_spend: true")
    }
    loaded.withLock { $0 = fresh }
    return fresh
  }

  private func read() throws(NodeFailure) -> [UInt8] {
    let raw = try NodeFile.readSecret(file)
    // Baked to a file it is binary; copied from the screen it is hexadecimal.
    let text = raw.filter { $0 > 0x20 }
    let bytes = raw.first == 2 ? raw : (try? Hex.decode(text.span)) ?? raw
    guard bytes.first == 2, bytes.count >= 40, bytes.count <= 16_384 else {
      throw .refused("\(file): holds no macaroon; make one: \(LNDRights.recipe)")
    }
    return bytes
  }
}
