import Hummingbird
import Mustache
import NIOCore

/// The page templates, read once.
enum PageLibrary {
  private static let library: MustacheLibrary = {
    MustacheContentTypes.register(PageText(), named: "PAGE")
    var library = MustacheLibrary()
    for (name, bytes) in templates {
      // A template that does not parse is a mistake of ours that the first test of any page shows.
      try? library.register(String(decoding: bytes, as: UTF8.self), named: name)
    }
    return library
  }()

  /// Every template by name.
  static let templates: [String: [UInt8]] = [
    "head": PackageResources.head_mustache, "foot": PackageResources.foot_mustache,
    "pay": PackageResources.pay_mustache, "sale": PackageResources.sale_mustache,
    "home": PackageResources.home_mustache, "error": PackageResources.error_mustache,
  ]

  /// A page's text.
  static func render(_ name: String, _ model: PageModel) -> String {
    library.render(model.values, withTemplate: name) ?? ""
  }

  /// The answer with a page.
  static func response(
    _ name: String,
    _ model: PageModel,
    _ status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:]
  ) -> Response {
    var fields = headers
    fields[.contentType] = "text/html; charset=utf-8"
    fields[.cacheControl] = "no-store"
    if let lang = model.values["lang"] as? String { fields[.contentLanguage] = lang }
    fields[.vary] = "Accept-Language, Cookie"
    return Response(
      status: status,
      headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(string: render(name, model)))
    )
  }
}

/// Puts every text into a page so that it can only be text.
///
/// Scalar by scalar, not character by character: a `<` joined with a combining mark is one character for Swift and still a
/// `<` for a browser.
private struct PageText: MustacheContentType {
  func escapeText(_ text: String) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

/// What a template shows, by name; a name that is not set shows nothing.
struct PageModel {
  private(set) var values: [String: Any] = [:]

  subscript(_ name: String) -> String? {
    get { values[name] as? String }
    set { values[name] = newValue }
  }

  /// Shows a part of the page or not.
  mutating func show(_ name: String, if isShown: Bool) { values[name] = isShown }

  /// A part with its own names.
  mutating func part(_ name: String, _ part: PageModel) { values[name] = part.values }

  /// A part that repeats.
  mutating func list(_ name: String, _ rows: [PageModel]) { values[name] = rows.map(\.values) }
}
