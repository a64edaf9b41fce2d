package import Hummingbird
package import NIOCore

/// What a request carries beside itself: who it came from, and its bounds.
package struct RequestScope: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// The peer's address; nil on a socket that has none.
  package let peer: SocketAddress?

  /// The greatest body, bytes.
  package static let greatestBody = 65_536

  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    peer = source.channel.remoteAddress
  }

  package var maxUploadSize: Int { RequestScope.greatestBody }
}
