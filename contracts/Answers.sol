// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CaseRecord} from "./CaseRecord.sol";
import {IBondClaims} from "./interfaces/IBondClaims.sol";
import {IComplaintDesk} from "./interfaces/IComplaintDesk.sol";
import {Fees} from "./libraries/Fees.sol";
import {Phase, Phases} from "./libraries/Phases.sol";
import {ACKNOWLEDGED, CLAIM, ComplaintState, ComplaintWord} from "./types/Complaint.sol";
import {ComplaintId} from "./types/Ids.sol";

/// What the organisation answers, and what the customer tells it; the desk's interface is the manual.
abstract contract Answers is CaseRecord {
    uint256 internal constant MAX_OFFERS = 4;
    uint256 internal constant MAX_ASKS = 2;
    /// Each offer of money is this much above the last.
    uint256 internal constant OFFER_STEP = 500;
    /// How long the customer has to reply to a request, and to an offer or a delivery.
    uint256 internal constant REPLY_WINDOW = 72 hours;
    uint256 internal constant OFFER_WINDOW = 7 days;
    /// 1 sends the goods again, 2 puts it right.
    uint8 internal constant MAX_PLEDGE = 2;
    uint256 internal constant MIN_PLEDGE_HOURS = 24;
    uint256 internal constant MAX_PLEDGE_HOURS = 60 * 24;

    IBondClaims public immutable claims;

    /// The pledge that the latest offer is, if it is one: hours to deliver 16 | refund if missed (basis points) 16.
    mapping(ComplaintId complaint => uint256) internal _pledges;

    /// @inheritdoc IComplaintDesk
    function acknowledge(ComplaintId complaint, bytes32 digest) external {
        (ComplaintWord word, address actor) = _operated(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Filed) revert WrongPhase(complaint, current);
        if (word.flag(ACKNOWLEDGED)) revert AlreadyAcknowledged(complaint);
        complaints[complaint] = word.withFlag(ACKNOWLEDGED);
        _acknowledged(complaint, word, digest, actor);
    }

    /// @inheritdoc IComplaintDesk
    function ask(ComplaintId complaint, bytes32 digest) external {
        (ComplaintWord word, address actor) = _operated(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Filed) revert WrongPhase(complaint, current);
        if (word.askCount() == MAX_ASKS) revert TooManyRequests(complaint, MAX_ASKS);
        _firstReply(complaint, word, actor);
        uint256 left = (Phases.answerDeadline(word) - block.timestamp + 59) / 1 minutes;
        uint32 deadline = uint32(block.timestamp + REPLY_WINDOW);
        complaints[complaint] = word.withFlag(ACKNOWLEDGED).withAskCounted().withState(ComplaintState.Asked)
            .withDeadline(deadline).withOffer(left);
        _record(complaint, InformationRequested.selector, abi.encode(complaint, actor, deadline, digest), actor);
    }

    /// @inheritdoc IComplaintDesk
    function inform(ComplaintId complaint, bytes32 digest) external {
        (ComplaintWord word, address actor) = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Asked) revert WrongPhase(complaint, current);
        uint32 deadline = uint32(Phases.resumed(word, block.timestamp));
        complaints[complaint] = word.withState(ComplaintState.Filed).withDeadline(deadline).withOffer(0);
        _record(complaint, Informed.selector, abi.encode(complaint, actor, deadline, digest), actor);
        _echo(complaint, digest, actor);
    }

    /// @inheritdoc IComplaintDesk
    function offer(ComplaintId complaint, uint16 share, bytes32 digest) external {
        (ComplaintWord word, address actor) = _operated(complaint);
        (ComplaintWord next, uint256 last) = _nextOffer(complaint, word, share);
        uint256 min = next.offerCount() == 1 ? 0 : last + OFFER_STEP;
        if (share < min || share > Fees.ALL) revert ShareInvalid(share, min, Fees.ALL);
        _firstReply(complaint, word, actor);
        complaints[complaint] = next;
        (uint8 number, uint32 deadline) = (uint8(next.offerCount()), uint32(next.deadline()));
        _record(complaint, Offered.selector, abi.encode(complaint, actor, number, share, deadline, digest), actor);
        _echo(complaint, digest, actor);
    }

    /// @inheritdoc IComplaintDesk
    function pledge(ComplaintId complaint, uint8 kind, uint16 dueHours, uint16 refund, bytes32 digest) external {
        (ComplaintWord word, address actor) = _operated(complaint);
        if (kind == 0 || kind > MAX_PLEDGE) revert PledgeInvalid(kind, MAX_PLEDGE);
        if (dueHours < MIN_PLEDGE_HOURS || dueHours > MAX_PLEDGE_HOURS) {
            revert DueInvalid(dueHours, MIN_PLEDGE_HOURS, MAX_PLEDGE_HOURS);
        }
        if (refund == 0 || refund > Fees.ALL) revert ShareInvalid(refund, 1, Fees.ALL);
        // One a case: each takes weeks, and the bond must stay for the longest case. And first: after an offer of money it
        // would take that offer back.
        if (word.offerCount() != 0) revert PledgeTooLate(complaint);
        (ComplaintWord next,) = _nextOffer(complaint, word, refund);
        _firstReply(complaint, word, actor);
        complaints[complaint] = next.withOffer(0);
        _pledges[complaint] = uint256(dueHours) | uint256(refund) << 16;
        (uint8 number, uint32 deadline) = (uint8(next.offerCount()), uint32(next.deadline()));
        _record(
            complaint,
            PledgeOffered.selector,
            abi.encode(complaint, actor, number, kind, dueHours, refund, deadline, digest),
            actor
        );
        _echo(complaint, digest, actor);
    }

    /// @inheritdoc IComplaintDesk
    function deliver(ComplaintId complaint, bytes32 digest) external {
        (ComplaintWord word, address actor) = _operated(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Pledged) revert WrongPhase(complaint, current);
        uint32 deadline = uint32(block.timestamp + OFFER_WINDOW);
        complaints[complaint] = word.withState(ComplaintState.Delivered).withDeadline(deadline);
        _record(complaint, Delivered.selector, abi.encode(complaint, actor, deadline, digest), actor);
    }

    /// @inheritdoc IComplaintDesk
    function reopen(ComplaintId complaint, bytes32 digest) external {
        (ComplaintWord word, address actor) = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Delivered) revert WrongPhase(complaint, current);
        uint32 deadline = uint32(block.timestamp + OFFER_WINDOW);
        complaints[complaint] = word.withState(ComplaintState.Offered).withDeadline(deadline).withOffer(0);
        delete _pledges[complaint];
        _record(complaint, Reopened.selector, abi.encode(complaint, actor, deadline, digest), actor);
    }

    /// The word after one more offer of `share`, and the money that the last one offered.
    function _nextOffer(ComplaintId complaint, ComplaintWord word, uint16 share)
        private
        view
        returns (ComplaintWord next, uint256 last)
    {
        Phase current = Phases.phase(word, block.timestamp);
        if (current == Phase.Offered) last = word.offer();
        else if (current != Phase.Filed && current != Phase.Asked) revert WrongPhase(complaint, current);
        if (word.offerCount() == MAX_OFFERS) revert TooManyOffers(complaint, MAX_OFFERS);
        // Only a ruling pays from a bond: what is offered there must have been sent along.
        if (word.flag(CLAIM) && !claims.covers(complaint, share)) revert OfferNotFunded(complaint, share);
        next = word.withFlag(ACKNOWLEDGED).withOfferCounted().withState(ComplaintState.Offered)
            .withDeadline(block.timestamp + OFFER_WINDOW).withOffer(share);
    }

    /// A question or an offer is a first reply as well.
    function _firstReply(ComplaintId complaint, ComplaintWord word, address actor) private {
        if (!word.flag(ACKNOWLEDGED)) _acknowledged(complaint, word, 0, actor);
    }

    function _acknowledged(ComplaintId complaint, ComplaintWord word, bytes32 digest, address actor) private {
        bool onTime = block.timestamp < word.deadline() - word.offer() * 1 minutes;
        _record(complaint, Acknowledged.selector, abi.encode(complaint, actor, onTime, digest), actor);
    }
}
