// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HandlerCampaign} from "./HandlerCampaign.sol";

/// Whatever people do, in any order: held = owed, in each contract and coin.
contract SolvencyTest is HandlerCampaign {
    function invariant_heldIsOwed() external view {
        _checkMoney();
    }
}
