import Sockets
import Testing

@testable import Actuators

@Suite struct AddressRuleTests {
  @Test(arguments: [
    "127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "172.31.0.1", "169.254.1.1", "fe80::1", "fd12::1", "100.64.0.1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "198.18.0.1", "0.0.0.1",
  ]) func isForTheHouseOnly(_ text: String) throws {
    let address = try #require(MappedAddress(text))
    #expect(AddressRule(allowsPrivate: false).refusal(of: address) != nil)
    #expect(AddressRule(allowsPrivate: true).refusal(of: address) == nil)
  }

  @Test(arguments: [
    "169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
    "255.255.255.255", "100.100.100.200",
  ]) func isNeverAsked(_ text: String) throws {
    let address = try #require(MappedAddress(text))
    #expect(AddressRule(allowsPrivate: true).refusal(of: address) != nil)
  }

  @Test(arguments: ["1.1.1.1", "172.32.0.1", "192.169.0.1", "11.0.0.1", "2606:4700::1111", "100.128.0.1"])
  func isOnThePublicNetwork(_ text: String) throws {
    let address = try #require(MappedAddress(text))
    #expect(AddressRule(allowsPrivate: false).refusal(of: address) == nil)
    #expect(!AddressRule.isPrivate(address))
  }
}
