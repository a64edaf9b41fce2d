/// Stands in for the type of the same name in Sockets, which brings half a server with it.
///
/// `TrustedProxies` only names its words; no fuzzer asks for them.
package enum ClientGate {
  package enum Treatment: Sendable { case relay, limited }
}
