// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {Payouts} from "./Payouts.sol";
import {ClaimState, IBondClaims, IClaimDesk} from "./interfaces/IBondClaims.sol";
import {ICaseFund} from "./interfaces/ICaseFund.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {Fees} from "./libraries/Fees.sol";
import {Trail} from "./libraries/Trail.sol";
import {ComplaintState} from "./types/Complaint.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";
import {Order} from "./types/Order.sol";
import {PolicyWord} from "./types/Policy.sol";

/// Claims against a bond, from the deposit to the division; the interface is the manual.
contract BondClaims is IBondClaims, ICaseFund, Payouts {
    uint256 internal constant DEPOSIT_SHARE = 200;
    /// A claim takes at most this part of what is free, so that many at once leave something for the next.
    uint256 internal constant BOND_PARTS = 10;

    struct Claim {
        uint96 amount;
        ComplaintId complaint;
        uint40 claimedAt;
        ClaimState state;
        address payer;
    }

    struct Funding {
        uint96 sent;
        uint96 left;
    }

    IOrganisationRegistry public immutable registry;
    IClaimDesk public immutable desk;

    /// @inheritdoc IBondClaims
    mapping(bytes32 key => Claim) public claims;
    /// @inheritdoc IBondClaims
    mapping(ComplaintId complaint => bytes32 key) public claimOf;
    /// @inheritdoc IBondClaims
    mapping(ComplaintId complaint => Funding) public funding;
    /// @inheritdoc IBondClaims
    mapping(ComplaintId complaint => mapping(address payer => uint96)) public sentBy;

    constructor(IOrganisationRegistry registry_, IClaimDesk desk_, address forwarder) Actors(forwarder) {
        (registry, desk) = (registry_, desk_);
    }

    modifier onlyDesk() {
        if (msg.sender != address(desk)) revert OnlyDesk(msg.sender);
        _;
    }

    /// @inheritdoc IBondClaims
    function claim(
        OrganisationId organisation,
        uint16 version,
        uint96 amount,
        bytes32 ref,
        uint16 demand,
        uint8 category,
        bytes32 digest
    ) external payable nonReentrant returns (ComplaintId complaint) {
        _checkAmount(organisation, version, amount);
        Order memory claim_ = Order(organisation, version, _actor(), address(this), ref);
        bytes32 key = claim_.key();
        if (claims[key].state != ClaimState.None) revert ClaimExists(key);
        address payer = _payer();
        claims[key] = Claim(amount, ComplaintId.wrap(0), uint40(block.timestamp), ClaimState.Filing, payer);
        emit Claimed(key, organisation, claim_.customer, version, ref, amount, payer);
        registry.lock(organisation, amount);
        complaint = desk.fileClaim(claim_, demand, category, digest);
    }

    /// @inheritdoc IBondClaims
    function fund(ComplaintId complaint) external payable {
        if (msg.value == 0 || msg.value > type(uint96).max) revert AmountInvalid(msg.value);
        if (claims[claimOf[complaint]].state != ClaimState.Open) revert ClaimNotOpen(complaint);
        uint96 amount = uint96(msg.value);
        address payer = _payer();
        Funding storage funding_ = funding[complaint];
        (funding_.sent, funding_.left) = (funding_.sent + amount, funding_.left + amount);
        sentBy[complaint][payer] += amount;
        emit Funded(complaint, _actor(), payer, amount);
    }

    /// @inheritdoc IBondClaims
    function withdrawFunding(ComplaintId complaint, address payable to) external nonReentrant {
        address actor = _actor();
        uint96 sent = sentBy[complaint][actor];
        if (sent == 0) revert NothingToWithdraw(actor);
        if (_isBound(complaint)) revert FundingBound(complaint);
        Funding storage funding_ = funding[complaint];
        // In proportion to those who have not taken theirs yet, so that the last one gets the odd wei.
        uint96 back = uint96(uint256(sent) * funding_.left / funding_.sent);
        (funding_.sent, funding_.left) = (funding_.sent - sent, funding_.left - back);
        sentBy[complaint][actor] = 0;
        emit FundingWithdrawn(complaint, actor, to, back);
        _send(to, back);
    }

    /// @inheritdoc ICaseFund
    function open(Order calldata claim_, ComplaintId complaint)
        external
        onlyDesk
        returns (uint256 amount, bytes32 trail)
    {
        bytes32 key = claim_.key();
        Claim storage held = claims[key];
        if (held.state != ClaimState.Filing) revert ClaimNotFiling(key, held.state);
        (held.complaint, held.state) = (complaint, ClaimState.Open);
        claimOf[complaint] = key;
        return (held.amount, _claimedTrail(claim_, key, held));
    }

    /// @inheritdoc ICaseFund
    function close(Order calldata claim_, ComplaintId complaint) external onlyDesk nonReentrant {
        (, Claim storage held) = _held(claim_, complaint);
        held.state = ClaimState.Withdrawn;
        registry.unlock(claim_.organisation, held.amount);
        _pay(held.payer, depositFor(held.amount));
    }

    /// @inheritdoc ICaseFund
    function divide(Order calldata claim_, ComplaintId complaint, uint16 share, uint96 costOwed)
        external
        onlyDesk
        nonReentrant
        returns (Division memory division)
    {
        (bytes32 key, Claim storage held) = _held(claim_, complaint);
        held.state = ClaimState.Split;
        (uint96 amount, OrganisationId organisation) = (held.amount, claim_.organisation);
        uint96 part = uint96(Fees.shareDown(amount, share));
        uint256 deposit = depositFor(amount);
        // Whoever was right by half gets all of it back.
        uint256 back = share * 2 < Fees.ALL ? Fees.shareDown(deposit, uint256(share) * 2) : deposit;
        // What the deposit loses comes first: it pays costs, too.
        if (back != deposit) registry.forfeit{value: deposit - back}(organisation);
        if (part != 0) registry.payLocked(organisation, part, claim_.customer);
        if (part != amount) registry.unlock(organisation, amount - part);
        if (costOwed != 0) division.costPaid = registry.charge(organisation, costOwed, claim_.customer);
        (division.toCustomer, division.toOrganisation) = (part + division.costPaid, amount - part);
        _finish(claim_, key, held, division, 0, uint96(back));
    }

    /// @inheritdoc IBondClaims
    function splitFunded(Order calldata claim_, ComplaintId complaint, uint16 share)
        external
        onlyDesk
        nonReentrant
        returns (Division memory division)
    {
        (bytes32 key, Claim storage held) = _held(claim_, complaint);
        held.state = ClaimState.Split;
        uint96 amount = held.amount;
        uint96 part = uint96(Fees.shareDown(amount, share));
        uint96 left = funding[complaint].left;
        if (left < part) revert FundingTooSmall(complaint, left, part);
        funding[complaint].left = left - part;
        registry.unlock(claim_.organisation, amount);
        (division.toCustomer, division.toOrganisation) = (part, amount - part);
        _finish(claim_, key, held, division, part, uint96(depositFor(amount)));
        _pay(claim_.customer, part);
    }

    /// @inheritdoc IBondClaims
    function covers(ComplaintId complaint, uint16 share) external view returns (bool) {
        return funding[complaint].left >= Fees.shareDown(claims[claimOf[complaint]].amount, share);
    }

    /// @inheritdoc ICaseFund
    function valueOf(Order calldata claim_, ComplaintId complaint) external view returns (uint256) {
        (, Claim storage held) = _held(claim_, complaint);
        return held.amount;
    }

    /// @inheritdoc IBondClaims
    function claimTrail(Order calldata claim_) external view returns (bytes32) {
        bytes32 key = claim_.key();
        Claim storage held = claims[key];
        if (held.state == ClaimState.None || held.state == ClaimState.Split) return 0;
        return _claimedTrail(claim_, key, held);
    }

    /// @inheritdoc IBondClaims
    function limit(OrganisationId organisation) public view returns (uint16 version, uint256 amount) {
        version = registry.currentVersion(organisation);
        (uint96 balance, uint96 locked) = registry.bond(organisation);
        // A tenth of the bond stays free for costs: else an organisation could claim it all itself when a ruling is near.
        (uint256 free, uint256 kept) = (balance - locked, balance / BOND_PARTS);
        uint256 part = free > kept ? (free - kept) / BOND_PARTS : 0;
        uint256 cap = registry.policyOf(organisation, version).claimCap();
        amount = cap < part ? cap : part;
    }

    /// @inheritdoc IBondClaims
    function depositFor(uint256 amount) public pure returns (uint256) {
        return (amount * DEPOSIT_SHARE + Fees.ALL - 1) / Fees.ALL;
    }

    function _checkAmount(OrganisationId organisation, uint16 version, uint96 amount) private view {
        if (amount == 0) revert AmountInvalid(amount);
        (uint16 current, uint256 max) = limit(organisation);
        if (version != current) revert VersionNotCurrent(organisation, version, current);
        if (amount > max) revert ClaimTooLarge(organisation, amount, max);
        if (msg.value != depositFor(amount)) revert DepositInvalid(msg.value, depositFor(amount));
    }

    /// Known by what it is not: before the first offer, in arbitration or ended. So no state of the desk is forgotten.
    function _isBound(ComplaintId complaint) private view returns (bool) {
        if (claims[claimOf[complaint]].state != ClaimState.Open) return false;
        ComplaintState state = desk.complaints(complaint).state();
        return state != ComplaintState.Filed && state != ComplaintState.Asked && state != ComplaintState.Escalated;
    }

    function _held(Order calldata claim_, ComplaintId complaint)
        private
        view
        returns (bytes32 key, Claim storage held)
    {
        key = claim_.key();
        held = claims[key];
        if (held.state != ClaimState.Open || held.complaint != complaint) {
            revert ClaimOfAnotherComplaint(key, complaint, held.complaint);
        }
    }

    /// What every division has in common: the rest of `division`, the event, and the deposit's way back.
    function _finish(
        Order calldata claim_,
        bytes32 key,
        Claim storage held,
        Division memory division,
        uint96 fromFunding,
        uint96 depositBack
    ) private {
        bytes memory arguments = abi.encode(
            key,
            claim_.organisation,
            msg.sender,
            held.complaint,
            division.toCustomer,
            division.toOrganisation,
            division.costPaid,
            fromFunding,
            depositBack
        );
        division.trail = Trail.fold(_claimedTrail(claim_, key, held), Split.selector, keccak256(arguments), msg.sender);
        division.confirmSeconds = uint32(registry.policyOf(claim_.organisation, claim_.version).confirmSeconds());
        emit Split(
            key,
            claim_.organisation,
            msg.sender,
            held.complaint,
            division.toCustomer,
            division.toOrganisation,
            division.costPaid,
            fromFunding,
            depositBack
        );
        _pay(held.payer, depositBack);
    }

    /// The trail after `Claimed`, from the claim's facts alone.
    function _claimedTrail(Order calldata claim_, bytes32 key, Claim storage held) private view returns (bytes32) {
        bytes32 arguments = keccak256(
            abi.encode(key, claim_.organisation, claim_.customer, claim_.version, claim_.ref, held.amount, held.payer)
        );
        return Trail.foldAt(Trail.genesis(uint256(key)), Claimed.selector, arguments, claim_.customer, held.claimedAt);
    }
}
