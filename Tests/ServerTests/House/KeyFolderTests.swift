import Coinslot
import Cryptography
import Foundation
import Primitives
import TestKit
import Testing

@testable import Server

@Suite("Key folder") struct KeyFolderTests {
  private let home: Folder
  private var folder: String { "\(home.path)/keys" }
  private let master = MasterKey(text: String(repeating: "a1", count: 32))
  private let other = MasterKey(text: String(repeating: "b2", count: 32))

  init() throws { home = try Folder() }

  private func keys(_ master: MasterKey?, own: [DeviceID: String] = [:]) -> KeyFolder {
    KeyFolder(folder: folder, ownFiles: own, master: master, entropy: LiveEntropy())
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
  }

  private func device(_ name: String) throws -> DeviceID { try #require(DeviceID(rawValue: name)) }

  @Test func keysInClearAreSealedInPlace() throws {
    let lamp = try device("lamp")
    let key = try keys(nil).makeKey(for: lamp, serial: 1)
    #expect(try text("lamp.1.key").contains(Hex.encode(key)))
    #expect(try keys(master).sealAll() == 1)
    #expect(try text("lamp.1.key").hasPrefix("sealed1:"))
    #expect(try !text("lamp.1.key").contains(Hex.encode(key)))
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/lamp.1.key")[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o600)
    #expect(keys(master).key(of: lamp, serial: 1) == key)
    #expect(try keys(master).sealAll() == 0, "a second time there is nothing to do")
  }

  @Test func newKeysAreSealedAtOnce() throws {
    let lamp = try device("lamp")
    let key = try keys(master).makeKey(for: lamp, serial: 2)
    #expect(try text("lamp.2.key").hasPrefix("sealed1:"))
    #expect(keys(master).key(of: lamp, serial: 2) == key)
    #expect(keys(other).key(of: lamp, serial: 2) == nil && keys(nil).key(of: lamp, serial: 2) == nil)
  }

  @Test func theWrongMasterKeyIsRefusedAndChangesNothing() throws {
    let lamp = try device("lamp"), meter = try device("meter")
    _ = try keys(master).makeKey(for: lamp, serial: 1)
    _ = try keys(nil).makeKey(for: meter, serial: 1)
    let before = try text("meter.1.key")
    #expect(throws: MasterKeyFailure.wrong("\(folder)/lamp.1.key")) { try keys(other).sealAll() }
    #expect(throws: MasterKeyFailure.missing("\(folder)/lamp.1.key")) { try keys(nil).sealAll() }
    #expect(try text("meter.1.key") == before)
  }

  @Test func aSealedKeyCannotBeMovedToAnotherDevice() throws {
    _ = try keys(master).makeKey(for: try device("lamp"), serial: 1)
    try FileManager.default.moveItem(atPath: "\(folder)/lamp.1.key", toPath: "\(folder)/safe.1.key")
    #expect(keys(master).key(of: try device("safe"), serial: 1) == nil)
    #expect(throws: MasterKeyFailure.wrong("\(folder)/safe.1.key")) { try keys(master).sealAll() }
  }

  @Test func filesOfTheOperatorStayAsTheyAre() throws {
    let lamp = try device("lamp"), own = "\(folder)/own"
    let key = try keys(master, own: [lamp: own]).makeKey(for: lamp, serial: 1)
    #expect(try text("own").hasPrefix(Hex.encode(key)))
    #expect(try keys(master, own: [lamp: own]).sealAll() == 0)
    #expect(keys(master, own: [lamp: own]).key(of: lamp, serial: 1) == key)
  }

  @Test func aKeyThatOthersCanReadStopsTheStart() throws {
    _ = try keys(nil).makeKey(for: try device("lamp"), serial: 1)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder)/lamp.1.key")
    #expect(throws: SecretFile.Failure.self) { try keys(nil).sealAll() }
  }

  @Test func revokedKeysGo() throws {
    let lamp = try device("lamp")
    for serial in UInt32(1)...3 { _ = try keys(master).makeKey(for: lamp, serial: serial) }
    _ = try keys(master).makeKey(for: try device("lamp-2"), serial: 1)
    try keys(master).forget(lamp, below: 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["lamp-2.1.key", "lamp.3.key"])
    try keys(master).forget(lamp, below: nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["lamp-2.1.key"])
  }

  @Test func masterKeysAreRead() {
    #expect(MasterKey(text: " \(MasterKey.makeText())\n") != nil)
    #expect(MasterKey.makeText() != MasterKey.makeText())
    #expect(MasterKey(text: String(repeating: "a", count: 63)) == nil && MasterKey(text: "") == nil)
  }
}
