// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintId, OrganisationId} from "../types/Ids.sol";
import {Order, OrderWord} from "../types/Order.sol";
import {IOrganisationRegistry} from "./IOrganisationRegistry.sol";

/// Payments held for a while, in the native coin or a listed ERC-20. The money of an order can reach its customer and
/// its organisation, nobody else, whatever the desk says; the desk decides only how it is divided, and there never is
/// another desk: a new one comes with a new escrow, and orders that are here stay with the desk they were paid under.
///
/// An order is known by the hash of its facts (`key`). Its trail starts with `Paid`, may have one `OrderFrozen`, and
/// ends with `Released`, with `Refunded`, or where a complaint takes it up: how that divides it, the complaint's trail
/// tells, which takes over the order's as well.
///
/// Amounts are units of the order's coin. Each coin has books of its own: what is held of it is the sum of its orders,
/// credits and organisations' balances. A token that takes a fee is booked at what arrived. One whose balances shrink
/// by themselves leaves the last to withdraw short, in that token alone; who lists it takes that risk for its users.
interface IOrderEscrow {
    /// `amount` arrived. The actor is the customer.
    event Paid(
        bytes32 indexed key,
        OrganisationId indexed organisation,
        address indexed actor,
        uint16 version,
        address token,
        bytes32 ref,
        uint96 amount
    );
    /// All went to the organisation: by the customer's word, or because the protection time passed.
    event Released(bytes32 indexed key, OrganisationId indexed organisation, address indexed actor, uint96 amount);
    /// The organisation gave all back of its own will.
    event Refunded(bytes32 indexed key, OrganisationId indexed organisation, address indexed actor, uint96 amount);
    /// A complaint ended. `actor` is the desk. Not folded: the desk's `Executed` says the same, and is.
    event Split(
        bytes32 indexed key,
        OrganisationId indexed organisation,
        address indexed actor,
        ComplaintId complaint,
        uint96 toCustomer,
        uint96 toOrganisation
    );
    /// The order pays nothing out before `until` (Unix seconds). The actor is the guardian.
    event OrderFrozen(bytes32 indexed key, OrganisationId indexed organisation, address indexed actor, uint32 until);
    /// `amount` of `token` (zero: wei) that waited for the organisation were paid out.
    event OrganisationWithdrew(
        OrganisationId indexed organisation, address indexed actor, address indexed to, address token, uint256 amount
    );
    /// 10^18 units of `token` count as `weiPer1e18` wei when a panel is sized; zero: no new orders in it.
    event TokenRateSet(address indexed token, uint128 weiPer1e18);

    /// Nothing, or more than fits an order (2^96 - 1), was sent or arrived.
    error AmountInvalid(uint256 amount);
    error OrderExists(bytes32 key);
    /// The policy in force is another one: read it, then pay under it.
    error VersionNotCurrent(OrganisationId organisation, uint16 given, uint16 current);
    error TokenNotListed(address token);
    /// Not a contract.
    error TokenInvalid(address token);
    /// No order with these facts is held without a complaint.
    error OrderNotHeld(bytes32 key, uint8 state);
    /// No order with these facts is here, or it has ended.
    error OrderNotOpen(bytes32 key, uint8 state);
    /// The order is not the one that the complaint is about.
    error OrderOfAnotherComplaint(bytes32 key, ComplaintId given, ComplaintId current);
    error ProtectionNotOver(bytes32 key, uint256 until, uint256 current);
    /// Complaints are filed within the protection time, and opened within three days after it; else one after another
    /// could hold the money for ever.
    error ProtectionOver(bytes32 key, uint256 until, uint256 current);
    /// The complaint was anchored before the order was paid.
    error PaidLater(bytes32 key, uint256 paidAt, uint256 anchoredAt);
    error ShareInvalid(uint16 share, uint256 limit);
    /// The guardian's freeze holds the order's payouts.
    error Frozen(bytes32 key, uint256 until, uint256 current);
    /// An order is frozen once, whatever became of it since.
    error FrozenBefore(bytes32 key, uint256 until);
    error FreezeInvalid(uint256 freezeHours, uint256 limit);

    function registry() external view returns (IOrganisationRegistry);
    function desk() external view returns (address);
    function orders(bytes32 key) external view returns (OrderWord);
    /// The rolling hash of the order's events; zero once a complaint has split it (then the complaint's trail has it).
    function orderTrail(Order calldata order) external view returns (bytes32);
    /// What waits for the organisation in `token` (zero: wei).
    function organisationBalance(OrganisationId organisation, address token) external view returns (uint256);
    /// Wei that 10^18 units of `token` count as, for the size of a panel and for nothing else: no money is ever changed
    /// or paid at this rate, and no coin but the order's own is paid to the customer.
    function tokenRate(address token) external view returns (uint128 weiPer1e18);

    /// Pays for an order under the policy version that the customer has seen, which must be the one in force. Of a
    /// signed payment it is the sender who says how much, by sending it.
    function pay(OrganisationId organisation, uint16 version, bytes32 ref) external payable returns (bytes32 key);
    /// The same in a listed token, out of what the customer has approved. The order's amount is what arrives of it.
    function payToken(OrganisationId organisation, uint16 version, address token, uint96 amount, bytes32 ref)
        external
        returns (bytes32 key);
    /// The same with the customer's approval (ERC-2612) of `amount`, which may already have been used.
    function payTokenWithPermit(
        OrganisationId organisation,
        uint16 version,
        address token,
        uint96 amount,
        bytes32 ref,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 key);

    /// Holds the order for a complaint that was anchored while it was protected. Only the desk.
    /// @return amount The base of the complaint, in the order's coin.
    /// @return trail The order's trail.
    function openAnchored(Order calldata order, ComplaintId complaint, uint256 anchoredAt)
        external
        returns (uint256 amount, bytes32 trail);
    /// Gives the money to the organisation: the customer at any time, anyone three days after the protection time, when
    /// no anchored complaint can be opened any more. Not while a complaint is open.
    function release(Order calldata order) external;
    /// Gives the money back. Role 2 of the organisation. Not while a complaint is open.
    function refund(Order calldata order) external;
    /// Pays out what waits for the organisation in `token` (zero: wei). Role 2. Of a token, what does not leave stays.
    function withdrawOrganisation(OrganisationId organisation, address token, address payable to) external;

    /// Holds the payouts of an order for up to 168 hours, once; it stops no clock and no complaint. Only the guardian.
    function freeze(Order calldata order, uint256 freezeHours) external;
    /// Lists a token, or takes it off the list. Orders in it go on; those of an unlisted one count as nothing, so that
    /// the smallest panel hears them. Only the timelock.
    function setTokenRate(address token, uint128 weiPer1e18) external;
}
