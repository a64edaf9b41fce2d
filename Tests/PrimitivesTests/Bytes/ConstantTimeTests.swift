import Primitives
import Testing

@Suite struct ConstantTimeTests {
  @Test(arguments: 0..<40)
  func noticesADifferenceAnywhere(_ index: Int) {
    let a = (0..<40).map { UInt8($0) }
    var b = a
    #expect(equalInConstantTime(a, b))
    #expect(equalInConstantTime(a.span, b.span) == true)
    b[index] ^= 1
    #expect(!equalInConstantTime(a, b))
    #expect(equalInConstantTime(a.span, b.span) == false)
  }

  @Test func differentLengthsDiffer() {
    let a: [UInt8] = [1, 2, 3]
    #expect(!equalInConstantTime(a, a.dropLast()))
    let longer = a + [4]
    #expect(equalInConstantTime(a.span, longer.span) == false)
    #expect(equalInConstantTime([UInt8](), [UInt8]()))
  }
}
