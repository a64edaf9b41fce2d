import Actuators
import Coinslot

/// Cars, and the account that they belong to.
extension ConfigReader {
  private static let tokens = """
    {"refresh_token": "…"}, as Tesla gave it; the server keeps it up to date, so the file needs a folder that the \
    server may write
    """

  /// The account of cars, and the signing proxy.
  func tesla(_ section: ConfigSection?) -> Config.Tesla? {
    guard let section else { return nil }
    let id = section.needed("client_id", why: "write the client id of your Tesla application", Self.any)
    var keys = TeslaKeySettings(clientID: id ?? "")
    keys.url = section.value("auth_url", default: keys.url, standard: keys.url, shown: URLText.shown, Self.any)
    let file = tokenFile(section)
    let normal = TeslaSettings(vin: "")
    let url = section.value("url", default: normal.url, standard: normal.url, shown: URLText.shown, Self.any)
    let certificate = certificateFile(section)
    section.end()
    let isGood = (id == nil || tell(keys.validate(), section)) && tell(proxyMistakes(url, certificate), section)
    guard id != nil, let file, isGood else { return nil }
    return Config.Tesla(keys: keys, tokenFile: file, proxyURL: url, proxyCertificate: certificate)
  }

  /// A car of that account.
  func car(_ section: ConfigSection, shared: SharedSettings) -> Config.Device.Link? {
    if !shared.hasTesla {
      section.error("link", "there is no account of it", hint: "add tesla: { client_id: …, token_file: … } at the top")
    }
    guard let vin = section.needed("vin", why: "write the car's number, 17 characters", Self.any) else { return nil }
    var settings = TeslaSettings(vin: vin)
    if let tesla = shared.tesla { (settings.url, settings.trustedCAFile) = (tesla.proxyURL, tesla.proxyCertificate) }
    return tell(settings.validate().filter { $0.key == "vin" }, section) ? .tesla(settings) : nil
  }

  /// The file of the tokens; never one of systemd's, which cannot be replaced.
  private func tokenFile(_ section: ConfigSection) -> String? {
    let key = "token_file"
    if !section.has(key) { notes.error(section.place, section.path, "\"\(key)\" is missing", hint: Self.tokens) }
    guard let path = path(section, key) else { return nil }
    do throws(Wrong) {
      guard files.credentials.map({ !path.hasPrefix($0 + "/") }) ?? true else {
        throw Wrong("systemd's credentials cannot be replaced", hint: "copy it to a folder that the server may write")
      }
      _ = try files.secret(at: path, make: Self.tokens)
      return path
    } catch {
      section.error(key, error.words, hint: error.hint)
      return nil
    }
  }

  private func proxyMistakes(_ url: String, _ certificate: String?) -> [MachineMistake] {
    TeslaSettings(url: url, trustedCAFile: certificate, vin: "").validate().filter { $0.key == "url" }
  }
}
