import Coinslot
import HTTPTypes
import Hummingbird

/// What all pages have around them: language, style, the simulation's banner, the way back.
struct PageFrame {
  let language: Language
  /// Set where the address named a language, so that the next page knows it too.
  let cookie: Cookie?
  private let path: String
  private let query: [(String, String)]

  /// The name of the language's cookie.
  static let cookieName = "lang"

  /// The frame of a request's page.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - path: The page's own address, where the request was sent to another one.
  init(_ request: Request, path: String? = nil) {
    // A page is shown to a person even where the query is odd: what cannot be read is as if it were not there.
    let fields = (try? FormFields.parse(request.uri.query ?? "")) ?? []
    let wanted = fields.last { $0.0 == "lang" }?.1
    language = Language.choose(
      query: wanted,
      cookie: request.cookies[PageFrame.cookieName]?.value,
      accept: request.headers[.acceptLanguage]
    )
    cookie = wanted.flatMap(Language.init(rawValue:)).map {
      Cookie(
        name: PageFrame.cookieName,
        value: $0.rawValue,
        maxAge: 31_536_000,
        path: "/",
        httpOnly: true,
        sameSite: .lax
      )
    }
    // What a form was sent to cannot be opened again.
    self.path = path ?? (request.method == .get || request.method == .head ? request.uri.path : "/")
    query = fields.filter { $0.0 != "lang" }
  }

  var words: Words { language.words }

  /// A parameter of the page's address.
  func parameter(_ name: String) -> String? { query.last { $0.0 == name }?.1 }

  /// The page's own address with some parameters set (nil takes one away).
  func url(setting changes: [String: String?]) -> String {
    var fields = query.filter { !changes.keys.contains($0.0) }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) { if let value { fields.append((name, value)) } }
    guard !fields.isEmpty else { return path }
    return path + "?" + fields.map { "\(Listing.escaped($0.0))=\(Listing.escaped($0.1))" }.joined(separator: "&")
  }

  /// A model with the frame filled in.
  func model(title: String, hasScript: Bool = false) -> PageModel {
    var model = PageModel()
    model["lang"] = language.rawValue
    model["pageTitle"] = title
    model["style"] = StaticFile.style.url
    model["icon"] = StaticFile.icon.url
    model["script"] = hasScript ? StaticFile.script.url : nil
    model["home"] = words(.errorBack)
    model["otherURL"] = url(setting: ["lang": words(.otherLanguageCode)])
    model["otherCode"] = words(.otherLanguageCode)
    model["otherName"] = words(.otherLanguage)
    return model
  }

  /// Adds the simulation's banner where the money is a toy.
  func banner(_ model: inout PageModel, _ chain: Chain?, note: String?) {
    guard let chain, chain.isSimulation else { return }
    model["simulation"] = words(.simulation)
    model["simulationDetail"] = note ?? words(.simulationDetail)
  }

  /// Header fields of the page.
  var headers: HTTPFields {
    var headers: HTTPFields = [:]
    if let cookie { headers.append(HTTPField(name: .setCookie, value: cookie.description)) }
    return headers
  }
}
