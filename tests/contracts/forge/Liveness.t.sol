// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClaimState} from "../../../contracts/interfaces/IBondClaims.sol";
import {OrganisationId} from "../../../contracts/types/Ids.sol";
import {HandlerCampaign} from "./HandlerCampaign.sol";

/// No case is stuck: from wherever people leave it, strangers and the clock bring it to its end, within bounded time.
contract LivenessTest is HandlerCampaign {
    function invariant_numbersHaveNoGaps() external view {
        _equal("complaints", _desk.complaintCount(), _people.complaintCount());
    }

    /// Then nothing is held for any case, no seat is taken and the books still balance.
    function afterInvariant() external {
        _finishAll();
        for (uint24 organisation = 1; organisation <= 2; ++organisation) {
            (, uint96 locked) = _registry.bond(OrganisationId.wrap(organisation));
            _equal("locked at the end", locked, 0);
        }
        for (uint256 i; i < _people.positionCount(); ++i) {
            _equal("seats at the end", _people.seatsHeld(i), 0);
        }
        _checkSeats();
        _checkMoney();
    }
}
