// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "./IArbitrator.sol";

/// ERC-792: a contract that lets an arbitrator decide. Signatures as published in kleros/erc-792.
interface IArbitrable {
    /// The arbitrator ruled, and the contract heard it.
    event Ruling(IArbitrator indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling);

    /// Hears a ruling; only the dispute's arbitrator may call it. 0 says that there is none: the arbitrator could not or
    /// would not decide.
    function rule(uint256 _disputeID, uint256 _ruling) external;
}
