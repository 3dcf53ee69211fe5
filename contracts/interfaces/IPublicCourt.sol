// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RoundPhase} from "../libraries/RoundPhases.sol";

/// Appeals, as the court offers them to the one who may appeal: of disputes about complaints the fund, of others the
/// public door. Amounts are wei.
interface IAppeals {
    function phase(uint256 dispute) external view returns (RoundPhase);
    /// What the next panel costs.
    function appealCost(uint256 dispute) external view returns (uint256);
    /// Unix seconds: the current ruling can be appealed from `start` until before `end`.
    function appealWindow(uint256 dispute) external view returns (uint256 start, uint256 end);
    /// The ruling that stands if nobody appeals. Reverts while there is none.
    function currentRuling(uint256 dispute) external view returns (uint256);
    /// How an appealed dispute ended. One that the parties settled has no ruling either: it is `refused`.
    function finalRuling(uint256 dispute) external view returns (bool known, bool refused, uint16 ruling);
    /// Opens the next round, paid with exactly `appealCost`. What is not spent goes to `payer`: pushed or credited, to the
    /// fund by `IFeePayer.takeBack`.
    function appeal(uint256 dispute, address payer) external payable returns (uint256 rulingBefore);
}

/// The house court, as the public door uses it.
interface IPublicCourt is IAppeals {
    function costOf(uint8 track, uint256 seats) external view returns (uint256 cost);
    /// Opens a dispute whose number is 2^64 or more, paid with exactly `costOf`. Only the public door.
    /// @param choices Answers besides 0, decided by plurality; 0: a number up to 10 000, decided by the median.
    function openPublic(uint256 dispute, uint8 track, uint256 seats, uint256 choices)
        external
        payable
        returns (uint256 terms);
    /// Ends a dispute that can be decided; the ruling is 0 if there is none. What is not spent of the first fees goes to
    /// `payer`. Only the public door.
    function concludePublic(uint256 dispute, address payer) external returns (uint256 ruling, bytes32 record);
}
