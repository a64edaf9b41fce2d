import Coinslot
import Foundation
import Testing

@testable import Server

/// The files of `examples/`, with real addresses.
@Suite("Config examples")
struct ConfigExampleTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("examples").path

  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()

  private func load(_ file: String) throws -> LoadedConfig {
    let loader = ConfigLoader(environment: [:], workingFolder: "/", account: NetworkAccounts.account)
    return try loader.load(file: "\(Self.folder)/\(file)")
  }

  @Test func theyAreThere() {
    #expect(Self.files.contains("usb-charger.yaml") && Self.files.contains("parking-meter.yaml"))
  }

  @Test(arguments: files) func theyHaveNoMistake(_ file: String) throws {
    do {
      let loaded = try load(file)
      #expect(loaded.warnings.isEmpty, "\(loaded.warnings.map(\.text))")
      #expect(!loaded.config.slots.isEmpty && !loaded.config.devices.isEmpty)
    } catch let refusal as ConfigRefusal {
      Issue.record("\(refusal)")
    }
  }

  /// The comments promise that each choice is explained.
  @Test(arguments: files) func theyExplainThemselves(_ file: String) throws {
    let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.filter { $0.hasPrefix("#") }.count * 2 > lines.filter { !$0.hasPrefix("#") }.count)
  }

  @Test func realAddressesAreTold() {
    func refusal(_ text: String, _ chain: Chain = .nanoLive) -> String? {
      do throws(AddressRefusal) {
        _ = try NetworkAccounts.account(chain, text)
        return nil
      } catch { return error.reason }
    }
    let good = "nano_1ipx847tk8o46pwxt5qjdbncjqcbwcc1rrmqnkztrfjy5k7z4imsrata9est"
    #expect(refusal(good) == nil)
    #expect(refusal(good.replacing("nano_", with: "xrb_")) == nil)
    #expect(refusal(String(good.dropLast()))?.contains("59 characters") == true)
    #expect(refusal(good + "1")?.contains("61 characters") == true)
    #expect(refusal(good.replacing("est", with: "ess"))?.contains("checksum") == true)
    #expect(refusal(good.replacing("8", with: "l"))?.contains("character that none has") == true)
    #expect(refusal(good.replacing("nano_", with: "ban_"))?.contains("begins with nano_") == true)
    #expect(refusal("nano_1111111111111111111111111111111111111111111111111111hifc8npp")?.contains("burn") == true)
    #expect(
      refusal("nano_3t6k35gi95xu6tergt6p69ck76ogmitsa8mnijtpxm9fkcm736xtoncuohr3")?.contains("first account") == true
    )
  }
}
