import Nano
import Primitives

/// A request to pay is refused, or asks for the same in both forms it is written in.
func fuzzURI(_ bytes: Span<UInt8>) {
  guard let text = bytes.text, let request = try? PaymentURI(parsing: text) else { return }
  for written in [request.text, request.paytoText] where written.utf8.count <= PaymentURI.limit {
    expect(written.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "a link with characters that no link has")
    expect((try? PaymentURI(parsing: written)) == request, "written and read again it asks for something else")
  }
}
