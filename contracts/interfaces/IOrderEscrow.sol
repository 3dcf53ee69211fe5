// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintId, OrganisationId} from "../types/Ids.sol";
import {Order, OrderWord} from "../types/Order.sol";

/// Payments held for a while. The money of an order can reach its customer and its organisation, nobody else, whatever
/// the desk says; the desk decides only how it is divided.
///
/// An order is known by the hash of its facts (`key`). Its trail starts with `Paid` and ends with `Released`,
/// `Refunded` or `Split`; the word of a split one is folded into the complaint's trail.
interface IOrderEscrow {
    /// `amount` in wei. The actor is the customer.
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
    /// A complaint ended. `actor` is the desk.
    event Split(
        bytes32 indexed key,
        OrganisationId indexed organisation,
        address indexed actor,
        ComplaintId complaint,
        uint96 toCustomer,
        uint96 toOrganisation
    );
    /// `amount` wei that waited for the organisation were paid out.
    event OrganisationWithdrew(
        OrganisationId indexed organisation, address indexed actor, address indexed to, uint256 amount
    );

    error AmountInvalid(uint256 amount);
    error OrderExists(bytes32 key);
    /// The policy in force is another one: read it, then pay under it.
    error VersionNotCurrent(OrganisationId organisation, uint16 given, uint16 current);
    /// No order with these facts is held without a complaint.
    error OrderNotHeld(bytes32 key, uint8 state);
    /// The order is not the one that the complaint is about.
    error OrderOfAnotherComplaint(bytes32 key, ComplaintId given, ComplaintId current);
    error NotCustomer(bytes32 key, address caller, address customer);
    error ProtectionNotOver(bytes32 key, uint256 until, uint256 current);
    /// Complaints are filed within the protection time; else one after another could hold the money for ever.
    error ProtectionOver(bytes32 key, uint256 until, uint256 current);
    error SplitExceedsAmount(bytes32 key, uint256 toCustomer, uint256 amount);
    error OnlyDesk(address caller);

    function orders(bytes32 key) external view returns (OrderWord);
    /// The rolling hash of the order's events; zero once a complaint has split it (then the complaint's trail has it).
    function orderTrail(Order calldata order) external view returns (bytes32);
    /// Wei that wait for the organisation.
    function organisationBalance(OrganisationId organisation) external view returns (uint256);

    /// Pays for an order under the policy version that the customer has seen, which must be the one in force.
    function pay(OrganisationId organisation, uint16 version, bytes32 ref) external payable returns (bytes32 key);
    /// Gives the money to the organisation: the customer at any time, anyone once the protection time is over.
    /// Not while a complaint is open.
    function release(Order calldata order) external;
    /// Gives the money back. Role 2 of the organisation. Not while a complaint is open.
    function refund(Order calldata order) external;
    /// Pays out what waits for the organisation. Role 2.
    function withdrawOrganisation(OrganisationId organisation, address payable to) external;

    /// Holds the order for a complaint, within its protection time. Only the desk.
    /// @return amount The base of the complaint (wei).
    /// @return trail The order's trail.
    function open(Order calldata order, ComplaintId complaint) external returns (uint256 amount, bytes32 trail);
    /// Ends the hold without dividing anything. Only the desk.
    function close(Order calldata order, ComplaintId complaint) external;
    /// Pays `toCustomer` wei to the customer and the rest to the organisation. Only the desk.
    /// @return trail The order's last trail.
    function split(Order calldata order, ComplaintId complaint, uint96 toCustomer) external returns (bytes32 trail);
    /// The amount (wei) of the order that `complaint` is about. Reverts with `OrderOfAnotherComplaint`.
    function amountOf(Order calldata order, ComplaintId complaint) external view returns (uint256);
}
