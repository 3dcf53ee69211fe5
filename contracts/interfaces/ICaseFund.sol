// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintId} from "../types/Ids.sol";
import {Order} from "../types/Order.sol";

/// Where the money of a case waits: the escrow of its order, or the bond behind a claim without one. The desk decides
/// only how it is divided; it reaches the customer and the organisation, nobody else, whatever the desk says.
interface ICaseFund {
    /// What became of the money.
    struct Division {
        /// In the order's own coin: the customer's part, with what it was paid of its costs, and the organisation's.
        uint96 toCustomer;
        uint96 toOrganisation;
        /// The part of `costOwed` that is contained in `toCustomer`.
        uint96 costPaid;
        /// How long the customer may confirm.
        uint32 confirmSeconds;
        /// The order's last trail; zero if it is still what `open` answered, because nobody ever froze the order.
        bytes32 trail;
    }

    error OnlyDesk(address caller);

    /// Holds the order for a complaint. Only the desk.
    /// @return amount The base of the complaint, in the order's coin.
    /// @return trail The order's trail.
    function open(Order calldata order, ComplaintId complaint) external returns (uint256 amount, bytes32 trail);
    /// Ends the hold without dividing anything. Only the desk.
    function close(Order calldata order, ComplaintId complaint) external;
    /// Pays `share` (basis points, rounded down) of the base to the customer and, out of what is left, up to `costOwed`
    /// wei of its costs; the rest is the organisation's. Only the desk.
    function divide(Order calldata order, ComplaintId complaint, uint16 share, uint96 costOwed)
        external
        returns (Division memory);
    /// What the base is worth in wei, for the size of a panel. Reverts if the order is not that of `complaint`.
    function valueOf(Order calldata order, ComplaintId complaint) external view returns (uint256);
}
