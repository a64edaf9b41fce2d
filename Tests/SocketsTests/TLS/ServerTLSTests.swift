import NIOCore
import NIOPosix
import NIOSSL
import Testing

import class TestKit.Folder
import enum TestKit.Certificates

@testable import Sockets

@Suite struct ServerTLSTests {
  @Test func readsAGoodPair() throws {
    let folder = try Folder()
    for (name, mode) in [("0600", 0o600), ("0640", 0o640), ("0400", 0o400)] as [(String, UInt32)] {
      let tls = try ServerTLS(
        certificateFile: folder.write(Certificates.first, "cert.pem"),
        keyFile: folder.write(Certificates.firstKey, "key.pem", mode: mode)
      )
      // 2120-01-01T00:00:00Z.
      #expect(tls.expiresAtMS == 4_733_510_400_000, "\(name)")
    }
  }

  /// The earliest end of a chain is what counts.
  @Test func anEndedLinkOfTheChainIsFound() throws {
    let folder = try Folder()
    let chain = try folder.write(Certificates.first + "\n" + Certificates.expired, "cert.pem")
    let key = try folder.write(Certificates.firstKey, "key.pem")
    #expect(throws: TLSFileError.expired(chain, atMS: 1_609_459_200_000)) {
      try ServerTLS(certificateFile: chain, keyFile: key)
    }
  }

  @Test(arguments: [
    (Certificates.expired, Certificates.firstKey, "cert.pem: a certificate in it expired at 1609459200"),
    (Certificates.first, Certificates.secondKey, "key.pem: not the key of the first certificate in"),
    ("nothing", Certificates.firstKey, "cert.pem: holds no certificate"),
    ("", Certificates.firstKey, "cert.pem: holds no certificate"),
    (Certificates.first, Certificates.first, "key.pem: holds no private key"),
    (Certificates.first, Certificates.lockedKey, "key.pem: holds no private key in PEM form without a passphrase"),
  ])
  func saysWhatIsWrong(_ certificate: String, _ key: String, _ words: String) throws {
    let folder = try Folder()
    let certificateFile = try folder.write(certificate, "cert.pem")
    let keyFile = try folder.write(key, "key.pem")
    let error = #expect(throws: TLSFileError.self) {
      try ServerTLS(certificateFile: certificateFile, keyFile: keyFile)
    }
    #expect(error?.description.hasPrefix("\(folder.path)/\(words)") == true, "\(String(describing: error))")
  }

  @Test func saysWhichFileIsMissing() throws {
    let folder = try Folder()
    let (certificate, key) = ("\(folder.path)/cert.pem", "\(folder.path)/key.pem")
    #expect(throws: TLSFileError.missing(certificate)) { try ServerTLS(certificateFile: certificate, keyFile: key) }
    try folder.write(Certificates.first, "cert.pem")
    #expect(throws: TLSFileError.missing(key)) { try ServerTLS(certificateFile: certificate, keyFile: key) }
    #expect(throws: TLSFileError.unreadable(folder.path, code: 21)) {
      try ServerTLS(certificateFile: folder.path, keyFile: key)
    }
  }

  @Test(arguments: [0o604, 0o644, 0o620, 0o660, 0o601] as [UInt32])
  func aKeyThatOthersMayReadIsRefused(_ mode: UInt32) throws {
    let folder = try Folder()
    let certificate = try folder.write(Certificates.first, "cert.pem", mode: 0o644)
    let key = try folder.write(Certificates.firstKey, "key.pem", mode: mode)
    #expect(throws: TLSFileError.readableByOthers(key)) { try ServerTLS(certificateFile: certificate, keyFile: key) }
  }

  @Test func aCertificateOfTomorrowIsRefused() throws {
    let folder = try Folder()
    let certificate = try folder.write(Certificates.first, "cert.pem")
    let key = try folder.write(Certificates.firstKey, "key.pem")
    #expect(throws: TLSFileError.notYetValid(certificate, fromMS: 1_577_836_800_000)) {
      try ServerTLS(certificateFile: certificate, keyFile: key) { 1_577_836_799_999 }
    }
  }

  /// Who is connected stays so; who comes after a reload is shown the new certificate; a bad one changes nothing.
  @Test func reloadsWithoutDroppingAnybody() async throws {
    let folder = try Folder()
    let tls = try ServerTLS(
      certificateFile: folder.write(Certificates.first, "cert.pem"),
      keyFile: folder.write(Certificates.firstKey, "key.pem")
    )
    let (one, two) = (try folder.write(Certificates.first, "other.pem"), try Folder())
    let trustsTwo = try two.write(Certificates.second, "other.pem")
    var options = Listener.Options()
    options.tls = tls
    let log = SocketLog()
    _ = try await withServer(.webSockets(log), options: options) { port, _ in
      try await Self.echo(port, trusting: one, "before") { connection in
        try folder.write(Certificates.second, "cert.pem")
        #expect(throws: TLSFileError.self) { try tls.reload() }
        try await Self.echo(port, trusting: one, "a bad pair changed nothing")
        try folder.write(Certificates.secondKey, "key.pem")
        try tls.reload()
        try await Self.echo(port, trusting: trustsTwo, "after")
        await #expect(throws: WebSocketClientError.self) { try await Self.echo(port, trusting: one, "old trust") }
        try await connection.send(text: "still here")
        var messages = connection.messages.makeAsyncIterator()
        #expect(try await messages.next().map { String(buffer: $0) } == "still here")
      }
    }
  }

  @discardableResult
  static func echo(
    _ port: Int,
    host: String = "localhost",
    trusting file: String?,
    _ text: String,
    _ then: (WebSocketClientConnection) async throws -> Void = { _ in }
  ) async throws -> String? {
    var options = WebSocketClientOptions()
    options.trustedCAFile = file
    let endpoint = try Endpoint(parsing: "wss://\(host):\(port)/ws")
    return try await WebSocketClient.withConnection(to: endpoint, options: options) { connection in
      try await connection.send(text: text)
      var messages = connection.messages.makeAsyncIterator()
      let heard = try await messages.next().map { String(buffer: $0) }
      #expect(heard == text)
      try await then(connection)
      return heard
    }
  }
}
