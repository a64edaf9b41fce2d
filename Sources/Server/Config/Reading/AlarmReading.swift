extension ConfigReader {
  func alarms(_ section: ConfigSection?) -> Config.Alarms? {
    guard let section else { return nil }
    let url = webhook(section)
    var alarms = Config.Alarms(webhook: url ?? "")
    alarms.format = section.value("format", default: alarms.format, standard: alarms.format.rawValue) {
      text throws(Wrong) in try WordText.choice(text)
    }
    alarms.leastSeverity = section.value(
      "min_severity",
      default: alarms.leastSeverity,
      standard: alarms.leastSeverity.rawValue
    ) { text throws(Wrong) in try WordText.choice(text) }
    alarms.morning = dayTime(section, "morning", standard: alarms.morning)
    alarms.test = dayTime(section, "test", standard: alarms.test)
    section.end()
    return url == nil ? nil : alarms
  }

  /// The URL, given here or in a file of its own: who knows it can send false alarms, so it is never repeated.
  private func webhook(_ section: ConfigSection) -> String? {
    let isInFile = section.has("webhook_file"), isHere = section.has("webhook")
    section.know(["webhook", "webhook_file"])
    guard isInFile != isHere else {
      section.notes.error(
        section.place,
        section.path,
        isHere ? "\"webhook\" and \"webhook_file\" are both given" : "\"webhook_file\" is missing",
        hint: isHere ? "keep one" : "the file of an https URL that messages are posted to, mode 0600"
      )
      return nil
    }
    guard isInFile else {
      return section.value("webhook", shown: Self.shown) { text throws(Wrong) in
        try Self.webhook(text, setting: section, key: "webhook")
      }
    }
    guard let text = secret(section, "webhook_file", make: "write the URL into it, mode 0600") else { return nil }
    do throws(Wrong) { return try Self.webhook(text, setting: section, key: "webhook_file") } catch {
      section.error("webhook_file", error.words, hint: error.hint)
      return nil
    }
  }

  private static func webhook(_ text: String, setting: ConfigSection, key: String) throws(Wrong) -> String {
    let url: URLText
    do throws(Wrong) {
      url = try URLText(text, schemes: ["https", "http"], example: "https://ntfy.example.org/my-topic")
    } catch {
      // The words of a refusal may repeat the text, and the text is a secret.
      throw Wrong("this is no URL that messages can be posted to", hint: "such as https://ntfy.example.org/my-topic")
    }
    if !url.isEncrypted, !url.isLoopback {
      setting.warning(key, "goes over plain http, for anyone on the way to read and to forge", hint: "use https")
    }
    return text
  }

  /// The URL for a screen, `https://ntfy.example.org/…` without what follows the host.
  private static func shown(_ url: String) -> String {
    guard let mark = url.firstRange(of: "://") else { return "…" }
    let end = url[mark.upperBound...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
    return "\(url[..<end])/…"
  }
}
