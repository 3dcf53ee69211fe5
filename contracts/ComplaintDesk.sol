// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {IComplaintDesk} from "./interfaces/IComplaintDesk.sol";
import {IEvidence} from "./interfaces/IEvidence.sol";
import {IExclusions} from "./interfaces/IExclusions.sol";
import {IOrderEscrow} from "./interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {EvidenceUri} from "./libraries/EvidenceUri.sol";
import {Fees} from "./libraries/Fees.sol";
import {Phase, Phases} from "./libraries/Phases.sol";
import {RoundPhase} from "./libraries/RoundPhases.sol";
import {Trail} from "./libraries/Trail.sol";
import {
    ACKNOWLEDGED,
    ComplaintState,
    ComplaintWord,
    ComplaintWords,
    Outcome,
    RATED_BY_CUSTOMER,
    RATED_BY_ORGANISATION,
    RESERVED
} from "./types/Complaint.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";
import {Order} from "./types/Order.sol";
import {PolicyWord} from "./types/Policy.sol";
import {Round} from "./types/Round.sol";

/// From the filing to the payment; the interface is the manual.
contract ComplaintDesk is IComplaintDesk, IExclusions, IEvidence, ReentrancyGuardTransient {
    uint8 internal constant ROLE_ANSWER = 1;
    uint8 internal constant MAX_CATEGORY = 6;
    uint256 internal constant MAX_OFFERS = 4;
    uint256 internal constant MAX_ASKS = 2;
    uint256 internal constant MAX_EVIDENCE = 32;
    /// Each offer is this much above the last.
    uint256 internal constant OFFER_STEP = 500;
    /// How long the customer has to reply to a request, and to an offer.
    uint256 internal constant REPLY_WINDOW = 72 hours;
    uint256 internal constant OFFER_WINDOW = 7 days;

    IOrganisationRegistry public immutable registry;
    IOrderEscrow public immutable escrow;
    IArbitrationCourt public immutable court;

    /// @inheritdoc IComplaintDesk
    uint256 public complaintCount;
    /// @inheritdoc IComplaintDesk
    mapping(ComplaintId complaint => ComplaintWord) public complaints;
    /// @inheritdoc IComplaintDesk
    mapping(ComplaintId complaint => bytes32) public trail;
    /// @inheritdoc IComplaintDesk
    mapping(OrganisationId organisation => bytes32) public organisationTrail;
    /// Items of evidence sent by themselves: the customer's in the low 128 bits, the organisation's above.
    mapping(ComplaintId complaint => uint256) private _evidence;

    constructor(IOrganisationRegistry registry_, IOrderEscrow escrow_, IArbitrationCourt court_) {
        (registry, escrow, court) = (registry_, escrow_, court_);
    }

    // The customer and the organisation

    /// @inheritdoc IComplaintDesk
    function file(Order calldata order, uint16 demand, uint8 category, bytes32 digest)
        external
        returns (ComplaintId complaint)
    {
        if (demand == 0 || demand > Fees.ALL) revert ShareInvalid(demand, 1, Fees.ALL);
        if (category > MAX_CATEGORY) revert CategoryInvalid(category, MAX_CATEGORY);
        complaint = ComplaintId.wrap(uint64(++complaintCount));
        if (msg.sender != order.customer) revert NotCustomer(complaint, msg.sender, order.customer);
        (uint256 amount, bytes32 orderTrail) = escrow.open(order, complaint);
        PolicyWord policy = registry.policy(order.organisation, order.version);
        uint256 answerDeadline = block.timestamp + policy.answerSeconds();
        // Whole minutes before the answer deadline: the odd seconds are the organisation's.
        uint256 early = (policy.answerSeconds() - policy.acknowledgeSeconds(block.timestamp)) / 1 minutes;
        uint256 acknowledgeDeadline = answerDeadline - early * 1 minutes;
        complaints[complaint] = ComplaintWords.pack(
                msg.sender, order.organisation, policy.track(), answerDeadline, demand
            ).withOffer(early);
        emit Filed(
            complaint,
            order.organisation,
            msg.sender,
            order.key(),
            orderTrail,
            order.version,
            policy,
            uint96(amount),
            demand,
            category,
            uint32(acknowledgeDeadline),
            uint32(answerDeadline),
            digest
        );
        bytes32 arguments = keccak256(
            bytes.concat(
                abi.encode(complaint, order.organisation, msg.sender, order.key(), orderTrail, order.version, policy),
                abi.encode(
                    uint96(amount), demand, category, uint32(acknowledgeDeadline), uint32(answerDeadline), digest
                )
            )
        );
        trail[complaint] =
            Trail.fold(Trail.genesis(ComplaintId.unwrap(complaint)), Filed.selector, arguments, msg.sender);
        _foldOrganisation(order.organisation, arguments);
        _echo(complaint, digest);
    }

    /// @inheritdoc IComplaintDesk
    function acknowledge(ComplaintId complaint, bytes32 digest) external {
        ComplaintWord word = _operated(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Filed) revert WrongPhase(complaint, current);
        if (word.flag(ACKNOWLEDGED)) revert AlreadyAcknowledged(complaint);
        complaints[complaint] = word.withFlag(ACKNOWLEDGED);
        trail[complaint] = _acknowledged(complaint, word, trail[complaint], digest);
    }

    /// @inheritdoc IComplaintDesk
    function ask(ComplaintId complaint, bytes32 digest) external {
        ComplaintWord word = _operated(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Filed) revert WrongPhase(complaint, current);
        if (word.askCount() == MAX_ASKS) revert TooManyRequests(complaint, MAX_ASKS);
        bytes32 trail_ = _firstReply(complaint, word);
        uint256 left = (Phases.answerDeadline(word) - block.timestamp + 59) / 1 minutes;
        uint32 deadline = uint32(block.timestamp + REPLY_WINDOW);
        complaints[complaint] = word.withFlag(ACKNOWLEDGED).withAskCounted().withState(ComplaintState.Asked)
            .withDeadline(deadline).withOffer(left);
        emit InformationRequested(complaint, msg.sender, deadline, digest);
        trail[complaint] = Trail.fold(
            trail_,
            InformationRequested.selector,
            keccak256(abi.encode(complaint, msg.sender, deadline, digest)),
            msg.sender
        );
    }

    /// @inheritdoc IComplaintDesk
    function inform(ComplaintId complaint, bytes32 digest) external {
        ComplaintWord word = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Asked) revert WrongPhase(complaint, current);
        uint32 deadline = uint32(Phases.resumed(word, block.timestamp));
        complaints[complaint] = word.withState(ComplaintState.Filed).withDeadline(deadline).withOffer(0);
        emit Informed(complaint, msg.sender, deadline, digest);
        _fold(complaint, Informed.selector, abi.encode(complaint, msg.sender, deadline, digest));
        _echo(complaint, digest);
    }

    /// @inheritdoc IComplaintDesk
    function offer(ComplaintId complaint, uint16 share, bytes32 digest) external {
        ComplaintWord word = _operated(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        uint256 min;
        if (current == Phase.Offered) min = word.offer() + OFFER_STEP;
        else if (current != Phase.Filed && current != Phase.Asked) revert WrongPhase(complaint, current);
        if (share < min || share > Fees.ALL) revert ShareInvalid(share, min, Fees.ALL);
        if (word.offerCount() == MAX_OFFERS) revert TooManyOffers(complaint, MAX_OFFERS);
        bytes32 trail_ = _firstReply(complaint, word);
        uint32 deadline = uint32(block.timestamp + OFFER_WINDOW);
        word = word.withFlag(ACKNOWLEDGED).withOfferCounted().withState(ComplaintState.Offered).withDeadline(deadline)
            .withOffer(share);
        complaints[complaint] = word;
        uint8 number = uint8(word.offerCount());
        emit Offered(complaint, msg.sender, number, share, deadline, digest);
        trail[complaint] = Trail.fold(
            trail_,
            Offered.selector,
            keccak256(abi.encode(complaint, msg.sender, number, share, deadline, digest)),
            msg.sender
        );
        _echo(complaint, digest);
    }

    /// @inheritdoc IComplaintDesk
    function accept(ComplaintId complaint, Order calldata order, uint8 offerNumber) external nonReentrant {
        ComplaintWord word = _own(complaint);
        _requireOffer(complaint, word, offerNumber);
        if (word.offer() == 0) revert NotCashOffer(complaint);
        _divide(complaint, word, order, Outcome.Accepted, word.offer());
    }

    /// @inheritdoc IComplaintDesk
    function withdraw(ComplaintId complaint, Order calldata order) external {
        ComplaintWord word = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Filed && current != Phase.Asked && current != Phase.Offered) {
            revert WrongPhase(complaint, current);
        }
        _withdraw(complaint, word, order);
    }

    /// @inheritdoc IComplaintDesk
    function escalate(ComplaintId complaint, Order calldata order, uint8 offerNumber, uint16 demand, bytes32 digest)
        external
        payable
        nonReentrant
    {
        ComplaintWord word = _own(complaint);
        _requireOffer(complaint, word, offerNumber);
        uint16 offer_ = uint16(word.offer());
        if (demand <= offer_ || demand > Fees.ALL) revert ShareInvalid(demand, offer_ + 1, Fees.ALL);
        uint96 cost = uint96(msg.value);
        bool reserved = registry.reserve(word.organisation(), cost);
        word = word.withState(ComplaintState.Escalated).withDemand(demand);
        complaints[complaint] = reserved ? word.withFlag(RESERVED) : word;
        uint256 base = escrow.amountOf(order, complaint);
        Round round = court.open{value: msg.value}(ComplaintId.unwrap(complaint), word.track(), base);
        emit Escalated(complaint, msg.sender, demand, offer_, round, cost, reserved, digest);
        _fold(
            complaint,
            Escalated.selector,
            abi.encode(complaint, msg.sender, demand, offer_, round, cost, reserved, digest)
        );
        _echo(complaint, digest);
    }

    /// @inheritdoc IComplaintDesk
    function confirm(ComplaintId complaint) external nonReentrant {
        ComplaintWord word = _own(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Paid) revert WrongPhase(complaint, current);
        complaints[complaint] = word.withState(ComplaintState.Confirmed);
        emit Confirmed(complaint, msg.sender);
        _fold(complaint, Confirmed.selector, abi.encode(complaint, msg.sender));
    }

    /// @inheritdoc IComplaintDesk
    function rate(ComplaintId complaint, uint8 stars, bytes32 digest) external nonReentrant {
        if (stars == 0 || stars > 5) revert StarsInvalid(stars);
        (ComplaintWord word, bool byCustomer) = _party(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Confirmed && current != Phase.Closed) revert WrongPhase(complaint, current);
        uint256 rated = byCustomer ? RATED_BY_CUSTOMER : RATED_BY_ORGANISATION;
        if (word.flag(rated)) revert AlreadyRated(complaint, msg.sender);
        complaints[complaint] = word.withFlag(rated);
        emit Rated(complaint, msg.sender, byCustomer, stars, digest);
        _fold(complaint, Rated.selector, abi.encode(complaint, msg.sender, byCustomer, stars, digest));
    }

    /// @inheritdoc IComplaintDesk
    function submitEvidence(ComplaintId complaint, bytes32 digest) external {
        if (digest == 0) revert DigestMissing();
        (ComplaintWord word, bool byCustomer) = _party(complaint);
        if (!_evidenceOpen(complaint, word)) revert EvidenceClosed(complaint);
        uint256 shift = byCustomer ? 0 : 128;
        uint256 counts = _evidence[complaint];
        if (uint128(counts >> shift) == MAX_EVIDENCE) revert TooMuchEvidence(complaint, MAX_EVIDENCE);
        _evidence[complaint] = counts + (1 << shift);
        emit EvidenceSubmitted(complaint, msg.sender, byCustomer, digest);
        _fold(complaint, EvidenceSubmitted.selector, abi.encode(complaint, msg.sender, byCustomer, digest));
        _echo(complaint, digest);
    }

    // Anyone

    /// @inheritdoc IComplaintDesk
    function execute(ComplaintId complaint, Order calldata order) external nonReentrant {
        ComplaintWord word = _known(complaint);
        Phase current = Phases.phase(word, block.timestamp);
        if (current == Phase.Escalated) {
            _rule(complaint, word, order);
        } else if (current == Phase.Overdue) {
            _divide(complaint, word, order, Outcome.Defaulted, word.demand());
        } else if (current != Phase.Lapsed) {
            revert WrongPhase(complaint, current);
        } else if (word.offer() == 0) {
            _withdraw(complaint, word, order);
        } else {
            _divide(complaint, word, order, Outcome.AcceptedBySilence, word.offer());
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
        return court.quote(_known(complaint).track(), escrow.amountOf(order, complaint));
    }

    /// @inheritdoc IExclusions
    function excluded(uint256 dispute, address account, uint256 blockNumber) external view returns (bool) {
        ComplaintWord word = complaints[ComplaintId.wrap(uint64(dispute))];
        return account == word.customer() || registry.wasOperator(word.organisation(), account, blockNumber);
    }

    // Below: the parts of the above

    function _known(ComplaintId complaint) private view returns (ComplaintWord word) {
        word = complaints[complaint];
        if (word.state() == ComplaintState.None) revert ComplaintUnknown(complaint);
    }

    /// The caller's own complaint.
    function _own(ComplaintId complaint) private view returns (ComplaintWord word) {
        word = _known(complaint);
        if (msg.sender != word.customer()) revert NotCustomer(complaint, msg.sender, word.customer());
    }

    /// A complaint that the caller answers for the organisation.
    function _operated(ComplaintId complaint) private view returns (ComplaintWord word) {
        word = _known(complaint);
        registry.requireRole(word.organisation(), msg.sender, ROLE_ANSWER);
    }

    function _party(ComplaintId complaint) private view returns (ComplaintWord word, bool byCustomer) {
        word = _known(complaint);
        byCustomer = msg.sender == word.customer();
        if (!byCustomer && registry.rolesOf(word.organisation(), msg.sender) & ROLE_ANSWER == 0) {
            revert NotParty(complaint, msg.sender);
        }
    }

    function _requireOffer(ComplaintId complaint, ComplaintWord word, uint8 seen) private view {
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Offered) revert WrongPhase(complaint, current);
        if (seen != word.offerCount()) revert OfferChanged(complaint, seen, word.offerCount());
    }

    function _evidenceOpen(ComplaintId complaint, ComplaintWord word) private view returns (bool) {
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Escalated) {
            return current == Phase.Filed || current == Phase.Asked || current == Phase.Offered;
        }
        RoundPhase round = court.phase(ComplaintId.unwrap(complaint));
        return round == RoundPhase.AwaitingSeed || round == RoundPhase.Drawable || round == RoundPhase.Missed
            || round == RoundPhase.HandOver;
    }

    /// A question or an offer is a first reply as well.
    function _firstReply(ComplaintId complaint, ComplaintWord word) private returns (bytes32 trail_) {
        trail_ = trail[complaint];
        if (!word.flag(ACKNOWLEDGED)) trail_ = _acknowledged(complaint, word, trail_, 0);
    }

    function _acknowledged(ComplaintId complaint, ComplaintWord word, bytes32 trail_, bytes32 digest)
        private
        returns (bytes32)
    {
        bool onTime = block.timestamp < word.deadline() - word.offer() * 1 minutes;
        emit Acknowledged(complaint, msg.sender, onTime, digest);
        bytes32 arguments = keccak256(abi.encode(complaint, msg.sender, onTime, digest));
        return Trail.fold(trail_, Acknowledged.selector, arguments, msg.sender);
    }

    function _withdraw(ComplaintId complaint, ComplaintWord word, Order calldata order) private {
        complaints[complaint] = word.withState(ComplaintState.Withdrawn);
        escrow.close(order, complaint);
        emit Withdrawn(complaint, msg.sender);
        _fold(complaint, Withdrawn.selector, abi.encode(complaint, msg.sender));
    }

    /// Divides the order's money without costs.
    function _divide(ComplaintId complaint, ComplaintWord word, Order calldata order, Outcome outcome, uint256 share)
        private
    {
        uint256 amount = escrow.amountOf(order, complaint);
        uint96 toCustomer = uint96(Fees.shareDown(amount, share));
        _execute(
            complaint, word, order, Division(outcome, uint16(share), toCustomer, uint96(amount) - toCustomer, 0, 0)
        );
    }

    function _rule(ComplaintId complaint, ComplaintWord word, Order calldata order) private {
        IArbitrationCourt.Conclusion memory end = court.conclude(ComplaintId.unwrap(complaint), word.customer());
        uint16 ruling = end.refused ? uint16((word.offer() + word.demand()) / 2) : end.ruling;
        emit Ruled(complaint, msg.sender, ruling, end.refused, end.record, end.cost);
        _fold(complaint, Ruled.selector, abi.encode(complaint, msg.sender, ruling, end.refused, end.record, end.cost));

        Division memory division;
        (division.outcome, division.share) = (Outcome.Ruled, ruling);
        uint256 amount = escrow.amountOf(order, complaint);
        uint256 owed =
            end.refused ? end.cost / 2 : Fees.organisationCostDown(end.cost, word.demand(), word.offer(), ruling);
        uint256 award = Fees.shareDown(amount, ruling);
        // The organisation's part of the order pays first, the bond what is missing: most cases leave the bond whole.
        uint256 fromOrder = owed < amount - award ? owed : amount - award;
        uint256 fromBond = word.flag(RESERVED) ? owed - fromOrder : 0;
        (division.toCustomer, division.toOrganisation) = (uint96(award + fromOrder), uint96(amount - award - fromOrder));
        (division.costToCustomer, division.fromBond) = (uint96(fromOrder + fromBond), uint96(fromBond));
        _execute(complaint, word, order, division);
        if (word.flag(RESERVED)) {
            registry.settle(word.organisation(), end.advance, uint96(fromBond), word.customer());
        }
    }

    struct Division {
        Outcome outcome;
        uint16 share;
        uint96 toCustomer;
        uint96 toOrganisation;
        uint96 costToCustomer;
        uint96 fromBond;
    }

    function _execute(ComplaintId complaint, ComplaintWord word, Order calldata order, Division memory division)
        private
    {
        uint32 confirmDeadline =
            uint32(block.timestamp + registry.policy(order.organisation, order.version).confirmSeconds());
        complaints[complaint] = word.asPaid(confirmDeadline);
        bytes32 orderTrail = escrow.split(order, complaint, division.toCustomer);
        emit Executed(
            complaint,
            msg.sender,
            division.outcome,
            division.share,
            division.toCustomer,
            division.toOrganisation,
            division.costToCustomer,
            division.fromBond,
            confirmDeadline,
            orderTrail
        );
        _fold(complaint, Executed.selector, abi.encode(complaint, msg.sender, division, confirmDeadline, orderTrail));
    }

    function _fold(ComplaintId complaint, bytes32 topic0, bytes memory arguments) private {
        trail[complaint] = Trail.fold(trail[complaint], topic0, keccak256(arguments), msg.sender);
    }

    function _foldOrganisation(OrganisationId organisation, bytes32 arguments) private {
        bytes32 trail_ = organisationTrail[organisation];
        if (trail_ == 0) trail_ = Trail.genesis(OrganisationId.unwrap(organisation));
        organisationTrail[organisation] = Trail.fold(trail_, Filed.selector, arguments, msg.sender);
    }

    function _echo(ComplaintId complaint, bytes32 digest) private {
        if (digest == 0) return;
        emit Evidence(address(court), ComplaintId.unwrap(complaint), msg.sender, EvidenceUri.fromDigest(digest));
    }
}
