import Hummingbird

/// A failure as a person reads it.
struct ErrorPage {
  private let problem: Problem

  init(_ problem: Problem) { self.problem = problem }

  /// The page, in the language of the request.
  func response(to request: Request) -> Response {
    let frame = PageFrame(request)
    var model = frame.model(title: frame.words(.errorTitle))
    model["heading"] = frame.words(.errorTitle)
    model["text"] = frame.words(phrase)
    return PageLibrary.response("error", model, problem.status, headers: problem.headers)
  }

  private var phrase: Phrase {
    switch problem.status.code {
    case 404: .errorNotFound
    case 405: .errorNotAllowed
    case 429: .errorTooMany
    case 500...599: .errorServer
    default: .errorRequest
    }
  }
}
