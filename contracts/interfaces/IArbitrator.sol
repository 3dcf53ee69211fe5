// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "./IArbitrable.sol";

/// ERC-792: a contract that decides disputes of other contracts. Signatures as published in kleros/erc-792; amounts are
/// wei, times Unix seconds.
interface IArbitrator {
    enum DisputeStatus {
        Waiting,
        Appealable,
        Solved
    }

    event DisputeCreation(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);
    /// The current ruling can be appealed now.
    event AppealPossible(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);
    /// The current ruling was appealed.
    event AppealDecision(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);

    /// Opens a dispute of the calling contract, paid with at least `arbitrationCost(_extraData)`.
    /// @param _choices How many answers there are besides 0.
    /// @param _extraData What the arbitrator wants to know besides; each has its own format.
    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256 disputeID);
    function arbitrationCost(bytes calldata _extraData) external view returns (uint256 cost);
    /// Asks for another ruling before the current one becomes final, paid with at least `appealCost`.
    function appeal(uint256 _disputeID, bytes calldata _extraData) external payable;
    function appealCost(uint256 _disputeID, bytes calldata _extraData) external view returns (uint256 cost);
    /// When the current ruling can be appealed; (0, 0) if that is not known, or it can't be.
    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end);
    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus status);
    /// The ruling given, or the one that will be given if nobody appeals.
    function currentRuling(uint256 _disputeID) external view returns (uint256 ruling);
}
