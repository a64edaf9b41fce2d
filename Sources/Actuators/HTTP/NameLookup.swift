import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Asks which addresses a host name stands for.
package struct NameLookup: Sendable {
  /// Addresses that are used of one name.
  package static let most = 4

  private let ask: @Sendable (String) async -> [String]

  /// A lookup of one's own; addresses are texts such as `192.0.2.1` and `2001:db8::1`.
  package init(_ ask: @escaping @Sendable (_ host: String) async -> [String]) { self.ask = ask }

  /// As the system knows names.
  package static let system = NameLookup { host in
    await withCheckedContinuation { continuation in
      threads.submit { state in
        guard case .active = state else { return continuation.resume(returning: []) }
        continuation.resume(returning: numeric(host))
      }
    }
  }

  /// The addresses of a host, at most `most`; none where it is not known within `withinMS`.
  ///
  /// An address stands for itself.
  package func addresses(of host: String, withinMS: Int64) async -> [String] {
    if (try? SocketAddress(ipAddress: host, port: 0)) != nil { return [host] }
    let found = FirstAnswer<[String]>()
    // The system's own lookup cannot be broken off, so nobody waits for its thread.
    let asking = Task { found.give(await ask(host)) }
    let timer = Task {
      try? await Task.sleep(for: .milliseconds(max(0, withinMS)))
      found.give([])
    }
    defer {
      asking.cancel()
      timer.cancel()
    }
    let addresses = await withTaskCancellationHandler {
      await found.value()
    } onCancel: {
      found.give([])
    }
    return Array(addresses.filter { (try? SocketAddress(ipAddress: $0, port: 0)) != nil }.prefix(Self.most))
  }

  /// Two threads that may wait for a name service; further questions wait for them.
  private static let threads: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 2)
    pool.start()
    return pool
  }()

  private static func numeric(_ host: String) -> [String] {
    var hints = addrinfo()
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [String] = []
    var next = list
    while let entry = next?.pointee, found.count < most {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
        let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if !found.contains(address) { found.append(address) }
      }
      next = entry.ai_next
    }
    return found
  }
}
