// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Calls of contracts that nobody here wrote: they get so much gas and no more, and of what they answer no more than one
/// word is copied. Solidity's own calls copy all of it, which lets the other side spend the caller's gas.
library BoundedCall {
    /// Above what a call itself may cost: a cold account, value, the memory of its data.
    uint256 private constant OVERHEAD = 20_000;

    /// Whether a call made now would really get `limit` gas. A caller who must not choose the outcome asks first.
    function affordable(uint256 limit) internal view returns (bool) {
        return gasleft() >= limit * 64 / 63 + OVERHEAD;
    }

    /// @return done It did not revert.
    /// @return size How many bytes it answered.
    /// @return word The first 32 of them, if there are as many.
    function call(address target, uint256 limit, uint256 value, bytes memory data)
        internal
        returns (bool done, uint256 size, uint256 word)
    {
        // Writes to scratch space only.
        assembly ("memory-safe") {
            done := call(limit, target, value, add(data, 32), mload(data), 0, 32)
            size := returndatasize()
            word := mload(0)
        }
    }

    /// The same without value and without effects.
    /// @return answered It answered with a word at least.
    function ask(address target, uint256 limit, bytes memory data) internal view returns (bool answered, uint256 word) {
        // Writes to scratch space only.
        assembly ("memory-safe") {
            answered := staticcall(limit, target, add(data, 32), mload(data), 0, 32)
            answered := and(answered, gt(returndatasize(), 31))
            word := mload(0)
        }
    }
}
