/// Breaks on a word that chance alone does not find: a run that does not break here is blind.
func fuzzCanary(_ bytes: Span<UInt8>) {
  guard bytes.count >= 4, bytes[0] == 0x63, bytes[1] == 0x6f, bytes[2] == 0x69, bytes[3] == 0x6e else { return }
  broken("the canary, as it must")
}
