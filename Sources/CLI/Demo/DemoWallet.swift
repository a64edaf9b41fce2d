import AsyncHTTPClient
import Foundation
import Lightning
import NIOCore
import Primitives

/// A wallet without money: it asks a Lightning Address for an invoice and checks it as real ones do (LUD-06, LUD-16).
///
/// Paying is left to the toy network.
struct DemoWallet: Sendable {
  /// The coins it has.
  let currency: LightningCurrency

  /// What a service offers under an address.
  ///
  /// - Throws: `Failure` where it offers nothing that can be paid.
  func ask(_ url: String) async throws -> PayRequest {
    let answer = try await fetch(url)
    do throws(LNURLRefusal) { return try PayRequest(reading: answer, plainHTTP: .onionAndLoopback) } catch {
      throw Self.failure(error, url)
    }
  }

  /// An invoice over an amount, as text and checked: its signature, coins, amount, and the hash of what was offered.
  ///
  /// - Throws: `Failure` where a wallet would not pay it.
  func invoice(msat: UInt64, of request: PayRequest) async throws -> (text: String, read: Bolt11Invoice) {
    guard (request.minMsat...request.maxMsat).contains(msat) else {
      throw Failure(.failed, "\(msat) msat cannot be paid here, only \(request.minMsat) to \(request.maxMsat)")
    }
    let question = PayCallback(msat: msat)
    let url = question.url(request.callback)
    let bytes = try await fetch(url)
    do throws(LNURLRefusal) {
      let answer = try PayAnswer(reading: bytes, of: request)
      return (answer.invoice, try answer.checkedInvoice(for: question, of: request, currency: currency))
    } catch { throw Self.failure(error, url) }
  }

  private func fetch(_ url: String) async throws -> [UInt8] {
    do {
      let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
      return Array(buffer: try await response.body.collect(upTo: 1 << 20))
    } catch {
      throw Failure(.failed, "a wallet gets no answer from \(url): \(error)")
    }
  }

  private static func failure(_ refusal: LNURLRefusal, _ url: String) -> Failure {
    if case .service(let words) = refusal { return Failure(.failed, "\(url) says no: \(words)") }
    return Failure(.failed, "a wallet would not take the answer of \(url): \(refusal)")
  }
}
