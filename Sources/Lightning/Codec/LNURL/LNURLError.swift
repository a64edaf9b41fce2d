package import Primitives

/// How a service says no: with these words and status 200, since the status of HTTP has no meaning here.
package struct LNURLError: Hashable, Sendable {
  /// What the payer is told.
  package let reason: String

  /// A refusal in our own words.
  package init(_ reason: String) { self.reason = reason }

  /// Why there is no invoice.
  package init(_ refusal: CallbackRefusal) { self.init(refusal.reason) }

  /// No product has this address.
  package static let unknownAddress = LNURLError("Unknown address")
  /// No invoice has this hash.
  package static let notFound = LNURLError("Not found")
  /// The machine cannot be reached, so nobody is asked for money.
  package static let deviceOffline = LNURLError("The device is offline, nothing was charged")

  /// The answer as JSON.
  package var json: JSONValue { ["status": "ERROR", "reason": .string(reason)] }
}
