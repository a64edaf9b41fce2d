import Primitives

extension SocketRequest {
  /// The text to send.
  public var text: String {
    var writer = JSONWriter(style: .spaced)
    writer.beginObject()
    writer.member("action", action.rawValue)
    if let topic { writer.member("topic", topic) }
    if wantsAck {
      writer.key("ack" as StaticString)
      writer.bool(true)
    }
    if let id { writer.member("id", id) }
    if let options {
      writer.key("options" as StaticString)
      options.write(to: &writer)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Reads a request as a node does: what is true may be `true` or `"true"`, a name may be a number, and what is
  /// no account is left out.
  ///
  /// - Throws: `NanoRefusal` for what is not JSON, no object, or no action a node knows.
  public init(decoding text: Span<UInt8>) throws(NanoRefusal) {
    let value = try JSONValue(readingNano: text)
    guard value.object != nil else { throw .notObject }
    let object = try NodeObject(value, "request")
    guard let action = Action(rawValue: try object.required("action", NanoText.text)) else {
      throw .unknownWord("action")
    }
    self.init(
      action,
      topic: try object.optional("topic", NanoText.text),
      wantsAck: try object.flag("ack") ?? false,
      id: object["id"]?.number
    )
    if id == nil { id = try object.optional("id", NanoText.text) }
    if object["options"] != nil { options = try Options(try object.object("options")) }
  }
}

extension SocketRequest.Options {
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.accounts("accounts", accounts)
    writer.accounts("accounts_add", accountsAdd)
    writer.accounts("accounts_del", accountsDelete)
    if let confirmationType { writer.member("confirmation_type", confirmationType) }
    writer.flag("include_block", includeBlock)
    writer.flag("include_election_info", includeElectionInfo)
    writer.flag("include_election_info_with_votes", includeVotes)
    writer.flag("include_sideband_info", includeSidebandInfo)
    writer.flag("all_local_accounts", allLocalAccounts)
    writer.endObject()
  }

  init(_ object: NodeObject) throws(NanoRefusal) {
    self.init(
      accounts: try object.accounts("accounts"),
      accountsAdd: try object.accounts("accounts_add"),
      accountsDelete: try object.accounts("accounts_del"),
      confirmationType: try object.optional("confirmation_type", NanoText.text),
      includeBlock: try object.flag("include_block"),
      includeElectionInfo: try object.flag("include_election_info"),
      includeVotes: try object.flag("include_election_info_with_votes"),
      includeSidebandInfo: try object.flag("include_sideband_info"),
      allLocalAccounts: try object.flag("all_local_accounts")
    )
  }
}

extension NodeObject {
  fileprivate func flag(_ key: String) throws(NanoRefusal) -> Bool? {
    if let flag = self[key]?.bool { return flag }
    return try optional(key, NanoText.flag)
  }

  fileprivate func accounts(_ key: String) throws(NanoRefusal) -> [Bytes32]? {
    guard self[key] != nil else { return nil }
    return try list(key).compactMap { element in element.string.flatMap { try? NanoAddress.decode($0) } }
  }
}

extension JSONWriter {
  fileprivate mutating func accounts(_ key: String, _ accounts: [Bytes32]?) {
    guard let accounts else { return }
    self.key(key)
    beginArray()
    for account in accounts { string(utf8: NanoAddress.ascii(account).span) }
    endArray()
  }

  fileprivate mutating func flag(_ key: String, _ flag: Bool?) {
    guard let flag else { return }
    self.key(key)
    bool(flag)
  }
}
