// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Phase} from "../libraries/Phases.sol";
import {Outcome} from "../types/Complaint.sol";
import {ComplaintWord} from "../types/Complaint.sol";
import {ComplaintId, OrganisationId} from "../types/Ids.sol";
import {Order} from "../types/Order.sol";
import {PolicyWord} from "../types/Policy.sol";

/// The life of a complaint. Shares are basis points of the order's amount at filing (0 to 10 000), times Unix seconds,
/// amounts wei. Windows are half-open: an action counts while `now < deadline`, its consequence from `now >= deadline`.
///
/// Every event is folded into `trail[complaint]` (libraries/Trail.sol); its first argument is the complaint and `actor`
/// is the person who acted: the signer, never who sent the signature. `Filed` is folded into `organisationTrail` as well. A `digest` is the SHA-256 of a manifest,
/// or zero where the actor added none.
interface IComplaintDesk {
    /// @param orderKey The order's key; `orderTrail` its trail as the complaint found it.
    /// @param policy The policy word that the order pinned, with its version.
    event Filed(
        ComplaintId indexed complaint,
        OrganisationId indexed organisation,
        address indexed actor,
        bytes32 orderKey,
        bytes32 orderTrail,
        uint16 version,
        PolicyWord policy,
        uint96 amount,
        uint16 demand,
        uint8 category,
        uint32 acknowledgeDeadline,
        uint32 answerDeadline,
        bytes32 digest
    );
    /// Follows `Filed` where the complaint was signed before, and put on chain with others.
    /// @param sender Whose batch it was in; `root` names the batch, `leaf` its place there.
    /// @param anchoredAt Unix seconds; the order's protection covered this time.
    event FiledAnchored(
        ComplaintId indexed complaint,
        address indexed actor,
        address sender,
        bytes32 root,
        bytes32 leaf,
        uint40 anchoredAt
    );
    /// The organisation's first reply. On time is within the limit of the hour in which the complaint was filed.
    event Acknowledged(ComplaintId indexed complaint, address indexed actor, bool onTime, bytes32 digest);
    /// The answer clock stands still until the reply, at most until `deadline`.
    event InformationRequested(ComplaintId indexed complaint, address indexed actor, uint32 deadline, bytes32 digest);
    /// The customer's reply; the answer clock runs again, to `answerDeadline`.
    event Informed(ComplaintId indexed complaint, address indexed actor, uint32 answerDeadline, bytes32 digest);
    /// A share of 0 is a rejection with reasons.
    event Offered(
        ComplaintId indexed complaint,
        address indexed actor,
        uint8 number,
        uint16 share,
        uint32 deadline,
        bytes32 digest
    );
    /// A promise in kind: 1 sends the goods again, 2 puts it right, within `dueHours` of its acceptance; else `refund` basis
    /// points are due. It counts as an offer, of no money.
    event PledgeOffered(
        ComplaintId indexed complaint,
        address indexed actor,
        uint8 number,
        uint8 kind,
        uint16 dueHours,
        uint16 refund,
        uint32 deadline,
        bytes32 digest
    );
    /// By the customer, or by its silence: the organisation must deliver before `deadline`, or `refund` is due.
    event PledgeAccepted(ComplaintId indexed complaint, address indexed actor, uint32 deadline, uint16 refund);
    /// The organisation says that it has kept the pledge; the customer may confirm or reopen before `deadline`.
    event Delivered(ComplaintId indexed complaint, address indexed actor, uint32 deadline, bytes32 digest);
    /// The customer says that it has not: the organisation may offer again, the customer may escalate before `deadline`.
    event Reopened(ComplaintId indexed complaint, address indexed actor, uint32 deadline, bytes32 digest);
    /// By the customer, or by anyone once it has been silent on a rejection.
    event Withdrawn(ComplaintId indexed complaint, address indexed actor);
    /// @param demand The customer's position D, `offer` the organisation's position O; they split the costs.
    /// @param terms What the court pinned: the round's word, or the outside arbitrator with its dispute.
    /// @param cost What `payer` advanced (wei). `isOutside`: arbitrators outside have the case.
    event Escalated(
        ComplaintId indexed complaint,
        address indexed actor,
        uint16 demand,
        uint16 offer,
        uint256 terms,
        uint96 cost,
        address payer,
        bool isOutside,
        bytes32 digest
    );
    /// One side would settle for `share` while round `round` is not revealed; if the other has said the same, the case ends.
    event SettlementProposed(
        ComplaintId indexed complaint, address indexed actor, bool byCustomer, uint8 round, uint16 share
    );
    /// The money moved. `costToCustomer` is the part of the costs that the organisation owes whoever advanced them, and
    /// paid: out of its part of the order (contained in `toCustomer`), the rest, `fromBond`, out of its bond. If the court
    /// heard the case, `record` binds all it did and `cost` is what it was paid; else both are zero. `orderTrail` is the
    /// order's last one; zero if it is still the one in `Filed`, because nobody ever froze the order.
    event Executed(
        ComplaintId indexed complaint,
        address indexed actor,
        Outcome outcome,
        uint16 share,
        uint96 toCustomer,
        uint96 toOrganisation,
        uint96 costToCustomer,
        uint96 fromBond,
        uint32 confirmDeadline,
        bytes32 orderTrail,
        bytes32 record,
        uint96 cost
    );
    /// The customer is satisfied; the case is closed.
    event Confirmed(ComplaintId indexed complaint, address indexed actor);
    /// One to five stars by one side.
    event Rated(ComplaintId indexed complaint, address indexed actor, bool byCustomer, uint8 stars, bytes32 digest);
    /// Evidence that came by itself, not with another action.
    event EvidenceSubmitted(ComplaintId indexed complaint, address indexed actor, bool byCustomer, bytes32 digest);
    /// The customer says that the first reply was automatic, and no answer.
    event Contested(ComplaintId indexed complaint, address indexed actor);
    /// The complaint is about a person's conduct: `accusation` is keccak256(abi.encode(account, salt)).
    event Accused(ComplaintId indexed complaint, address indexed actor, bytes32 accusation);
    /// The accused is named: it can neither answer nor hear this complaint.
    event AccusedNamed(ComplaintId indexed complaint, address indexed actor, address account, bytes32 salt);

