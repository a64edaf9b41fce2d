import Foundation

/// Asks a person for what the flags of `init` left open; a wrong answer is told and asked for again.
struct InitQuestions {
  let command: InitCommand

  /// Answers to one question before it gives up.
  private static let tries = 5

  func ask(_ answers: inout InitAnswers, _ isVirtual: inout Bool) throws {
    Standard.error("Paste the Nano address that shall be paid. The server only watches it and can never spend.")
    try ask("Address", given: command.address, \.account, in: &answers, fallback: nil)
    let hadDevice = command.device != nil || command.virtual
    try ask("What is sold (one word)", given: command.slot, \.slot, in: &answers, fallback: answers.slot)
    if command.title == nil {
      answers.title = command.slot == nil && answers.slot == "charger" ? answers.title : answers.slot
    }
    try ask("What people read", given: command.title, \.title, in: &answers, fallback: answers.title)
    try ask("The machine's name", given: command.device, \.device, in: &answers, fallback: answers.device)
    if !hadDevice {
      Standard.error(
        "Is there a machine already, or shall a virtual one be played in a terminal? [virtual/real, virtual]"
      )
      isVirtual = (readLine() ?? "").trimmingCharacters(in: .whitespaces).lowercased().hasPrefix("r") == false
    }
    try ask("Price", given: command.price, \.price, in: &answers, fallback: answers.price)
    try ask("How long it then runs", given: command.gives, \.gives, in: &answers, fallback: answers.gives)
    try ask("Your node's RPC", given: command.rpc, \.rpc, in: &answers, fallback: answers.rpc)
    try ask("Your node's WebSocket", given: command.websocket, \.websocket, in: &answers, fallback: answers.websocket)
  }

  private func ask(
    _ question: String,
    given: String?,
    _ field: WritableKeyPath<InitAnswers, String>,
    in answers: inout InitAnswers,
    fallback: String?
  ) throws {
    guard given == nil else { return }
    for _ in 0..<Self.tries {
      Standard.error(fallback.map { "\(question) [\($0)]:" } ?? "\(question):")
      guard let line = readLine() else {
        throw Failure(.usage, "no answer", hint: "flags answer too: coinslot init --help")
      }
      let text = line.trimmingCharacters(in: .whitespaces)
      var tried = answers
      tried[keyPath: field] = text.isEmpty ? fallback ?? "" : text
      do {
        try command.check(tried)
        answers = tried
        return
      } catch let failure as Failure { Standard.error("  \(Standard.plain(failure.words))") }
    }
    throw Failure(.usage, "no usable answer", hint: "flags answer too: coinslot init --help")
  }
}
