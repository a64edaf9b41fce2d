/// What a client asks for, and its bounds.
package struct WebSocketClientOptions: Sendable {
  /// What shall be spoken; a server that does not agree is left.
  package var subprotocol: String?
  /// Further headers of the handshake.
  package var headers: [(name: String, value: String)] = []
  /// A PEM file with the certificates of those whose word counts about who a `wss` server is; nil: the system's.
  ///
  /// For a server with a certificate of its own making: its own certificate, or that of its maker, in a file.
  package var trustedCAFile: String?
  /// Milliseconds until the connection is there and its handshake done.
  package var connectWithinMS: Int64 = 10_000
  /// Longest message, in bytes; above it the connection is closed with 1009.
  package var maxMessageBytes = 1 << 20
  /// Most frames a message may come in.
  package var maxFragments = 1_024
  /// Most messages that wait for the reader; then nothing more is taken from the network until half are read.
  package var maxWaitingMessages = 64
  /// Most bytes that may wait to be sent; above it `send` fails.
  package var maxPendingBytes = 1 << 20
  /// Milliseconds between two pings; nil: none are sent.
  package var pingEveryMS: Int64? = 25_000
  /// Milliseconds in which something must come after a ping; else the connection is dropped.
  package var pongWithinMS: Int64 = 10_000
  /// Milliseconds that closing waits for the server.
  package var closeWithinMS: Int64 = 1_000

  /// The default: no subprotocol, messages up to 1 MiB.
  package init() {}
}
