// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The part of ERC-1497 that the desk speaks. An echo for its readers: the desk's own events carry the digest.
interface IEvidence {
    /// ERC-1497: `_evidence` is the IPFS link of the digest in the desk's own event.
    event Evidence(
        address indexed _arbitrator, uint256 indexed _evidenceGroupID, address indexed _party, string _evidence
    );
}