    error ComplaintUnknown(ComplaintId complaint);
    /// The action does not fit where the complaint stands; `current` names it.
    error WrongPhase(ComplaintId complaint, Phase current);
    error NotCustomer(ComplaintId complaint, address caller, address customer);
    error NotParty(ComplaintId complaint, address caller);
    error ShareInvalid(uint256 share, uint256 min, uint256 max);
    error CategoryInvalid(uint8 category, uint8 max);
    error AlreadyAcknowledged(ComplaintId complaint);
    error TooManyRequests(ComplaintId complaint, uint256 limit);
    error TooManyOffers(ComplaintId complaint, uint256 limit);
    /// The customer looked at another offer than the latest: read it again.
    error OfferChanged(ComplaintId complaint, uint256 seen, uint256 current);
    /// The latest offer was a rejection: there is nothing to accept.
    error NothingOffered(ComplaintId complaint);
    /// An offer on a claim is paid with money sent along, never by the bond: fund it first.
    error OfferNotFunded(ComplaintId complaint, uint256 share);
    error PledgeInvalid(uint8 kind, uint8 max);
    /// A pledge is the first offer or none.
    error PledgeTooLate(ComplaintId complaint);
    error DueInvalid(uint256 given, uint256 min, uint256 max);
    /// There is no first reply, or it has been contested.
    error NothingToContest(ComplaintId complaint);
    error AlreadyAccusing(ComplaintId complaint);
    error AccusationMismatch(ComplaintId complaint);
    error AccusedCannotAct(ComplaintId complaint, address account);
    error ValueTooSmall(uint256 expected, uint256 given);
    error OnlyClaims(address caller);
    error OnlyAnchor(address caller);
    error StarsInvalid(uint8 stars);
    error AlreadyRated(ComplaintId complaint, address account);
    error EvidenceClosed(ComplaintId complaint);
    error TooMuchEvidence(ComplaintId complaint, uint256 limit);
    error DigestMissing();

    /// Complaints so far; ids run from 1 to it.
    function complaintCount() external view returns (uint256);
    function complaints(ComplaintId complaint) external view returns (ComplaintWord);
    function trail(ComplaintId complaint) external view returns (bytes32);
    /// Folds `Filed` of every complaint against the organisation.
    function organisationTrail(OrganisationId organisation) external view returns (bytes32);
    function phase(ComplaintId complaint) external view returns (Phase);
    /// What `escalate` costs now (wei), and how many arbitrators will sit.
    function escalationCost(ComplaintId complaint, Order calldata order)
        external
        view
        returns (uint256 seats, uint256 cost);

