// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Lists of words in memory, without the check that an index is in range: in a loop over a list it is. A panel's ruling
/// looks at its seats often enough that the checks cost a dispute 1 000 gas.
library Words {
    /// The word at `i`, which must be less than the list's length.
    function get(uint256[] memory list, uint256 i) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(list, shl(5, add(i, 1))))
        }
    }

    function put(uint256[] memory list, uint256 i, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(list, shl(5, add(i, 1))), word)
        }
    }

    function put(int256[] memory list, uint256 i, int256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(list, shl(5, add(i, 1))), word)
        }
    }

    /// Makes the list shorter, in place.
    function cut(uint256[] memory list, uint256 length) internal pure {
        assembly ("memory-safe") {
            mstore(list, length)
        }
    }
}
