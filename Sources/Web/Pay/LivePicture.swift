import Coinslot
import Primitives

/// What changes on an open page: the slot's state and the customer's progress, in words.
struct LivePicture: Equatable {
  let stateWord: String
  let stateDetail: String
  let stateTone: String
  /// Whether the slot invites to pay.
  let invites: Bool
  /// Whether code and address are to be seen.
  let showsInvitation: Bool

  let kind: String
  let tone: String
  let headline: String
  let detail: String
  /// 0 … 4; nil where the way was left.
  let step: Int?
  /// When what runs will end, wall-clock milliseconds.
  let endsAtMS: Int64?
  /// How long was bought, milliseconds.
  let totalMS: UInt64?
  /// The page of the sale.
  let receipt: String?
  /// Whether nothing more will come.
  let isFinal: Bool

  init(_ situation: PaySituation, progress: Progress, words: Words) {
    let state = StateText(situation.state, nowMS: situation.nowMS, words: words)
    stateWord = state.word
    stateDetail = state.detail
    stateTone = state.tone
    invites = situation.state.invites
    showsInvitation = situation.showsInvitation(progress)
    let text = ProgressText(progress, paid: situation.paid, asset: situation.asset, words: words)
    kind = progress.kind
    tone = text.tone
    headline = text.headline
    detail = text.detail
    step = progress.step
    if case .running(_, let ms) = progress { endsAtMS = ms } else { endsAtMS = nil }
    totalMS = progress.sale?.purchase?.ms
    receipt = progress.sale.map { "/p/\($0.id)" }
    isFinal = progress.isFinal
  }

  /// What is left to run.
  func leftMS(nowMS: Int64) -> UInt64? { endsAtMS.map { UInt64(max(0, $0 - nowMS)) } }

  /// The picture as the page's script reads it.
  func json(nowMS: Int64) -> JSONValue {
    let leftMS = leftMS(nowMS: nowMS)
    return .members([
      "state": .members([
        "word": .string(stateWord), "detail": .string(stateDetail), "tone": .string(stateTone),
        "invites": .bool(invites),
      ]),
      "invitation": .bool(showsInvitation), "kind": .string(kind), "tone": .string(tone),
      "headline": .string(headline), "detail": .string(detail), "step": .optional(step),
      "left_ms": .optional(leftMS), "total_ms": .optional(totalMS), "receipt": .optional(receipt),
      "final": .bool(isFinal),
    ])
  }
}
