import Coinslot
import Testing

@Suite struct CustomerTests {
  @Test(arguments: [(999, 249), (40, 10), (12, 3), (4, 3), (0, 3)])
  func oneNetworkKeepsAQuarter(_ places: Int, _ most: Int) {
    #expect(Customer.most(of: places) == most)
  }
}
