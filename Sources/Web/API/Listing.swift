import Coinslot
import HTTPTypes
import Hummingbird
import Primitives

/// Lists, page by page: `{"data": […], "next_cursor": …}` and a `Link` to the next page.
enum Listing {
  /// The parameters of every list.
  static let parameters = ["cursor", "limit"]

  /// The page that a query asks for.
  ///
  /// - Throws: `Problem` for a limit outside 1 … 200.
  static func page(_ query: QueryParameters) throws(Problem) -> Page {
    Page(cursor: query["cursor"], limit: try query.int("limit", in: 1...200) ?? 50)
  }

  /// The answer with a page; `filters` are the parameters that the next page needs again.
  static func response<Element>(
    _ paged: Paged<Element>,
    path: String,
    page: Page,
    filters: KeyValuePairs<String, String?> = [:],
    _ encode: (Element) -> JSONValue
  ) -> Response {
    var headers: HTTPFields = [:]
    if let next = paged.next {
      var query = ["cursor=\(escaped(next))", "limit=\(page.limit)"]
      for (name, value) in filters { if let value { query.append("\(name)=\(escaped(value))") } }
      headers[.link] = "<\(path)?\(query.joined(separator: "&"))>; rel=\"next\""
    }
    return .json(
      .members(["data": .array(paged.data.map(encode)), "next_cursor": .optional(paged.next)]),
      headers: headers
    )
  }

  /// A value as it stands in a query: all but letters, digits and `-._~` escaped.
  static func escaped(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
      default:
        out.append(0x25)
        Hex.append(byte, to: &out, uppercase: true)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension Array where Element == JSONValue.Member {
  /// Adds an amount as every answer carries it: integer text in the smallest unit, the asset, its decimals.
  mutating func add(_ name: String, _ amount: Amount) { append(.init(name, .string(amount.description))) }

  /// Adds what the amounts of the object are counted in.
  mutating func add(_ asset: Asset?) {
    append(.init("asset", .optional(asset?.code)))
    append(.init("decimals", .optional(asset?.decimals)))
  }
}
