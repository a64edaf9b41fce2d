import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives
import Simulators
import TestKit

/// A real `coinslot serve` over a toy network, started, killed and asked as an operator would.
final class RunningServer: Sendable {
  let folder: String
  let publicPort: Int
  let callbackPort: Int
  /// The certificate that its public port shows and clients must trust; nil: it speaks plain http.
  let certificate: String?

  var url: String { certificate == nil ? "http://127.0.0.1:\(publicPort)" : "https://localhost:\(publicPort)" }
  var callbackURL: String { "http://127.0.0.1:\(callbackPort)/callback/" }
  var configFile: String { "\(folder)/coinslot.yaml" }
  func keyFile(_ device: String) -> String { "\(folder)/\(device).key" }

  /// Chooses ports; nothing runs yet.
  init(folder: String, isSecure: Bool = false) throws {
    self.folder = folder
    publicPort = try freePort()
    callbackPort = try freePort()
    certificate = isSecure ? try Certificates.write(into: folder).certificate : nil
  }

  /// Writes a configuration without a network: lines of the server's own section, and sections after it.
  func configure(server lines: String = "", more: String = "") throws {
    let tls = certificate.map { "  tls: { certificate: \($0), key: \(folder)/key.pem }" }
    let server = "server:\n  listen: [127.0.0.1:\(publicPort)]\n  data: \(folder)/data"
    let text = [server, tls ?? "", lines, more].filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    try text.write(toFile: configFile, atomically: true, encoding: .utf8)
  }

  /// Writes the configuration: the given node, devices with keys of their own, and slots as YAML lines.
  func configure(rpc: String, webSocket: String?, devices: [String], slots: String, server lines: String = "") throws {
    for device in devices where !FileManager.default.fileExists(atPath: keyFile(device)) {
      let key = (0..<32).map { _ in UInt8.random(in: 0...255) }
      _ = FileManager.default.createFile(
        atPath: keyFile(device),
        contents: Data((Hex.encode(key) + "\n").utf8),
        attributes: [.posixPermissions: 0o600]
      )
    }
    let webSocket = webSocket.map { "\n    websocket: \($0)" } ?? ""
    try configure(
      server: lines,
      more: """
        networks:
          nano:
            chain: sim
            rpc: \(rpc)\(webSocket)
            callback: { listen: "127.0.0.1:\(callbackPort)" }
        devices:
        \(devices.map { "  - { id: \($0), title: \($0), key_file: \(keyFile($0)) }" }.joined(separator: "\n"))
        slots:
        \(slots)
        """
    )
  }

  /// Starts the server and waits until it serves.
  func start(environment: [String: String] = [:]) async throws -> Program {
    let program = try Program.coinslot("serve", "--config", configFile, environment: environment)
    try await program.waitFor("coinslot serves", seconds: 60)
    return program
  }

  /// Starts a virtual device that connects to this server.
  func startDevice(_ id: String, arguments: [String] = []) throws -> Program {
    try Program(
      Program.binary,
      [
        "device", "run", "--virtual", "--id", id, "--key-file", keyFile(id), "--url",
        "ws://127.0.0.1:\(publicPort)/link", "--state", "\(folder)/\(id).state", "--trace", "\(folder)/\(id).trace",
      ] + arguments
    )
  }

  var adminToken: String {
    get throws {
      let text = try String(contentsOfFile: "\(folder)/data/admin.token", encoding: .utf8)
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// Asks the API with the admin token.
  func get(_ path: String) async throws -> JSONValue {
    let authorization = "Bearer \(try adminToken)"
    if let certificate {
      let answer = try await Curl.get(url + path, ["--cacert", certificate, "-H", "Authorization: \(authorization)"])
      guard answer.status == 200 else { throw Wrong(status: answer.status, body: answer.body) }
      return try JSONValue(parsing: answer.body)
    }
    var request = HTTPClientRequest(url: url + path)
    request.headers.add(name: "authorization", value: authorization)
    let (response, body) = try await answer(to: request)
    guard response.status == .ok else {
      throw Wrong(status: Int(response.status.code), body: String(decoding: body, as: UTF8.self))
    }
    return try JSONValue(parsing: body)
  }

  /// The answer to a question that changes nothing; asked a second time where an idle connection had just been closed.
  private func answer(to request: HTTPClientRequest) async throws -> (HTTPClientResponse, [UInt8]) {
    func ask() async throws -> (HTTPClientResponse, [UInt8]) {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
      return (response, Array(buffer: try await response.body.collect(upTo: 32 << 20)))
    }
    do { return try await ask() } catch {
      try await Task.sleep(for: .milliseconds(100))
      return try await ask()
    }
  }

  /// An answer other than 200.
  struct Wrong: Error { let status: Int, body: String }

  /// All rows of a list, page by page.
  func all(_ path: String) async throws -> [JSONValue] {
    var rows: [JSONValue] = []
    var cursor: String?
    repeat {
      let page = try await get("\(path)?limit=200" + (cursor.map { "&cursor=\($0)" } ?? ""))
      rows += page["data"]?.array ?? []
      cursor = page["next_cursor"]?.string
    } while cursor != nil
    return rows
  }

  /// Posts a body to the callback listener; gives status and body.
  func post(_ body: [UInt8], headers: [(String, String)] = [("content-type", "application/json")]) async throws
    -> (status: Int, body: String)
  {
    var request = HTTPClientRequest(url: callbackURL)
    request.method = .POST
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.body = .bytes(body)
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1 << 20)))
  }

  /// The lines of a virtual device's trace that speak of some dispatches.
  func trace(_ device: String, of ids: some Sequence<String>) -> [Substring] {
    let text = (try? String(contentsOfFile: "\(folder)/\(device).trace", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { line in ids.contains { line.contains($0) } }
  }

  /// When a virtual device switched on for each dispatch, wall-clock milliseconds.
  func starts(_ device: String) -> [(id: String, atMS: Int64)] {
    let text = (try? String(contentsOfFile: "\(folder)/\(device).trace", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      guard let row = try? JSONValue(parsing: String(line)), row["is"]?.string == "on", let id = row["id"]?.string,
        let atMS = row["at"]?.number.flatMap({ Int64($0) })
      else { return nil }
      return (id, atMS)
    }
  }

  /// What a virtual device's trace says of its pulses: how often each dispatch was switched on.
  func pulses(_ device: String) -> [String: Int] {
    let text = (try? String(contentsOfFile: "\(folder)/\(device).trace", encoding: .utf8)) ?? ""
    var counts: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      guard let row = try? JSONValue(parsing: String(line)), row["is"]?.string == "on", let id = row["id"]?.string
      else { continue }
      counts[id, default: 0] += 1
    }
    return counts
  }
}
