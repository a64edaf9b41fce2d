/// A point of the curve −x² + y² = 1 + d·x²·y² with d = −121665/121666, on which Ed25519 computes.
///
/// Extended coordinates: x = X/Z, y = Y/Z, T = XY/Z. The formulas hold for every pair of points of the curve (Hisil,
/// Wong, Carter and Dawson, "Twisted Edwards Curves Revisited"). For public values only: nothing here takes care to run
/// in constant time. The limbs of all coordinates are tight, except where it says otherwise.
struct EdwardsPoint {
  var x, y, z, t: Field25519

  /// The sum with another point.
  @inline(__always)
  static func + (a: EdwardsPoint, b: Addend) -> Sum {
    let minus = (a.y - a.x) * b.yMinusX
    let plus = (a.y + a.x) * b.yPlusX
    let product = a.t * b.t2d
    let zz = a.z * b.z
    return Sum(minus: minus, plus: plus, product: product, twiceZ: zz + zz)
  }

  /// The sum with another point whose Z is one.
  @inline(__always)
  static func + (a: EdwardsPoint, b: AffineAddend) -> Sum {
    let minus = (a.y - a.x) * b.yMinusX
    let plus = (a.y + a.x) * b.yPlusX
    let product = a.t * b.t2d
    return Sum(minus: minus, plus: plus, product: product, twiceZ: a.z + a.z)
  }

  /// This point as something to be added again and again.
  var addend: Addend { Addend(yPlusX: y + x, yMinusX: y - x, z: z, t2d: t * Self.twiceD) }

  /// The same for a point that is added so often that one inversion pays.
  var affineAddend: AffineAddend {
    let inverse = z.inverse
    let (x, y) = (x * inverse, y * inverse)
    return AffineAddend(yPlusX: y + x, yMinusX: y - x, t2d: x * y * Self.twiceD)
  }

  /// This point without T, which doubling does not need.
  var projective: Projective { Projective(x: x, y: y, z: z) }

  /// 2d.
  private static var twiceD: Field25519 {
    Field25519(0x69B9426B2F159, 0x35050762ADD7A, 0x3CF44C0038052, 0x6738CC7407977, 0x2406D9DC56DFF)
  }
}

extension EdwardsPoint {
  /// A point to be added: Y + X, Y − X (not tight), Z, 2dT.
  struct Addend {
    var yPlusX, yMinusX, z, t2d: Field25519

    /// What takes the point away when it is added.
    @inline(__always)
    static prefix func - (a: Addend) -> Addend { Addend(yPlusX: a.yMinusX, yMinusX: a.yPlusX, z: a.z, t2d: -a.t2d) }
  }

  /// A point to be added whose Z is one: y + x, y − x (not tight), 2dxy.
  struct AffineAddend {
    var yPlusX, yMinusX, t2d: Field25519

    /// What takes the point away when it is added.
    @inline(__always)
    static prefix func - (a: AffineAddend) -> AffineAddend {
      AffineAddend(yPlusX: a.yMinusX, yMinusX: a.yPlusX, t2d: -a.t2d)
    }
  }

  /// x = X/Z, y = Y/Z.
  struct Projective {
    var x, y, z: Field25519

    /// The neutral point (0, 1).
    static var neutral: Projective { Projective(x: .zero, y: .one, z: .one) }

    /// The sum of the point with itself.
    @inline(__always)
    var doubled: Sum {
      let (xx, yy, zz, xy) = (x.squared, y.squared, z.squared, (x + y).squared)
      let sum = yy + xx
      return Sum(e: xy - sum, f: zz + zz + xx - yy, g: yy - xx, h: sum)
    }
  }

  /// A sum whose last multiplications are still to come, since not everybody needs all of them.
  ///
  /// X = EF, Y = GH, Z = FG, T = EH. Not tight; each limb is below 2⁵⁴, as a factor's must be.
  struct Sum {
    var e, f, g, h: Field25519

    @inline(__always)
    init(e: Field25519, f: Field25519, g: Field25519, h: Field25519) { (self.e, self.f, self.g, self.h) = (e, f, g, h) }

    @inline(__always)
    init(minus: Field25519, plus: Field25519, product: Field25519, twiceZ: Field25519) {
      self.init(e: plus - minus, f: twiceZ - product, g: twiceZ + product, h: plus + minus)
    }

    @inline(__always)
    var projective: Projective { Projective(x: e * f, y: g * h, z: f * g) }

    @inline(__always)
    var extended: EdwardsPoint { EdwardsPoint(x: e * f, y: g * h, z: f * g, t: e * h) }
  }
}
