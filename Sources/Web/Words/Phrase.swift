/// Everything a page can say; each language's file in `Pages/` has exactly these keys.
package enum Phrase: String, CaseIterable, Sendable {
  // The page around
  case simulation, simulationDetail, otherLanguage, otherLanguageCode
  case homeTitle, homeLead, homeEmpty
  case errorTitle, errorBack, errorNotFound, errorNotAllowed, errorTooMany, errorServer, errorRequest

  // The slot's state
  case stateReady, stateReadyDetail
  case stateBusy, stateBusyExtends, stateBusyQueues
  case stateOccupied, stateOccupiedDetail
  case stateAway, stateAwayDetail
  case stateClosed, stateClosedDetail
  case stateNotWatching, stateNotWatchingDetail
  case stateTrouble, stateTroubleDetail
  case stateOutOfOrder, stateOutOfOrderDetail
  case doNotPay

  // Price and paying
  case prices, priceRate, priceRateBounds, priceAbove
  case payHeading, payExactly, payName, payOpenWallet, payTo
  case copyAddress, copyAmount, copied, copyFailed
  case quoteHeading, quoteLead, quoteButton, quoteOther, quoteOtherHint
  case quoteEnds, quoteMinuteLeft, quoteRenew, quoteOver, quoteOverDetail
  case networkChoice

  // The live result
  case resultHeading, stepSeen, stepConfirmed, stepRunning, stepDone
  case liveWaiting, liveWaitingDetail
  case liveSeen, liveSeenDetail
  case livePart, livePartDetail
  case liveConfirmed, liveConfirmedDetail
  case liveDoubt, liveDoubtDetail
  case liveRunning, liveRunningDetail
  case liveDone, liveDoneDetail
  case liveSent, liveSentDetail
  case livePartly, livePartlyDetail
  case liveExpired, liveExpiredDetail
  case liveFailed, liveFailedDetail
  case liveHeld, liveHeldDetail
  case liveRefundDue, liveRefundDueDetail
  case liveRefunded, liveRefundedDetail
  case liveReverted, liveRevertedDetail
  case liveUnknown, liveUnknownDetail
  case timeLeft, receiptLink, refreshHint

  // Why money was held
  case heldUnderpaid, heldOverpaid, heldTooOld, heldClosed, heldBusy, heldQueueFull, heldNoSlot, heldLate
  case heldDevice, heldRestored, heldOther

  // What went wrong with a wish for an offer
  case wishTooLittle, wishTooMuch, wishNoAmount, wishTooMany, wishNetworkFull, wishTableFull
  case wishNotNow, wishTooFast

  // The page of a sale
  case saleTitle, saleLead, saleBought, salePaid, salePrice, saleRemainder, saleRecorded, saleEnded, saleNothing
  case saleBack, saleNumber, saleState

  // Times and things bought
  case aMoment, seconds, secondsOne, minutes, minutesOne, hours, hoursOne, days, daysOne, once, functionFor
}
