import Cryptography
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Synchronization

/// Answers a repeated request with what the first one was answered (draft-ietf-httpapi-idempotency-key-header).
///
/// ## On failure
/// Kept in memory only: after a restart a key is fresh again. At most `capacity` keys, each for `lifeMS`; a key whose
/// answer shows a secret for `secretLifeMS`. Where all places are taken the oldest finished one goes first, and where
/// all are still running the request is refused.
final class Idempotency: Sendable {
  /// Keys kept at once.
  static let capacity = 1_024
  /// How long an answer is kept, milliseconds.
  static let lifeMS: Int64 = 86_400_000
  /// How long an answer that shows a secret is kept, milliseconds.
  static let secretLifeMS: Int64 = 600_000

  private struct Entry {
    let digest: Bytes32
    let atMS: Int64
    let lifeMS: Int64
    var answer: StoredAnswer?
  }

  private struct StoredAnswer {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let body: ByteBuffer
  }

  private enum Opening {
    case run
    case replay(StoredAnswer)
    case refuse(Problem)
  }

  private let entries = Mutex<[String: Entry]>([:])

  init() {}

  /// Runs a change once for a key; without one, each time.
  ///
  /// - Throws: `Problem` 400 for a bad key, 422 for the same key with another payload, 409 while the first still runs, and
  ///   what `change` throws. A failure that may be repeated is not kept.
  func once(
    _ request: Request,
    body: [UInt8],
    showsSecret: Bool = false,
    nowMS: Int64,
    _ change: () async throws -> Response
  ) async throws -> Response {
    guard let key = try Idempotency.key(request.headers[.idempotencyKey]) else { return try await change() }
    let place = "\(request.method) \(request.uri.path) \(key)"
    let payload = Array("\(request.uri.query ?? "")\n".utf8) + body
    let entry = Entry(
      digest: Sodium.SHA256.hash(payload),
      atMS: nowMS,
      lifeMS: showsSecret ? Idempotency.secretLifeMS : Idempotency.lifeMS
    )
    switch open(place, entry) {
    case .refuse(let problem): throw problem
    case .replay(let answer):
      var headers = answer.headers
      headers[.idempotentReplayed] = "true"
      return Response(status: answer.status, headers: headers, body: ResponseBody(byteBuffer: answer.body))
    case .run: break
    }
    do {
      let response = try await change()
      let collector = BodyCollector()
      try await response.body.write(collector)
      keep(place, StoredAnswer(status: response.status, headers: response.headers, body: collector.bytes))
      return Response(
        status: response.status,
        headers: response.headers,
        body: ResponseBody(byteBuffer: collector.bytes)
      )
    } catch {
      let problem = Problem(error)
      if problem.isRetryable {
        entries.withLock { $0[place] = nil }
      } else {
        let body = ByteBuffer(bytes: problem.body(instance: request.uri.path))
        var headers = problem.headers
        headers[.contentType] = Problem.mediaType
        keep(place, StoredAnswer(status: problem.status, headers: headers, body: body))
      }
      throw error
    }
  }

  private func open(_ place: String, _ entry: Entry) -> Opening {
    entries.withLock { entries in
      if let kept = entries[place], entry.atMS - kept.atMS < kept.lifeMS {
        guard kept.digest == entry.digest else {
          return .refuse(
            Problem(
              .unprocessableContent,
              "idempotency_key_reused",
              "Idempotency-Key was used before",
              "This key came with another payload; use a fresh key for another request."
            )
          )
        }
        guard let answer = kept.answer else {
          return .refuse(.conflict("idempotency_key_running", "The first request is still running.", isRetryable: true))
        }
        return .replay(answer)
      }
      if entries.count >= Idempotency.capacity {
        entries = entries.filter { entry.atMS - $0.value.atMS < $0.value.lifeMS }
      }
      if entries.count >= Idempotency.capacity {
        let finished = entries.filter { $0.value.answer != nil }
        guard let oldest = finished.min(by: { $0.value.atMS < $1.value.atMS }) else {
          return .refuse(.unavailable("idempotency_full", "Too many requests with a key are running.", seconds: 5))
        }
        entries[oldest.key] = nil
      }
      entries[place] = entry
      return .run
    }
  }

  private func keep(_ place: String, _ answer: StoredAnswer) {
    entries.withLock { $0[place]?.answer = answer }
  }

  /// The key of a field: quoted as the draft has it, or bare; 1–255 visible ASCII characters.
  ///
  /// - Throws: `Problem` 400 for anything else.
  static func key(_ field: String?) throws(Problem) -> String? {
    guard let field else { return nil }
    let isQuoted = field.utf8.count >= 2 && field.utf8.first == 0x22 && field.utf8.last == 0x22
    let key = isQuoted ? String(field.dropFirst().dropLast()) : field
    let isFine = key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
    guard (1...255).contains(key.utf8.count), isFine else {
      throw .badRequest(
        "bad_idempotency_key",
        "Idempotency-Key: wanted are 1 to 255 visible ASCII characters, in quotes or bare."
      )
    }
    return key
  }
}

/// Gathers an answer's body, which here is always small.
private final class BodyCollector: ResponseBodyWriter {
  private(set) var bytes = ByteBuffer()

  func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
