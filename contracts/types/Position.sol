// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// An arbitrator's stake in one storage word (from the low end up):
/// owner 160 | tickets 7 | exiting 1 | seats 8 | sinceBlock 32 | balance (gwei) 48.
type Position is uint256;

using Positions for Position global;

uint256 constant EXITING = 1 << 167;
uint256 constant ONE_SEAT = 1 << 168;
uint256 constant BALANCE_SHIFT = 208;

library Positions {
    function pack(address owner_, uint256 tickets_, uint256 sinceBlock, uint256 balanceGwei)
        internal
        pure
        returns (Position)
    {
        return Position.wrap(
            uint256(uint160(owner_)) | tickets_ << 160 | sinceBlock << 176 | balanceGwei << BALANCE_SHIFT
        );
    }

    function owner(Position position) internal pure returns (address) {
        return address(uint160(Position.unwrap(position)));
    }

    function tickets(Position position) internal pure returns (uint256) {
        return Position.unwrap(position) >> 160 & 0x7f;
    }

    function exiting(Position position) internal pure returns (bool) {
        return Position.unwrap(position) & EXITING != 0;
    }

    function seats(Position position) internal pure returns (uint256) {
        return uint8(Position.unwrap(position) >> 168);
    }

    function since(Position position) internal pure returns (uint256) {
        return uint32(Position.unwrap(position) >> 176);
    }

    function balance(Position position) internal pure returns (uint256) {
        return Position.unwrap(position) >> BALANCE_SHIFT;
    }

    /// One more seat. The caller has checked that there is room.
    function seated(Position position) internal pure returns (Position) {
        unchecked {
            return Position.wrap(Position.unwrap(position) + ONE_SEAT);
        }
    }

    function withExit(Position position) internal pure returns (Position) {
        return Position.wrap(Position.unwrap(position) | EXITING);
    }

    /// One seat less. The caller has counted it before.
    function unseated(Position position) internal pure returns (Position) {
        unchecked {
            return Position.wrap(Position.unwrap(position) - ONE_SEAT);
        }
    }

    /// `amount` gwei more; 48 bits hold more than there is.
    function credited(Position position, uint256 amount) internal pure returns (Position) {
        unchecked {
            return Position.wrap(Position.unwrap(position) + (amount << BALANCE_SHIFT));
        }
    }

    function withBalance(Position position, uint256 balanceGwei) internal pure returns (Position) {
        return Position.wrap(Position.unwrap(position) & (1 << BALANCE_SHIFT) - 1 | balanceGwei << BALANCE_SHIFT);
    }
}
