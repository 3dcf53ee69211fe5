// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintWord} from "../types/Complaint.sol";
import {ComplaintId, OrganisationId} from "../types/Ids.sol";
import {Order} from "../types/Order.sol";
import {ICaseFund} from "./ICaseFund.sol";

/// What the claims need of the desk.
interface IClaimDesk {
    /// Files the customer's complaint about a claim; calls `ICaseFund.open` before it returns. Only the claims' contract.
    function fileClaim(Order calldata order, uint16 demand, uint8 category, bytes32 digest)
        external
        returns (ComplaintId);
    function complaints(ComplaintId complaint) external view returns (ComplaintWord);
}

enum ClaimState {
    None,
    /// Only while `claim` runs.
    Filing,
    Open,
    Withdrawn,
    Split
}

/// Claims against an organisation's bond, by whoever has no order in escrow. Amounts are wei.
///
/// A claim is an `Order` whose token is this contract's address; its hash is the claim's key. It holds its amount in the
/// bond until the complaint ends, and only a ruling pays from there. What the organisation gives of its own will, by an
/// offer or a settlement, comes out of money sent along (`fund`): else it could empty its bond into a second wallet.
///
/// A claim's trail starts with `Claimed` and ends with `Split`, whose word the complaint's trail has.
interface IBondClaims {
    /// The amount is locked in the bond; `payer` left the deposit, 2 % of it rounded up. The actor is the customer.
    event Claimed(
        bytes32 indexed key,
        OrganisationId indexed organisation,
        address indexed actor,
        uint16 version,
        bytes32 ref,
        uint96 amount,
        address payer
    );
    /// The complaint ended. `toCustomer` contains `costPaid`; of it, `fromFunding` was money sent along and the rest came
    /// from the bond, where `toOrganisation` is free again. `depositBack` of the deposit went to its payer, the rest to
    /// the bond. `actor` is the desk. (Where the customer withdraws, all is as before, and the desk's event says so.)
    event Split(
        bytes32 indexed key,
        OrganisationId indexed organisation,
        address indexed actor,
        ComplaintId complaint,
        uint96 toCustomer,
        uint96 toOrganisation,
        uint96 costPaid,
        uint96 fromFunding,
        uint96 depositBack
    );
    /// `payer` sent `amount` wei with which the organisation may settle. Not folded: it is the payer's until a `Split`.
    event Funded(ComplaintId indexed complaint, address indexed actor, address indexed payer, uint96 amount);
    /// `amount` wei of what `actor` had sent, all that is left of it, went to `to`. Not folded either.
    event FundingWithdrawn(ComplaintId indexed complaint, address indexed actor, address to, uint96 amount);

    /// The policy in force is another one: read it, then claim under it.
    error VersionNotCurrent(OrganisationId organisation, uint16 given, uint16 current);
    /// More than the policy's cap, or than a tenth of what is free in the bond.
    error ClaimTooLarge(OrganisationId organisation, uint256 amount, uint256 limit);
    error DepositInvalid(uint256 given, uint256 due);
    error AmountInvalid(uint256 amount);
    /// The same customer has used the reference before.
    error ClaimExists(bytes32 key);
    /// Claims are filed here, not at the desk.
    error ClaimNotFiling(bytes32 key, ClaimState state);
    /// The claim is not the one that the complaint is about, or has ended.
    error ClaimOfAnotherComplaint(bytes32 key, ComplaintId given, ComplaintId current);
    /// No claim is open under the complaint.
    error ClaimNotOpen(ComplaintId complaint);
    error FundingTooSmall(ComplaintId complaint, uint256 funded, uint256 needed);
    /// An offer stands on the money.
    error FundingBound(ComplaintId complaint);

    /// A claim's amount, complaint, filing time (Unix seconds), state, and who paid the deposit.
    function claims(bytes32 key)
        external
        view
        returns (uint96 amount, ComplaintId complaint, uint40 claimedAt, ClaimState state, address payer);
    /// The rolling hash of the claim's events; zero once a complaint has split it (then the complaint's trail has it).
    function claimTrail(Order calldata claim_) external view returns (bytes32);
    /// The most that a claim can ask for now, under which policy; and what has to be sent along for `amount`.
    function limit(OrganisationId organisation) external view returns (uint16 version, uint256 amount);
    function depositFor(uint256 amount) external pure returns (uint256);
    /// The key of the claim that a complaint is about; zero if it is about an order.
    function claimOf(ComplaintId complaint) external view returns (bytes32 key);
    /// The money sent along that was not taken back, and what a `Split` left of it.
    function funding(ComplaintId complaint) external view returns (uint96 sent, uint96 left);
    /// What `payer` sent of it; its part of what is left is in proportion.
    function sentBy(ComplaintId complaint, address payer) external view returns (uint96);
    /// Whether the money sent along pays `share` of the claim; the desk asks before it records an offer.
    function covers(ComplaintId complaint, uint16 share) external view returns (bool);

    /// Claims `amount` of the organisation's bond under the policy that the actor has seen, which must be the one in
    /// force, and files the complaint, asking for `demand` of it; send `depositFor(amount)`. Never paused.
    /// @param ref Salted and hashed off chain, like an order's; used once.
    function claim(
        OrganisationId organisation,
        uint16 version,
        uint96 amount,
        bytes32 ref,
        uint16 demand,
        uint8 category,
        bytes32 digest
    ) external payable returns (ComplaintId);
    /// Adds what is sent to the money with which the organisation can settle; anyone may. It stays the payer's.
    function fund(ComplaintId complaint) external payable;
    /// Sends the actor's part of what is left to `to`. Not while an offer or a pledge stands on it: before the first one, in
    /// arbitration, and after the end. Reverts if `to` refuses it.
    function withdrawFunding(ComplaintId complaint, address payable to) external;

    /// Like `ICaseFund.split`, without a ruling: `share` comes out of the money sent along, the bond is free again, the
    /// deposit goes back. Reverts with `FundingTooSmall`. Only the desk.
    function splitFunded(Order calldata claim_, ComplaintId complaint, uint16 share)
        external
        returns (ICaseFund.Division memory);
}
