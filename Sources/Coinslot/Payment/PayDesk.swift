/// Where wallets ask how to pay by a link or an address instead of a page: LNURL-pay and Lightning Addresses.
///
/// Each answer is the whole body of a response with status 200, since in LNURL the status says nothing.
public protocol PayDesk: Sendable {
  /// What can be paid under a name.
  func offer(_ name: String) async -> [UInt8]
  /// An invoice for a name, as the query asks for it; `query` is raw, without its `?`.
  func invoice(_ name: String, query: String, for customer: Customer) async -> [UInt8]
  /// Whether the invoice with this payment hash was paid.
  func verify(_ hash: String) async -> [UInt8]
  /// The link that a sign shows for a slot, ready for a QR code; nil where the slot cannot be paid that way.
  func link(_ slot: Slot) -> String?
  /// The address that people can type for a slot, `car@pay.example.org`; nil where there is none.
  func address(_ slot: Slot) -> String?
}
