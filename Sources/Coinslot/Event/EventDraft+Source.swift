import Primitives

extension EventDraft {
  /// `source.degraded`: a source cannot be trusted; says why.
  public static func sourceDegraded(_ chain: Chain, because words: String) -> EventDraft {
    EventDraft(
      type: "source.degraded",
      data: facts {
        $0.member("source", chain.rawValue); $0.member("reason", words)
      }
    )
  }

  /// `source.recovered`: a source hears well again.
  public static func sourceRecovered(_ chain: Chain) -> EventDraft {
    EventDraft(type: "source.recovered", data: facts { $0.member("source", chain.rawValue) })
  }

  private static func facts(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    write(&writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
