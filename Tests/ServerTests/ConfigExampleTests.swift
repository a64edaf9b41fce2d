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

  /// Reads an example where its key files are: what they hold is for the owner's eyes only, so none is shipped.
  private func load(_ file: String) throws -> LoadedConfig {
    let fixture = try ConfigFixture(files: ConfigSecrets.files)
    let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
    let loader = ConfigLoader(environment: [:], workingFolder: "/", account: NetworkAccounts.account)
    return try loader.load(text: text, name: file, folder: fixture.folder)
  }

  @Test func theyAreThere() {
    for name in ["usb-charger", "parking-meter", "car", "home-assistant", "vending-machine"] {
      #expect(Self.files.contains("\(name).yaml"))
    }
  }

  /// The car's prices, and that each lets it do the right thing.
  @Test func theCarDoesWhatIsPaidFor() throws {
    let config = try load("car.yaml").config
    let slot = try #require(config.slots.first)
    guard case .functions(let steps)? = slot.pay.first?.price else { Issue.record("no functions"); return }
    let told = steps.map { step in
      [step.at.units / 1_000, UInt128(slot.does.output(for: step.gives).number), UInt128(step.gives.ms)]
    }
    #expect(told == [[21, 0, 0], [42, 1, 0], [210, 2, 0], [2_100, 11, 1_800_000]])
    #expect(config.server.publicURL?.hasPrefix("https://") == true, "wallets ask for Lightning Addresses over https")
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
