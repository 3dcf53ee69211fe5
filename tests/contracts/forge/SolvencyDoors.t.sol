// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Stage, Play} from "./Play.sol";
import {Client} from "./HandlerDoors.sol";
import {IArbitrator} from "../../../contracts/interfaces/IArbitrator.sol";
import {IAppealFund} from "../../../contracts/interfaces/IAppealFund.sol";
import {vm} from "./Vm.sol";

/// The doors and the real court behind them.
contract SolvencyDoorsTest is Play {
    function setUp() external {
        _build(40);
    }

    function test_aContractBringsItsDisputeToTheCourt() external {
        Client client = new Client();
        IArbitrator door = IArbitrator(address(publicArbitrator));
        uint256 cost = door.arbitrationCost("");
        _same(cost, 3 * FEE + BOUNTY);
        client.bring{value: cost}(door, 2, "");
        _same(address(court).balance - _staked(40), cost);
        _same(court.rounds((1 << 64) + 1).seats(), 3);
    }

    /// The parties settle before the larger panel is drawn: its fees go back to who paid for the appeal.
    function test_whatAnAppealDoesNotSpendReachesItsFunders() external {
        Case memory self = _play(Stage.Revealed, 5000);
        uint256 missing = fund.missing(self.id, true);
        fund.contribute{value: missing}(self.id, true);
        bytes memory settle = abi.encodeCall(desk.settle, (self.id, self.order, 3, 5000));
        vm.prank(self.order.customer);
        (bool first,) = address(desk).call(settle);
        vm.prank(ADMIN);
        (bool second,) = address(desk).call(settle);
        assert(first && second);
        _same(court.credits(address(fund)), 0);
        _same(fund.pot(self.id, 0, true).shared, 7 * FEE + BOUNTY);
        fund.withdrawShare(self.id, 0, true);
        _same(address(fund).balance, 0);
    }

    function _staked(uint256 arbitrators) private pure returns (uint256 sum) {
        for (uint256 i; i < arbitrators; ++i) {
            sum += (1 + i % 8) * TICKET;
        }
    }

    receive() external payable {}
}
