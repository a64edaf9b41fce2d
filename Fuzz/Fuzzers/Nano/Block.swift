import Primitives

@testable import Nano

/// A block is refused, or written and read again as the same, whatever was said beside it.
func fuzzBlock(_ bytes: Span<UInt8>) {
  let spoken = try? SpokenBlock(decoding: bytes)
  if let spoken { holds(spoken) }
  let block = try? Block(decoding: bytes)
  expect(block == (spoken?.isConsistent == true ? spoken?.block : nil), "block and spoken block disagree")
  // The long way round, through a value in memory, must tell the same story.
  guard let value = try? JSONValue(parsing: bytes, maxDepth: 20) else { return }
  if let other = try? SpokenBlock(value), case .object = value, let spoken {
    expect(other == spoken, "read as text and as a value it is another block")
  }
}

private func holds(_ spoken: SpokenBlock) {
  let text = spoken.block.textBytes
  guard let again = try? Block(decoding: text.span) else { broken("written and not read again") }
  expect(again == spoken.block, "written and read again it is another block")
  expect(again.textBytes == text, "written again it is another text")
  expect(again.hash == spoken.block.hash, "another hash")
  var writer = JSONWriter()
  spoken.block.write(to: &writer, subtype: spoken.subtype)
  let written = writer.bytes
  guard let told = try? SpokenBlock(decoding: written.span) else { broken("told and not understood") }
  expect(told.block == spoken.block && told.subtype == spoken.subtype, "told and understood as another")
}
