// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "./IArbitrable.sol";
import {IArbitrator} from "./IArbitrator.sol";

/// The house court for any ERC-792 arbitrable.
///
/// `extraData` holds up to two 32-byte words. The first is a track number (bits 0 to 2), with bit 255 for a median of
/// numbers up to 10 000 instead of a plurality of choices; with any other bit set, or if it is not there, it counts as
/// track 0 by plurality, and so does the number of a track that does not exist. The second is the least number of seats
/// wanted, as in Kleros' extraData: the next of 3, 5, 7, 15 and 31 is taken; 3 if it is absent, 0 or above 31. What
/// follows is ignored.
///
/// A ruling of 0 means that there is none; with the median it also means the number 0. Disputes are numbered from
/// 2^64 + 1 without gaps. Whoever pays more than the cost gets the rest back at once; what it refuses is its credit here.
/// What the court does not spend it gives to the arbitrable itself, or credits there.
interface IPublicArbitrator is IArbitrator {
    struct PublicDispute {
        IArbitrable arbitrable;
        /// The court's dispute has ended; `ruling` stands.
        bool ruled;
        /// The arbitrable has heard it.
        bool delivered;
        /// End of the appeal window that `AppealPossible` was last emitted for (Unix seconds).
        uint40 announcedUntil;
        uint256 ruling;
    }

    /// What `DisputeCreation` leaves out. `choices` is 0 for the median.
    event Opened(uint256 indexed dispute, uint8 track, uint256 seats, uint256 choices, uint256 cost, uint256 terms);
    /// The ruling stands, whether or not the arbitrable hears it.
    event Ruled(uint256 indexed dispute, uint256 ruling, bytes32 record);
    /// The arbitrable has heard the ruling; it will not be told again.
    event Delivered(uint256 indexed dispute);
    /// The arbitrable refused to hear the ruling; anyone may `deliver` it later.
    event DeliveryFailed(uint256 indexed dispute);

    /// None, more than 2^256 - 2, or not 10 000 where a median is wanted.
    error ChoicesInvalid(uint256 choices);
    error ValueTooLow(uint256 needed, uint256 given);
    error DisputeUnknown(uint256 dispute);
    error NotArbitrable(uint256 dispute, address caller, address arbitrable);
    error NotAppealable(uint256 dispute);
    error AlreadyAnnounced(uint256 dispute);
    error AlreadyRuled(uint256 dispute);
    error NotRuled(uint256 dispute);
    error AlreadyDelivered(uint256 dispute);
    error DeliveryRefused(uint256 dispute);
    /// The arbitrable must get `needed`, so that nobody makes it fail by calling with little gas.
    error GasTooLow(uint256 needed, uint256 given);

    /// How many disputes there are: the last is 2^64 + `disputeCount()`.
    function disputeCount() external view returns (uint256);
    function disputes(uint256 dispute) external view returns (PublicDispute memory);
    /// Emits `AppealPossible`, once in each appeal window: a clock can't. Anyone.
    function announce(uint256 dispute) external;
    /// Ends a dispute that can be decided and tells the arbitrable, with 1 000 000 gas. Anyone.
    function executeRuling(uint256 dispute) external;
    /// Tells the arbitrable again, which did not hear it the first time, with all the gas there is. Anyone.
    function deliver(uint256 dispute) external;
}
