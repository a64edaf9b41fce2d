import Foundation

/// Questions by curl, which makes up its own mind about certificates.
enum Curl {
  /// The status and the body of an answer; status 0 where there was none.
  struct Answer: Sendable {
    /// What curl itself ended with: 60 where it does not trust the certificate.
    let code: Int32
    let status: Int
    let body: String
  }

  static func get(_ url: String, _ options: [String] = []) async throws -> Answer {
    let file = FileManager.default.temporaryDirectory.appending(path: "coinslot-curl-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: file) }
    // The body into a file, so that none of it is still under way when the program ended.
    let usual = ["-s", "-m", "30", "-o", file, "-w", "%{http_code}\n"]
    let program = try Program("/usr/bin/curl", usual + options + [url])
    let code = try await program.wait(seconds: 40)
    let status = Int(program.lines.first ?? "") ?? 0
    return Answer(code: code, status: status, body: (try? String(contentsOfFile: file, encoding: .utf8)) ?? "")
  }
}
