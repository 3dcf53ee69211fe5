// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// What the desk needs of a court: the house court, or the door to arbitrators outside. Amounts are wei.
interface ICourt {
    struct Conclusion {
        /// Basis points; 0 if refused.
        uint16 ruling;
        /// There was no ruling to be had.
        bool refused;
        /// What the trail folds: binds every seat, commitment and vote.
        bytes32 record;
        /// What the arbitrators were paid.
        uint96 cost;
    }

    error OnlyDesk(address caller);
    error DisputeExists(uint256 dispute);

    /// Seats and price for a dispute over `base` on `track` (an unknown track is track 0).
    function quote(uint8 track, uint256 base) external view returns (uint256 seats, uint256 cost);
    /// Whether evidence may still be added: the vote has not begun.
    function evidenceOpen(uint256 dispute) external view returns (bool);
    /// Opens the dispute about a complaint, paid with exactly `quote`. Only the desk.
    /// @param parties A hint that spares the court most questions about who is excluded: organisation 20 (low) | the low 44
    /// bits of the customer. Zero: the court must ask about everyone.
    /// @return terms What was pinned: the round's word, or the arbitrator's address and its dispute.
    function acceptCase(uint256 dispute, uint8 track, uint64 parties, uint256 base)
        external
        payable
        returns (uint256 terms);
    /// Ends the dispute with its ruling. Fees not spent go to `payer`. Only the desk.
    function concludeCase(uint256 dispute, address payer) external returns (Conclusion memory);
    /// Ends the dispute because the parties agreed, before the votes of round `round` are opened. Fees not spent go to
    /// `payer`; the ruling is 0. Only the desk.
    function settleCase(uint256 dispute, uint256 round, address payer) external returns (Conclusion memory);
}
