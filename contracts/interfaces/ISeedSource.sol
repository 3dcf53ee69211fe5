// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Where the court's randomness comes from. Chains whose block hashes can be bent put a VRF behind it.
interface ISeedSource {
    /// The seed is not there yet; come back after block `blockNumber`.
    error SeedPending(uint256 blockNumber, uint256 current);
    /// The block is too old for the chain to vouch for it.
    error SeedGone(uint256 blockNumber, uint256 current);
    /// `proof` is not the header of that block.
    error SeedProofMismatch(uint256 blockNumber, bytes32 expected, bytes32 given);

    /// How many blocks after an escalation the seed's block comes.
    function delay() external view returns (uint256);
    /// Whether the seed of `blockNumber` can never be had again.
    function gone(uint256 blockNumber) external view returns (bool);
    /// The seed of `blockNumber`.
    /// @param proof What the source needs to show it; for RANDAO the RLP-encoded header of that block.
    function seed(uint256 blockNumber, bytes calldata proof) external view returns (bytes32);
}
