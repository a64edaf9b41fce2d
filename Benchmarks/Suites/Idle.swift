import Coinslot
import Foundation
import Gateway
import LedgerSQLite
import Sockets

/// What a device costs that is connected and says nothing.
enum Idle {
  /// Resident memory for each of so many devices, over plain TCP and over TLS; the devices live in another process.
  static func measure(into report: inout Report, disk: String, devices: Int) async throws {
    let plain = try await bytes(disk, devices, isTLS: false)
    report.add(Line("idle.plain", plain / 1_000, "kB a device"))
    let tls = try await bytes(disk, devices, isTLS: true)
    report.add(Line("idle.tls", tls / 1_000, "kB a device", against: "plain", plain / 1_000))
  }

  private static func bytes(_ disk: String, _ count: Int, isTLS: Bool) async throws -> Double {
    try await World.withFolder(in: disk) { folder in
      let house = try await House(folder: "\(folder)/ours")
      for number in 0...count {
        let id: DeviceID = Charger.name("idle-\(number)")
        _ = try await house.store.keep(id, title: "Idle", nowMS: house.world.nowMS)
      }
      let tls = isTLS ? try certificate(in: folder) : nil
      let shown = try tls.map { try ServerTLS(certificateFile: $0, keyFile: "\(folder)/key.pem") }
      return try await house.running(tls: shown) { url in
        // The first few make what all share.
        let first = try crowd(url, tls, 0..<20)
        try await House.wait { house.registry.connected == 20 }
        let before = try await settled()
        let crowd = try crowd(url, tls, 20..<count)
        try await House.wait { house.registry.connected == count }
        let after = try await settled()
        for process in [first, crowd] {
          process.terminate()
          process.waitUntilExit()
        }
        return Double(after - before) / Double(count - 20)
      }
    }
  }

  /// Memory when the last words are said.
  private static func settled() async throws -> Int {
    try await Task.sleep(for: .seconds(2))
    return Machine.residentBytes
  }

  private static func crowd(_ url: String, _ certificate: String?, _ numbers: Range<Int>) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = ["crowd", url, "\(numbers.lowerBound)", "\(numbers.upperBound)"]
    if let certificate { process.arguments?.append(certificate) }
    try process.run()
    return process
  }

  /// The other process: so many devices that connect and stay.
  static func live(_ arguments: [String]) async throws {
    guard arguments.count >= 3, let first = Int(arguments[1]), let end = Int(arguments[2]) else { return }
    let certificate = arguments.count > 3 ? arguments[3] : nil
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in first..<end {
        let device = SmallDevice("idle-\(number)", key: OneKey.key)
        group.addTask { try await device.live(url: arguments[0], trusting: certificate) }
        try await Task.sleep(for: .milliseconds(3))
      }
      try await group.waitForAll()
    }
  }

  /// Makes a certificate for this machine and gives its file.
  private static func certificate(in folder: String) throws -> String {
    let process = Process(), file = "\(folder)/certificate.pem"
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/key.pem", "-out", file,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    return file
  }
}
