import Primitives

/// A method of Core Lightning: what is asked, and how its answer is read.
package protocol CoreLightningCall: Sendable {
  /// What the answer tells.
  associatedtype Answer: Sendable

  /// What is sent.
  var request: CoreLightningRequest { get }
  /// Reads the `result` of an answer; members it does not know are no fault.
  ///
  /// - Throws: `CoreLightningRefusal` where it is not what such a node answers.
  func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> Answer
}
