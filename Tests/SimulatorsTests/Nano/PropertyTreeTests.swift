import Primitives
import Testing

@testable import Simulators

@Suite struct PropertyTreeTests {
  @Test func printsAsANodeDoes() {
    let tree = PropertyTree.object([
      .init("error", "a/b \"c\" \\ \u{1}\n"), .init("none", .object([])), .init("empty", .list([])),
      .init("list", .list([.text("1"), .object([.init("x", "")])])),
    ])
    #expect(
      tree.printed == """
        {
            "error": "a\\/b \\"c\\" \\\\ \\u0001\\n",
            "none": "",
            "empty": "",
            "list": [
                "1",
                {
                    "x": ""
                }
            ]
        }

        """
    )
  }

  @Test func whatItPrintsIsJSON() throws {
    let tree = PropertyTree.object([.init("a", "é\u{7f}\u{1f}/"), .init("b", .list([.text("")]))])
    #expect(try PropertyTree(parsing: tree.bytes) == tree)
  }

  @Test func readsEveryScalarAsText() throws {
    let tree = try PropertyTree(parsing: Array(#"{"a":1,"b":true,"c":null,"d":[1.5],"e":"x"}"#.utf8))
    #expect(tree["a"]?.text == "1")
    #expect(tree["b"]?.truth == true)
    #expect(tree["c"]?.text == "null")
    #expect(tree["d"]?.children.map(\.text) == ["1.5"])
    #expect(tree["e"]?.truth == nil)
  }

  @Test(arguments: [
    "", "{", "hello", "{\"a\":1}x", String(repeating: "[", count: 21) + String(repeating: "]", count: 21),
  ])
  func refuses(_ text: String) {
    #expect(throws: JSONRefusal.self) { try PropertyTree(parsing: Array(text.utf8)) }
  }
}
