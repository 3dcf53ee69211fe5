// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HandlerCampaign} from "./HandlerCampaign.sol";

/// Whatever people do: each drawn seat has a position behind it, which cannot leave before the seat ends.
contract SeatsTest is HandlerCampaign {
    function invariant_eachSeatIsBacked() external view {
        _checkSeats();
    }
}
