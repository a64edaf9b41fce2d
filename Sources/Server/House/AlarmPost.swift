package import AsyncHTTPClient
import Coinslot
package import Engine
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives

/// Posts messages for a person to a webhook.
///
/// The URL is a secret: it stands in no error and no log. Redirects are not followed, since they would carry the message
/// to somebody else.
package struct AlarmPost: Sendable {
  /// How long one attempt may take, seconds.
  package static let timeoutSeconds: Int64 = 15
  /// Bytes of an answer that are read.
  private static let answerLimit = 65_536

  private let webhook: Config.Secret
  private let format: Config.Alarms.Format
  private let client: HTTPClient

  /// Messages over a client that follows no redirects (`client()`).
  package init(_ alarms: Config.Alarms, client: HTTPClient) {
    webhook = alarms.webhook
    format = alarms.format
    self.client = client
  }

  /// A client for messages; whoever makes it shuts it down.
  package static func client() -> HTTPClient {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout = .init(connect: .seconds(5), read: .seconds(timeoutSeconds))
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// What came back.
  package enum Answer: Hashable, Sendable, CustomStringConvertible {
    /// A status of 200 to 299: the message arrived.
    case arrived(status: Int)
    /// Another status.
    case refused(status: Int, words: String)
    /// No answer.
    case unreachable(String)

    /// Whether the message arrived.
    package var isGood: Bool { if case .arrived = self { true } else { false } }

    /// A sentence without the URL.
    package var description: String {
      switch self {
      case .arrived(let status): "the webhook took it (status \(status))"
      case .refused(let status, let words) where (300..<400).contains(status):
        "the webhook sends us elsewhere (status \(status)), which is not followed; name the right URL\(words)"
      case .refused(let status, let words): "the webhook refuses it (status \(status))\(words)"
      case .unreachable(let words): "the webhook cannot be reached: \(words)"
      }
    }
  }

  /// Posts one message.
  package func send(_ notice: AlarmNotice, merged: Int = 0) async -> Answer {
    var request = HTTPClientRequest(url: webhook.text)
    request.method = .POST
    request.headers.add(name: "User-Agent", value: "coinslot/\(Release.version)")
    // As ntfy reads them; others leave them alone.
    request.headers.add(name: "Title", value: Self.plain("Coinslot: \(notice.title)"))
    request.headers.add(name: "Priority", value: notice.severity == .now ? "urgent" : "default")
    switch format {
    case .json:
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(string: notice.json(merged: merged).text()))
    case .text:
      request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
      request.body = .bytes(ByteBuffer(string: Self.text(notice, merged: merged)))
    }
    do {
      let response = try await client.execute(request, timeout: .seconds(Self.timeoutSeconds))
      let status = Int(response.status.code)
      let body = try? await response.body.collect(upTo: Self.answerLimit)
      guard !(200..<300).contains(status) else { return .arrived(status: status) }
      return .refused(status: status, words: words(body))
    } catch {
      return .unreachable(Self.words(for: error))
    }
  }

  /// Posts the message that shows that messages arrive.
  package func sendTest() async -> Answer { await send(.test) }

  private static func text(_ notice: AlarmNotice, merged: Int) -> String {
    let next = notice.next.isEmpty ? "" : "\n\nNext: \(notice.next)"
    return notice.text + (merged > 0 ? " (and \(merged) more before)" : "") + next
  }

  /// The beginning of what a refusing webhook says, unless it repeats the secret.
  private func words(_ body: ByteBuffer?) -> String {
    guard let body else { return "" }
    let text = String(buffer: body).prefix(200).filter { !$0.isNewline }
    let path = webhook.text.split(separator: "/").last.map(String.init) ?? webhook.text
    return text.isEmpty || text.contains(path) ? "" : ": \(text)"
  }

  /// Header fields carry plain characters only.
  private static func plain(_ text: String) -> String {
    String(text.unicodeScalars.map { (0x20..<0x7f).contains($0.value) ? Character($0) : "?" })
  }

  /// Why nothing came back; an error's own text might hold the URL.
  private static func words(for error: any Error) -> String {
    switch error {
    case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded:
      "no answer within \(timeoutSeconds) s"
    case let error as HTTPClientError: error.shortDescription
    case is NIOConnectionError: "nobody listens there, or its name is not known"
    default: "connection failed (\(type(of: error)))"
    }
  }
}
