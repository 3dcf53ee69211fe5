// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "./IArbitrator.sol";

/// ERC-1497: where readers of disputes find what they are about. Echoes: links are derived from the digests in our own
/// events.
interface IEvidence {
    /// `_evidence` links to the description of what disputes are about and what their choices mean.
    event MetaEvidence(uint256 indexed _metaEvidenceID, string _evidence);
    /// A piece of evidence; `_evidence` is the IPFS link of the digest in our own event.
    event Evidence(
        IArbitrator indexed _arbitrator, uint256 indexed _evidenceGroupID, address indexed _party, string _evidence
    );
    /// A dispute, the description that belongs to it, and the group of its evidence.
    event Dispute(
        IArbitrator indexed _arbitrator, uint256 indexed _disputeID, uint256 _metaEvidenceID, uint256 _evidenceGroupID
    );
}
