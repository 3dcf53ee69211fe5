// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISeedSource} from "./interfaces/ISeedSource.sol";
import {Header} from "./libraries/Header.sol";

/// The RANDAO value (`mixHash`, EIP-4399) of a fixed block, read from its header and proven against its hash. A block
/// hash can be ground by its builder, millions of tries a slot; the RANDAO value gives its last revealer about one bit.
contract RandaoSource is ISeedSource {
    /// @inheritdoc ISeedSource
    uint256 public constant delay = 4;

    /// EIP-2935: hashes of the last 8 191 blocks.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 private constant HISTORY_WINDOW = 8191;
    uint256 private constant BLOCKHASH_WINDOW = 256;

    /// @inheritdoc ISeedSource
    function gone(uint256 blockNumber) public view returns (bool) {
        return block.number > blockNumber + HISTORY_WINDOW;
    }

    /// @inheritdoc ISeedSource
    function seed(uint256 blockNumber, bytes calldata proof) external view returns (bytes32) {
        if (block.number <= blockNumber) revert SeedPending(blockNumber, block.number);
        if (gone(blockNumber)) revert SeedGone(blockNumber, block.number);
        bytes32 expected = _hash(blockNumber);
        bytes32 given = keccak256(proof);
        if (given != expected) revert SeedProofMismatch(blockNumber, expected, given);
        return Header.mixHash(proof);
    }

    function _hash(uint256 blockNumber) private view returns (bytes32) {
        if (block.number - blockNumber <= BLOCKHASH_WINDOW) return blockhash(blockNumber);
        (bool found, bytes memory answer) = HISTORY.staticcall(abi.encode(blockNumber));
        if (!found || answer.length != 32) revert SeedGone(blockNumber, block.number);
        return abi.decode(answer, (bytes32));
    }
}