    /// Files a complaint about the caller's order, within its protection time, and asks for `demand` of its amount.
    /// @param category 0 account, 1 transaction, 2 order, 3 security, 4 technical, 5 conduct, 6 feedback.
    function file(Order calldata order, uint16 demand, uint8 category, bytes32 digest) external returns (ComplaintId);
    /// Files what `BondClaims` has locked the bond for. Only that contract; the customer is `order.customer`.
    function fileClaim(Order calldata order, uint16 demand, uint8 category, bytes32 digest)
        external
        returns (ComplaintId);
    /// Opens what was anchored in time (interfaces/IComplaintAnchor.sol): the order's protection counts as of `anchoredAt`, the
    /// organisation's clocks from now. Only `ComplaintAnchor`; the customer is `order.customer`.
    function fileAnchored(
        Order calldata order,
        uint16 demand,
        uint8 category,
        bytes32 digest,
        address sender,
        bytes32 root,
        bytes32 leaf,
        uint40 anchoredAt
    ) external returns (ComplaintId);
    /// The organisation's first reply. Role 1.
    function acknowledge(ComplaintId complaint, bytes32 digest) external;
    /// Asks the customer for information, twice at most, and stops the answer clock for up to 72 hours. Role 1.
    function ask(ComplaintId complaint, bytes32 digest) external;
    /// The customer's reply; may be empty.
    function inform(ComplaintId complaint, bytes32 digest) external;
    /// Offers a share, four times at most, each at least 500 above the last; 0, once and first, rejects. Role 1.
    function offer(ComplaintId complaint, uint16 share, bytes32 digest) external;
    /// Promises in kind, as an offer: `kind` 1 sends again, 2 puts right, within 24 to 1440 hours of its acceptance, else
    /// `refund` is due. Only as the first offer. Role 1.
    function pledge(ComplaintId complaint, uint8 kind, uint16 dueHours, uint16 refund, bytes32 digest) external;
    /// The pledge is kept; the digest may hold a tracking number. Role 1.
    function deliver(ComplaintId complaint, bytes32 digest) external;
    /// It is not, or not well.
    function reopen(ComplaintId complaint, bytes32 digest) external;
    /// It is: the money goes to the organisation.
    function confirmDelivery(ComplaintId complaint, Order calldata order) external;
    /// Takes the offer that the customer has seen, by its number: money is paid at once, a pledge begins to run.
    function accept(ComplaintId complaint, Order calldata order, uint8 offerNumber) external;
    /// Takes the complaint back, before any escalation, by who has seen the latest offer (0: none).
    function withdraw(ComplaintId complaint, Order calldata order, uint8 offerNumber) external;
    /// Takes the case to arbitrators, with the customer's own position above the offer; send `escalationCost`, which must be
    /// exact for the house court; outside, what is too much comes back. A claim that nobody answered may be taken there by
    /// anyone, with the demand as filed.
    function escalate(ComplaintId complaint, Order calldata order, uint8 offerNumber, uint16 demand, bytes32 digest)
        external
        payable;
    /// Settles for `share` while the votes of the court's round `round` are not being opened: ends the case if the other side
    /// has said the same, else waits for it. The customer or role 1.
    function settle(ComplaintId complaint, Order calldata order, uint8 round, uint16 share) external;
    /// Does what is due, for anyone: a default, what silence means, a broken or kept pledge, a ruling.
    function execute(ComplaintId complaint, Order calldata order) external;
    /// The customer is satisfied.
    function confirm(ComplaintId complaint) external;
    /// One to five stars by each side, once, after the money moved.
    function rate(ComplaintId complaint, uint8 stars, bytes32 digest) external;
    /// Says once, before any escalation, that the first reply was automatic.
    function contest(ComplaintId complaint) external;
    /// Makes the complaint one about a person, who is named later or never, before any escalation.
    function accuse(ComplaintId complaint, bytes32 accusation) external;
    /// Names who is accused, so that it can neither answer nor be drawn. Before any escalation: nobody can be kept from a
    /// panel once it can be known.
    function nameAccused(ComplaintId complaint, address account, bytes32 salt) external;
    /// Adds evidence, 32 items a side, until the court's vote opens. By the customer or an operator with role 1.
    function submitEvidence(ComplaintId complaint, bytes32 digest) external;
}
