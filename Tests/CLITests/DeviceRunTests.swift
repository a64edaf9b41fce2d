import TestKit
import Testing

/// What `coinslot device run` refuses to trust.
@Suite struct DeviceRunTests {
  private func run(_ folder: Folder, _ url: String, trusting file: String) async throws -> Command.Result {
    try folder.write(String(repeating: "ab", count: 32), "lamp.key")
    return try await Command(folder: folder.path).run(
      "device",
      "run",
      "--virtual",
      "--id",
      "lamp",
      "--key-file",
      "lamp.key",
      "--url",
      url,
      "--ca",
      file
    )
  }

  @Test func trustOnAPlainConnectionIsAMistake() async throws {
    let folder = try Folder()
    try folder.write(Certificates.first, "cert.pem")
    let result = try await run(folder, "ws://127.0.0.1:1/link", trusting: "cert.pem")
    #expect(result.code == 2 && result.error.contains("not encrypted"), "\(result)")
  }

  @Test func aFileThatIsNoCertificateIsNamed() async throws {
    let folder = try Folder()
    try folder.write(Certificates.firstKey, "key.pem")
    let key = try await run(folder, "wss://127.0.0.1:1/link", trusting: "key.pem")
    #expect(key.code == 2 && key.error.contains("key.pem holds no certificate"), "\(key)")
    let nothing = try await run(folder, "wss://127.0.0.1:1/link", trusting: "nothing.pem")
    #expect(nothing.code == 3 && nothing.error.contains("nothing.pem cannot be read"), "\(nothing)")
  }
}
