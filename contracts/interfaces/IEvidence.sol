// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The part of ERC-1497 that the desk speaks. An echo for its readers: the desk's own events carry the digest.
interface IEvidence {
    event Evidence(
        address indexed _arbitrator, uint256 indexed _evidenceGroupID, address indexed _party, string _evidence
    );
}
