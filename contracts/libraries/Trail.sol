// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The rolling hash that makes a subject's history complete: who folds the subject's events in order must arrive at the
/// word on chain, so that nothing can be left out, added, moved or changed. Vectors: tests/vectors/trail.json.
library Trail {
    /// The word before the first event. `subject` is the id, left-padded to 32 bytes (for an order: its key).
    function genesis(uint256 subject) internal view returns (bytes32) {
        return keccak256(abi.encode("redress-trail/1", block.chainid, address(this), subject));
    }

    /// The word after an event at this block's time.
    /// @param topic0 The event's signature hash.
    /// @param arguments keccak256 of the ABI encoding of all its arguments as declared, indexed ones too.
    /// @param actor The person who acted, never a relayer.
    function fold(bytes32 trail, bytes32 topic0, bytes32 arguments, address actor) internal view returns (bytes32) {
        return foldAt(trail, topic0, arguments, actor, block.timestamp);
    }

    function foldAt(bytes32 trail, bytes32 topic0, bytes32 arguments, address actor, uint256 timestamp)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(trail, topic0, arguments, actor, timestamp));
    }
}
