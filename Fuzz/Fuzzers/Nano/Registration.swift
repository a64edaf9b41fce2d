import Primitives

@testable import Gateway
@testable import Nano

/// Both readers of an old client's registration hear the same account and the same key.
func fuzzRegistration(_ text: Span<UInt8>) {
  let door = try? Gateway.CallRegistration(decoding: text)
  let known = (try? Nano.CallRegistration.decode(text)) ?? nil
  if let known {
    let written = Array(known.text.utf8)
    let again = (try? Nano.CallRegistration.decode(written.span)) ?? nil
    expect(again == known, "written and read again it is another registration")
  }
  guard let door else { return }
  expect(door.address.count <= Gateway.CallRegistration.fieldLimit, "an address beyond the bound")
  expect((door.apiKey?.count ?? 0) <= Gateway.CallRegistration.fieldLimit, "a key beyond the bound")
  guard let known else { return }
  expect((try? NanoAddress.decode(door.address.span)) == known.account, "another account")
  expect(door.apiKey == known.apiKey.map { Array($0.utf8) }, "another key")
}
