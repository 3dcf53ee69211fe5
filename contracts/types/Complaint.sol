// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OrganisationId} from "./Ids.sol";

/// What is stored. What a person sees is the phase, which the clock and the court add (libraries/Phases.sol).
enum ComplaintState {
    None,
    Filed,
    Asked,
    Offered,
    Escalated,
    Paid,
    Confirmed,
    Withdrawn,
    Pledged,
    Delivered
}

/// How the money came to be divided.
enum Outcome {
    None,
    Accepted,
    AcceptedBySilence,
    Defaulted,
    Ruled,
    /// The court had no ruling.
    Refused,
    Settled,
    /// A pledge in kind was not kept in time: the refund that it named is paid.
    PledgeBroken,
    /// It was, by the customer's word or silence: the money is the organisation's.
    PledgeKept
}

/// A complaint in one storage word (from the low end up):
/// customer 160 | organisation 20 | track 3 | claim 1 | deadline 32 | demand 14 | offer 14 | state 4 | flags 8.
///
/// `deadline` is the end of the window that the state names (Unix seconds). In Escalated the court has the clock, and
/// three of its bits say how the case came there.
/// `offer` is in basis points once there is an offer; 0 for a rejection and for a pledge in kind; in Pledged the refund
/// that is due if the pledge is broken. Before the first offer it holds minutes instead: in Filed, how long before the
/// answer deadline the acknowledgement is due; in Asked, how much of the answer window was left. A second word would
/// cost every complaint 22 100 gas.
type ComplaintWord is uint256;

using ComplaintWords for ComplaintWord global;

// Money comes from the bond; there is no order.
uint256 constant CLAIM = 1 << 183;
// Bits of `flags`: offers made 3 | information requests made 2 | then one each.
uint256 constant ACKNOWLEDGED = 1 << 253;
uint256 constant CONTESTED = 1 << 254;
uint256 constant ACCUSING = 1 << 255;
// In Escalated only: somebody else paid the costs; arbitrators outside have the case; the organisation pays all costs.
uint256 constant SPONSORED = 1 << 184;
uint256 constant OUTSIDE = 1 << 185;
uint256 constant ALL_COSTS = 1 << 186;
// Free until the money has moved; then they say who has rated.
uint256 constant RATED_BY_CUSTOMER = 1 << 248;
uint256 constant RATED_BY_ORGANISATION = 1 << 249;

uint256 constant DEADLINE_SHIFT = 184;
uint256 constant DEMAND_SHIFT = 216;
uint256 constant OFFER_SHIFT = 230;
uint256 constant STATE_SHIFT = 244;
uint256 constant OFFERS_SHIFT = 248;
uint256 constant ASKS_SHIFT = 251;

library ComplaintWords {
    function pack(
        address customer_,
        OrganisationId organisation_,
        uint8 track_,
        uint256 deadline_,
        uint256 demand_,
        uint256 offer_
    ) internal pure returns (ComplaintWord) {
        return ComplaintWord.wrap(
            uint256(uint160(customer_)) | uint256(OrganisationId.unwrap(organisation_)) << 160 | uint256(track_) << 180
                | deadline_ << DEADLINE_SHIFT | demand_ << DEMAND_SHIFT | offer_ << OFFER_SHIFT
                | uint256(uint8(ComplaintState.Filed)) << STATE_SHIFT
        );
    }

    function customer(ComplaintWord word) internal pure returns (address) {
        return address(uint160(ComplaintWord.unwrap(word)));
    }

    function organisation(ComplaintWord word) internal pure returns (OrganisationId) {
        return OrganisationId.wrap(uint24(ComplaintWord.unwrap(word) >> 160 & 0xfffff));
    }

    /// What a court needs to recognise the parties: organisation 20 | low bits of the customer 44. Zero where somebody is
    /// accused as well.
    function parties(ComplaintWord word) internal pure returns (uint64) {
        if (word.flag(ACCUSING)) return 0;
        uint256 organisation_ = OrganisationId.unwrap(word.organisation());
        return uint64(organisation_ | uint160(word.customer()) << 20);
    }

    function track(ComplaintWord word) internal pure returns (uint8) {
        return uint8(ComplaintWord.unwrap(word) >> 180 & 0x7);
    }

    function deadline(ComplaintWord word) internal pure returns (uint256) {
        return uint32(ComplaintWord.unwrap(word) >> DEADLINE_SHIFT);
    }

    function demand(ComplaintWord word) internal pure returns (uint256) {
        return ComplaintWord.unwrap(word) >> DEMAND_SHIFT & 0x3fff;
    }

    function offer(ComplaintWord word) internal pure returns (uint256) {
        return ComplaintWord.unwrap(word) >> OFFER_SHIFT & 0x3fff;
    }

    function state(ComplaintWord word) internal pure returns (ComplaintState) {
        return ComplaintState(ComplaintWord.unwrap(word) >> STATE_SHIFT & 0xf);
    }

    function flag(ComplaintWord word, uint256 bit) internal pure returns (bool) {
        return ComplaintWord.unwrap(word) & bit != 0;
    }

    function offerCount(ComplaintWord word) internal pure returns (uint256) {
        return ComplaintWord.unwrap(word) >> OFFERS_SHIFT & 0x7;
    }

    function askCount(ComplaintWord word) internal pure returns (uint256) {
        return ComplaintWord.unwrap(word) >> ASKS_SHIFT & 0x3;
    }

    function withState(ComplaintWord word, ComplaintState state_) internal pure returns (ComplaintWord) {
        return _with(word, STATE_SHIFT, 0xf, uint8(state_));
    }

    function withDeadline(ComplaintWord word, uint256 deadline_) internal pure returns (ComplaintWord) {
        return _with(word, DEADLINE_SHIFT, 0xffffffff, deadline_);
    }

    function withDemand(ComplaintWord word, uint256 demand_) internal pure returns (ComplaintWord) {
        return _with(word, DEMAND_SHIFT, 0x3fff, demand_);
    }

    function withOffer(ComplaintWord word, uint256 offer_) internal pure returns (ComplaintWord) {
        return _with(word, OFFER_SHIFT, 0x3fff, offer_);
    }

    function withFlag(ComplaintWord word, uint256 bit) internal pure returns (ComplaintWord) {
        return ComplaintWord.wrap(ComplaintWord.unwrap(word) | bit);
    }

    function withOfferCounted(ComplaintWord word) internal pure returns (ComplaintWord) {
        return _with(word, OFFERS_SHIFT, 0x7, word.offerCount() + 1);
    }

    function withAskCounted(ComplaintWord word) internal pure returns (ComplaintWord) {
        return _with(word, ASKS_SHIFT, 0x3, word.askCount() + 1);
    }

    /// `value` must fit `mask`; each caller's range check stands where the value is made.
    function _with(ComplaintWord word, uint256 shift, uint256 mask, uint256 value)
        internal
        pure
        returns (ComplaintWord)
    {
        return ComplaintWord.wrap(ComplaintWord.unwrap(word) & ~(mask << shift) | value << shift);
    }

    /// The money has moved: the count of offers makes room for who has rated.
    function asPaid(ComplaintWord word, uint256 confirmDeadline) internal pure returns (ComplaintWord) {
        return _with(word, OFFERS_SHIFT, 0x7, 0).withState(ComplaintState.Paid).withDeadline(confirmDeadline);
    }
}
