// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Actors} from "./Actors.sol";
import {Answers} from "./Answers.sol";
import {IBondClaims} from "./interfaces/IBondClaims.sol";
import {ICaseFund} from "./interfaces/ICaseFund.sol";
import {IComplaintDesk} from "./interfaces/IComplaintDesk.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IExclusions} from "./interfaces/IExclusions.sol";
import {IOrderEscrow} from "./interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {IOutsideArbitrators} from "./interfaces/IOutsideArbitrators.sol";
import {Fees} from "./libraries/Fees.sol";
import {Phase, Phases} from "./libraries/Phases.sol";
import {Trail} from "./libraries/Trail.sol";
import {
    ALL_COSTS,
    CLAIM,
    ComplaintState,
    ComplaintWord,
    ComplaintWords,
    OUTSIDE,
    Outcome,
    SPONSORED
} from "./types/Complaint.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";
import {Order} from "./types/Order.sol";
import {PolicyWord} from "./types/Policy.sol";

/// From the filing to the payment; the interface is the manual.
contract ComplaintDesk is IExclusions, Answers, Multicall {
    uint8 internal constant MAX_CATEGORY = 6;
    /// Tracks from here up name an arbitrator outside.
    uint8 internal constant OUTSIDE_TRACKS = 4;

    ICaseFund public immutable escrow;
    /// Opens complaints that were anchored.
    address public immutable anchor;

    /// Who paid the costs of a case in the customer's stead.
    mapping(ComplaintId complaint => address) private _sponsors;
    /// What one side would settle for: share 16 | round 8 | by the customer 1 | there is one 1.
    mapping(ComplaintId complaint => uint256) private _settlements;

    constructor(
        IOrganisationRegistry registry_,
        ICaseFund escrow_,
        IBondClaims claims_,
        ICourt court_,
        ICourt outside_,
        address anchor_,
        address forwarder
    ) Actors(forwarder) {
        (registry, escrow, claims, court, outside, anchor) = (registry_, escrow_, claims_, court_, outside_, anchor_);
    }

    /// @inheritdoc IComplaintDesk
    function file(Order memory order, uint16 demand, uint8 category, bytes32 digest)
        external
        returns (ComplaintId complaint)
    {
        address actor = _actor();
        if (actor != order.customer) {
            revert NotCustomer(ComplaintId.wrap(uint64(complaintCount + 1)), actor, order.customer);
        }
        return _file(escrow, order, demand, category, digest);
    }

    /// @inheritdoc IComplaintDesk
    function fileClaim(Order memory order, uint16 demand, uint8 category, bytes32 digest)
        external
        returns (ComplaintId complaint)
    {
        if (msg.sender != address(claims)) revert OnlyClaims(msg.sender);
        complaint = _file(ICaseFund(address(claims)), order, demand, category, digest);
        complaints[complaint] = complaints[complaint].withFlag(CLAIM);
    }

    /// @inheritdoc IComplaintDesk
    function fileAnchored(
        Order memory order,
        uint16 demand,
        uint8 category,
        bytes32 digest,
        address sender,
        bytes32 root,
        bytes32 leaf,
        uint40 anchoredAt
    ) external returns (ComplaintId complaint) {
        if (msg.sender != anchor) revert OnlyAnchor(msg.sender);
        complaint = _next(demand, category);
        (uint256 amount, bytes32 orderTrail) = IOrderEscrow(address(escrow)).openAnchored(order, complaint, anchoredAt);
        _filed(complaint, order, amount, orderTrail, demand, category, digest);
        address customer = order.customer;
        _record(
            complaint, FiledAnchored.selector, abi.encode(complaint, customer, sender, root, leaf, anchoredAt), customer
        );
    }

    /// @inheritdoc IComplaintDesk
    function accept(ComplaintId complaint, Order calldata order, uint8 offerNumber) external nonReentrant {
        (ComplaintWord word, address actor) = _own(complaint);
        _requireOffer(complaint, word, offerNumber);
        if (word.offer() == 0) _acceptPledge(complaint, word, actor);
        else _divide(complaint, word, order, Outcome.Accepted, word.offer(), actor);
    }

    /// @inheritdoc IComplaintDesk
    function withdraw(ComplaintId complaint, Order calldata order, uint8 offerNumber) external {
        (ComplaintWord word, address actor) = _own(complaint);
        // A claim that nobody answered would lock the bond until somebody pays for a hearing.
        bool unanswered = word.flag(CLAIM) && Phases.phase(word, block.timestamp) == Phase.Overdue;
        if (!unanswered) _requireOpen(complaint, word);
        // Who takes a complaint back has read the latest offer.
        if (offerNumber != word.offerCount()) revert OfferChanged(complaint, offerNumber, word.offerCount());
        _withdraw(complaint, word, order, actor);
    }

    /// @inheritdoc IComplaintDesk
    function escalate(ComplaintId complaint, Order calldata order, uint8 offerNumber, uint16 demand, bytes32 digest)
        external
        payable
        nonReentrant
    {
        (ComplaintWord word, address actor) = (_known(complaint), _actor());
        uint16 offer_;
        uint256 flags;
        if (word.flag(CLAIM) && Phases.phase(word, block.timestamp) == Phase.Overdue) {
            // Silence about a claim proves no debt, but whoever is silent pays for the hearing.
            if (demand != word.demand()) revert ShareInvalid(demand, word.demand(), word.demand());
            flags = ALL_COSTS;
        } else {
            if (actor != word.customer()) revert NotCustomer(complaint, actor, word.customer());
            _requireOffer(complaint, word, offerNumber);
            offer_ = uint16(word.offer());
            if (demand <= offer_ || demand > Fees.ALL) revert ShareInvalid(demand, offer_ + 1, Fees.ALL);
        }
        address payer = _payer();
        if (payer != word.customer()) {
            flags |= SPONSORED;
            _sponsors[complaint] = payer;
        }
        // The deadline's bits are the flags': the court has the clock now. Before anybody is called, who could come back
        // and take back, or answer, what is in court already.
        complaints[complaint] = word.withState(ComplaintState.Escalated).withDemand(demand).withOffer(offer_)
            .withDeadline(0).withFlag(flags);
        (bool isOutside, uint256 terms, uint96 cost) = _open(complaint, word, order, payer);
        if (isOutside) complaints[complaint] = complaints[complaint].withFlag(OUTSIDE);
        _record(
            complaint,
            Escalated.selector,
            abi.encode(complaint, actor, demand, offer_, terms, cost, payer, isOutside, digest),
            actor
        );
        _echo(complaint, digest, actor);
    }

    /// @inheritdoc IComplaintDesk
    function settle(ComplaintId complaint, Order calldata order, uint8 round, uint16 share) external nonReentrant {
        address actor = _actor();
        (ComplaintWord word, bool byCustomer) = _party(complaint, actor);
        if (word.state() != ComplaintState.Escalated) {
            revert WrongPhase(complaint, Phases.phase(word, block.timestamp));
        }
        if (share > Fees.ALL) revert ShareInvalid(share, 0, Fees.ALL);
        uint256 terms = uint256(share) | uint256(round) << 16 | 1 << 25;
        uint256 mine = byCustomer ? 1 << 24 : 0;
        _record(complaint, SettlementProposed.selector, abi.encode(complaint, actor, byCustomer, round, share), actor);
        if (_settlements[complaint] != terms | mine ^ 1 << 24) {
            _settlements[complaint] = terms | mine;
            return;
        }
        ICourt.Conclusion memory end =
            _courtOf(word).settleCase(ComplaintId.unwrap(complaint), round, _costPayer(complaint, word));
        _execute(complaint, word, order, Ending(Outcome.Settled, share, 0, end.record, end.cost, actor));
    }

    /// @inheritdoc IComplaintDesk
    function confirm(ComplaintId complaint) external nonReentrant {
        (ComplaintWord word, address actor) = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Paid) revert WrongPhase(complaint, current);
        complaints[complaint] = word.withState(ComplaintState.Confirmed);
        _record(complaint, Confirmed.selector, abi.encode(complaint, actor), actor);
    }

    /// @inheritdoc IComplaintDesk
    function confirmDelivery(ComplaintId complaint, Order calldata order) external nonReentrant {
        (ComplaintWord word, address actor) = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Delivered) revert WrongPhase(complaint, current);
        _divide(complaint, word, order, Outcome.PledgeKept, 0, actor);
    }

    /// @inheritdoc IComplaintDesk
    function execute(ComplaintId complaint, Order calldata order) external nonReentrant {
        ComplaintWord word = _known(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current == Phase.Escalated) {
            _rule(complaint, word, order);
        } else if (current == Phase.Overdue && !word.flag(CLAIM)) {
            _divide(complaint, word, order, Outcome.Defaulted, word.demand(), msg.sender);
        } else if (current == Phase.Broken) {
            _divide(complaint, word, order, Outcome.PledgeBroken, word.offer(), msg.sender);
        } else if (current == Phase.Kept) {
            _divide(complaint, word, order, Outcome.PledgeKept, 0, msg.sender);
        } else if (current != Phase.Lapsed) {
            revert WrongPhase(complaint, current);
        } else if (word.offer() != 0) {
            _divide(complaint, word, order, Outcome.AcceptedBySilence, word.offer(), msg.sender);
        } else if (_pledges[complaint] != 0) {
            _acceptPledge(complaint, word, msg.sender);
        } else {
            _withdraw(complaint, word, order, msg.sender);
        }
    }

    // Views

    /// @inheritdoc IComplaintDesk
    function phase(ComplaintId complaint) external view returns (Phase) {
        return Phases.phase(complaints[complaint], block.timestamp);
    }

    /// @inheritdoc IComplaintDesk
    function escalationCost(ComplaintId complaint, Order calldata order)
        external
        view
        returns (uint256 seats, uint256 cost)
    {
        ComplaintWord word = _known(complaint);
        uint256 base = _fundOf(word).valueOf(order, complaint);
        if (word.track() < OUTSIDE_TRACKS) return court.quote(word.track(), base);
        (seats, cost) = outside.quote(word.track(), base);
        // Enough for the house court too, which hears the case if the arbitrator outside then takes none.
        (, uint256 houseCost) = court.quote(0, base);
        if (houseCost > cost) cost = houseCost;
    }

    /// @inheritdoc IExclusions
    function exclusions(uint256 dispute, address[] calldata accounts, uint256 blockNumber)
        external
        view
        returns (uint256 bits)
    {
        ComplaintId complaint = ComplaintId.wrap(uint64(dispute));
        ComplaintWord word = complaints[complaint];
        bits = registry.wereOperators(word.organisation(), accounts, blockNumber);
        for (uint256 i; i < accounts.length; ++i) {
            if (accounts[i] == word.customer() || _isAccused(complaint, word, accounts[i])) bits |= 1 << i;
        }
    }

    // Below: the parts of the above

    // Which of the two the context is from, the compiler wants to be told.

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }

    function _file(ICaseFund fund, Order memory order, uint16 demand, uint8 category, bytes32 digest)
        private
        returns (ComplaintId complaint)
    {
        complaint = _next(demand, category);
        (uint256 amount, bytes32 orderTrail) = fund.open(order, complaint);
        _filed(complaint, order, amount, orderTrail, demand, category, digest);
    }

    function _next(uint16 demand, uint8 category) private returns (ComplaintId) {
        if (demand == 0 || demand > Fees.ALL) revert ShareInvalid(demand, 1, Fees.ALL);
        if (category > MAX_CATEGORY) revert CategoryInvalid(category, MAX_CATEGORY);
        return ComplaintId.wrap(uint64(++complaintCount));
    }

    function _filed(
        ComplaintId complaint,
        Order memory order,
        uint256 amount,
        bytes32 orderTrail,
        uint16 demand,
        uint8 category,
        bytes32 digest
    ) private {
        PolicyWord policy = registry.policyOf(order.organisation, order.version);
        uint256 answerDeadline = block.timestamp + policy.answerSeconds();
        // Whole minutes before the answer deadline: the odd seconds are the organisation's.
        uint256 early = (policy.answerSeconds() - policy.acknowledgeSeconds(block.timestamp)) / 1 minutes;
        complaints[complaint] =
            ComplaintWords.pack(order.customer, order.organisation, policy.track(), answerDeadline, demand, early);
        bytes memory arguments = abi.encode(
            complaint,
            order.organisation,
            order.customer,
            order.key(),
            orderTrail,
            order.version,
            policy,
            amount,
            demand,
            category,
            answerDeadline - early * 1 minutes,
            answerDeadline,
            digest
        );
        bytes32 hash = keccak256(arguments);
        _emitFiled(arguments);
        trail[complaint] =
            Trail.fold(Trail.genesis(ComplaintId.unwrap(complaint)), Filed.selector, hash, order.customer);
        bytes32 ofOrganisation = organisationTrail[order.organisation];
        if (ofOrganisation == 0) ofOrganisation = Trail.genesis(OrganisationId.unwrap(order.organisation));
        organisationTrail[order.organisation] = Trail.fold(ofOrganisation, Filed.selector, hash, order.customer);
        _echo(complaint, digest, order.customer);
    }

    /// Emits `Filed` from the encoding of its arguments: the three indexed ones come first, the rest is the event's data.
    /// To encode thirteen arguments a second time would cost a filing 1 500 gas.
    function _emitFiled(bytes memory arguments) private {
        bytes32 topic = Filed.selector;
        assembly ("memory-safe") {
            let start := add(arguments, 32)
            log4(
                add(start, 96),
                sub(mload(arguments), 96),
                topic,
                mload(start),
                mload(add(start, 32)),
                mload(add(start, 64))
            )
        }
    }

    function _requireOffer(ComplaintId complaint, ComplaintWord word, uint8 seen) private view {
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Offered) revert WrongPhase(complaint, current);
        if (seen != word.offerCount()) revert OfferChanged(complaint, seen, word.offerCount());
    }

    function _fundOf(ComplaintWord word) private view returns (ICaseFund) {
        return word.flag(CLAIM) ? ICaseFund(address(claims)) : escrow;
    }

    /// Who gets back what the court does not spend, and what the organisation owes of the costs.
    function _costPayer(ComplaintId complaint, ComplaintWord word) private view returns (address) {
        return word.flag(SPONSORED) ? _sponsors[complaint] : word.customer();
    }

    function _acceptPledge(ComplaintId complaint, ComplaintWord word, address actor) private {
        uint256 terms = _pledges[complaint];
        if (terms == 0) revert NothingOffered(complaint);
        (uint32 deadline, uint16 refund) = (uint32(block.timestamp + (terms & 0xffff) * 1 hours), uint16(terms >> 16));
        complaints[complaint] = word.withState(ComplaintState.Pledged).withDeadline(deadline).withOffer(refund);
        _record(complaint, PledgeAccepted.selector, abi.encode(complaint, actor, deadline, refund), actor);
    }

    function _withdraw(ComplaintId complaint, ComplaintWord word, Order calldata order, address actor) private {
        complaints[complaint] = word.withState(ComplaintState.Withdrawn);
        _fundOf(word).close(order, complaint);
        _record(complaint, Withdrawn.selector, abi.encode(complaint, actor), actor);
    }

    /// At the policy's arbitrator outside, or where that cannot be had at the house court.
    function _open(ComplaintId complaint, ComplaintWord word, Order calldata order, address payer)
        private
        returns (bool isOutside, uint256 terms, uint96 cost)
    {
        (uint256 dispute, uint8 track) = (ComplaintId.unwrap(complaint), word.track());
        uint256 base = _fundOf(word).valueOf(order, complaint);
        if (track < OUTSIDE_TRACKS) {
            return (false, court.acceptCase{value: msg.value}(dispute, track, word.parties(), base), uint96(msg.value));
        }
        (uint256 houseSeats, uint256 price) = outside.quote(track, base);
        // Checked first: else whoever sends too little could choose the house court.
        if (msg.value < price) revert ValueTooSmall(price, msg.value);
        if (houseSeats == 0) {
            try outside.acceptCase{value: price}(dispute, track, 0, base) returns (uint256 pinned) {
                (isOutside, terms) = (true, pinned);
            } catch (bytes memory reason) {
                // Any other reason, too little gas above all, must not open the way to the house court.
                if (bytes4(reason) != IOutsideArbitrators.OutsideUnavailable.selector) {
                    LowLevelCall.bubbleRevert(reason);
                }
                (, price) = court.quote(0, base);
                if (msg.value < price) revert ValueTooSmall(price, msg.value);
            }
        }
        if (!isOutside) terms = court.acceptCase{value: price}(dispute, 0, word.parties(), base);
        cost = uint96(price);
        // The sender's own, so that it alone is stopped if it refuses it: the desk keeps no money.
        if (msg.value > price) Address.sendValue(payable(payer), msg.value - price);
    }

    /// How a case ends.
    struct Ending {
        Outcome outcome;
        uint16 share;
        /// Wei that the organisation owes of the costs.
        uint96 owed;
        bytes32 record;
        uint96 cost;
        address actor;
    }

    /// Divides the money without costs.
    function _divide(
        ComplaintId complaint,
        ComplaintWord word,
        Order calldata order,
        Outcome outcome,
        uint256 share,
        address actor
    ) private {
        _execute(complaint, word, order, Ending(outcome, uint16(share), 0, 0, 0, actor));
    }

    function _rule(ComplaintId complaint, ComplaintWord word, Order calldata order) private {
        ICourt.Conclusion memory end =
            _courtOf(word).concludeCase(ComplaintId.unwrap(complaint), _costPayer(complaint, word));
        (uint256 demand, uint256 offer_) = (word.demand(), word.offer());
        Ending memory ending = Ending(Outcome.Ruled, end.ruling, 0, end.record, end.cost, msg.sender);
        if (end.refused) {
            (ending.outcome, ending.share) = (Outcome.Refused, uint16((offer_ + demand) / 2));
            ending.owed = end.cost / 2;
        } else {
            ending.owed = uint96(Fees.organisationCostDown(end.cost, demand, offer_, end.ruling));
        }
        // A claim that was worth nothing is no reason to charge whoever did not answer it.
        if (word.flag(ALL_COSTS) && ending.share != 0) ending.owed = end.cost;
        _execute(complaint, word, order, ending);
    }

    function _execute(ComplaintId complaint, ComplaintWord word, Order calldata order, Ending memory ending) private {
        // Before any money moves; the window to confirm is known after it.
        complaints[complaint] = word.asPaid(0);
        ICaseFund.Division memory division = _split(complaint, word, order, ending);
        uint256 deadline = block.timestamp + division.confirmSeconds;
        complaints[complaint] = word.asPaid(deadline);
        uint96 fromBond;
        if (ending.owed > division.costPaid) {
            address payer = _costPayer(complaint, word);
            fromBond = registry.charge(word.organisation(), ending.owed - division.costPaid, payer);
        }
        bytes memory arguments = abi.encode(
            complaint,
            ending.actor,
            ending.outcome,
            ending.share,
            division.toCustomer,
            division.toOrganisation,
            division.costPaid + fromBond,
            fromBond,
            deadline,
            division.trail,
            ending.record,
            ending.cost
        );
        _record(complaint, Executed.selector, arguments, ending.actor);
    }

    function _split(ComplaintId complaint, ComplaintWord word, Order calldata order, Ending memory ending)
        private
        returns (ICaseFund.Division memory)
    {
        bool ruled = ending.outcome == Outcome.Ruled || ending.outcome == Outcome.Refused;
        // Only a ruling pays from a bond.
        if (word.flag(CLAIM) && !ruled) return claims.splitFunded(order, complaint, ending.share);
        // What a sponsor is owed cannot come out of an order, whose money only its two sides may get.
        return _fundOf(word).divide(order, complaint, ending.share, word.flag(SPONSORED) ? 0 : ending.owed);
    }
}
