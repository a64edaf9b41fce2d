#if !hasFeature(Embedded)
  extension JSONWriter {
    /// Writes a key; a value must follow.
    public mutating func key(_ key: String) {
      startItem()
      quote(key)
      endKey()
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
      startItem()
      quote(text)
      didWriteValue()
    }

    /// Writes a member with a string.
    public mutating func member(_ key: String, _ value: String) {
      self.key(key)
      string(value)
    }

    /// Writes a value whole.
    public mutating func value(_ value: JSONValue) {
      switch value {
      case .object(let members):
        beginObject()
        for member in members {
          key(member.key)
          self.value(member.value)
        }
        endObject()
      case .array(let elements):
        beginArray()
        for element in elements { self.value(element) }
        endArray()
      case .string(let text): string(text)
      case .number(let digits): number(digits: digits.utf8)
      case .bool(let truth): bool(truth)
      case .null: null()
      }
    }

    private mutating func quote(_ text: String) {
      var rest = text.utf8.makeIterator()
      quote { _ in rest.next() }
    }
  }

  extension JSONValue {
    /// The value as a JSON text, as bytes.
    public func bytes(style: JSONWriter.Style = .compact) -> [UInt8] {
      var writer = JSONWriter(style: style)
      writer.value(self)
      return writer.bytes
    }

    /// The value as a JSON text.
    public func text(style: JSONWriter.Style = .compact) -> String {
      String(decoding: bytes(style: style), as: UTF8.self)
    }
  }
#endif
