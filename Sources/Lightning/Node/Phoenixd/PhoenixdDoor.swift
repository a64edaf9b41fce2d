import Cryptography
import NIOHTTP1
import Primitives

/// Calls to a phoenixd, with our password.
struct PhoenixdDoor: Sendable {
  let http: NodeHTTP
  let passwordFile: String

  /// Why there is no answer.
  enum Trouble: Error {
    /// HTTP 404.
    case unknown
    case failure(NodeFailure)

    /// For calls that ask for no single thing.
    var failure: NodeFailure {
      switch self {
      case .unknown: .unsupported("phoenixd knows no such call: it is too old, or something else stands at its address")
      case .failure(let failure): failure
      }
    }
  }

  /// Asks, and reads the answer; a `form` is posted.
  func ask<Answer>(
    _ path: String,
    form: [UInt8]? = nil,
    _ read: ([UInt8]) throws(PhoenixdRefusal) -> Answer
  ) async throws(Trouble) -> Answer {
    let reply: NodeHTTP.Reply
    do throws(NodeFailure) {
      reply = try await send(path, form: form)
    } catch {
      throw .failure(error)
    }
    let words = "phoenixd answers HTTP \(reply.status): \"\(NodeWords.clean(reply.body))\""
    switch reply.status {
    case 200:
      do throws(PhoenixdRefusal) {
        return try read(reply.body)
      } catch {
        throw .failure(.garbled("phoenixd answers \(error.words)"))
      }
    case 401, 403:
      throw .failure(
        .refused("\(words); \(passwordFile) must hold http-password-limited-access of its phoenix.conf")
      )
    case 404: throw .unknown
    case 300..<400: throw .failure(.refused("\(words): it sends us elsewhere; correct its address"))
    case 400, 405, 415: throw .failure(.unsupported(words))
    default: throw .failure(.away(words))
    }
  }

  /// Asks, and gives the reply whatever its status.
  func send(_ path: String, form: [UInt8]? = nil) async throws(NodeFailure) -> NodeHTTP.Reply {
    var call = NodeHTTP.Call(path: path)
    call.headers = [try header()]
    if let form {
      call.method = .POST
      call.contentType = "application/x-www-form-urlencoded"
      call.body = form
    }
    return try await http.send(call)
  }

  /// The header that shows the password; any user name is right.
  func header() throws(NodeFailure) -> (name: String, value: String) {
    let password = try NodeFile.readSecretText(passwordFile)
    return (name: "Authorization", value: "Basic " + Sodium.Base64.encode(Array(":\(password)".utf8)))
  }
}
