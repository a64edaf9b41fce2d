/// Everything that takes a high power is made of one: x^((p − 5)/8).
extension Field25519 {
  /// 1/x, and 0 for 0.
  var inverse: Field25519 {
    // p − 2 = 8·(p − 5)/8 + 3
    power.squared(times: 3) * (squared * self)
  }

  /// One of the two y with x·y² = 1; nil where there is none: for 0 and for what is no square.
  var inverseSquareRoot: Field25519? {
    let root = power
    // x·root² = x^((p − 1)/4): a fourth root of one, whose square says whether x is a square.
    let quarter = root.squared * self
    if quarter == .one { return root }
    if quarter == .minusOne { return root * .rootOfMinusOne }
    return nil
  }

  /// Whether x = y⁴ for some y other than 0.
  var isFourthPower: Bool { power.squared * self == .one }

  /// x^((p − 5)/8) = x^(2²⁵² − 3), by 251 squarings and 11 multiplications.
  private var power: Field25519 {
    // The names tell the exponent; onesN has N bits, all of them ones.
    let two = squared
    let nine = two.squared(times: 2) * self
    let eleven = nine * two
    let ones5 = eleven.squared * nine
    let ones10 = ones5.squared(times: 5) * ones5
    let ones20 = ones10.squared(times: 10) * ones10
    let ones40 = ones20.squared(times: 20) * ones20
    let ones50 = ones40.squared(times: 10) * ones10
    let ones100 = ones50.squared(times: 50) * ones50
    let ones200 = ones100.squared(times: 100) * ones100
    let ones250 = ones200.squared(times: 50) * ones50
    return ones250.squared(times: 2) * self
  }

  /// x^(2ⁿ), n at least 1.
  private func squared(times n: Int) -> Field25519 {
    var result = squared
    var left = n &- 1
    while left > 0 {
      result = result.squared
      left &-= 1
    }
    return result
  }
}

extension Field25519 {
  static var minusOne: Field25519 {
    Field25519(0x7FFFFFFFFFFEC, 0x7FFFFFFFFFFFF, 0x7FFFFFFFFFFFF, 0x7FFFFFFFFFFFF, 0x7FFFFFFFFFFFF)
  }

  /// 2^((p − 1)/4), the even one of the two roots of −1.
  static var rootOfMinusOne: Field25519 {
    Field25519(0x61B274A0EA0B0, 0xD5A5FC8F189D, 0x7EF5E9CBD0C60, 0x78595A6804C9E, 0x2B8324804FC1D)
  }
}
