// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {CourtHouse} from "./CourtHouse.sol";
import {Refusal} from "./EscrowReceivers.sol";
import {vm} from "./Vm.sol";

/// What somebody might try with places, locks and payments.
contract CourtAttacksTest is CourtHouse {
    /// Whoever takes the place of a no-show sits there as itself: not barred, and not punished for the one before.
    function test_aFreedPlaceIsTheNewcomers() external {
        _build(3);
        _open(3);
        _draw(DISPUTE);
        _at(DISPUTE, 48);
        court.voidRound(DISPUTE);
        address left = court.positions(PositionId.wrap(1)).owner();
        vm.startPrank(left);
        court.requestExit(PositionId.wrap(1));
        _mine(8200);
        court.unstake(PositionId.wrap(1), payable(left));
        vm.stopPrank();
        assert(PositionId.unwrap(_stake(address(0x77), 8)) == 1);
        _mine(1);
        // The seed is gone; the round is armed again and may seat the newcomer. Nobody else is left but two who sat.
        court.rearm(DISPUTE);
        _draw(DISPUTE);
        assert(court.rounds(DISPUTE).seats() == 3);
        bool seated;
        for (uint256 i; i < 3; ++i) {
            seated = seated || _owner(DISPUTE, i) == address(0x77);
        }
        assert(seated);
        _vote(DISPUTE, _same(3, 5000));
        _at(DISPUTE, 96);
        desk.conclude(DISPUTE, PAYER);
        assert(_balance(PositionId.wrap(1)) >= 8 * TICKET / 1 gwei + FEE);
        assert(address(court).balance == _held(3) + court.credits(address(this)));
    }

    /// A position that keeps less than half of its stake is asked out once, loses no more than it has, and can leave.
    function test_penaltiesEndAPosition() external {
        _build(0);
        for (uint256 i; i < 3; ++i) {
            _stake(_arbitrator(i), 1);
        }
        _mine(1);
        uint256 asked;
        for (uint256 round; round < 2; ++round) {
            _open(3);
            for (uint256 i; i < 2; ++i) {
                _draw(DISPUTE);
                _at(DISPUTE, 48);
                if (court.phase(DISPUTE) != RoundPhase.Insufficient) break;
                court.voidRound(DISPUTE);
                if (court.positions(PositionId.wrap(0)).exiting() && asked == 0) asked = height;
            }
            desk.conclude(DISPUTE, PAYER);
        }
        Position word = court.positions(PositionId.wrap(0));
        assert(word.exiting() && court.exitBlock(PositionId.wrap(0)) == asked);
        assert(word.balance() < TICKET / 2 gwei && word.seats() == 0);
        assert(address(court).balance == _held(3) + court.credits(address(this)));
        vm.roll(asked + 8200);
        vm.prank(word.owner());
        court.unstake(PositionId.wrap(0), payable(address(0xcafe)));
        assert(address(0xcafe).balance == word.balance() * 1 gwei);
    }

    /// Nobody who has fees to get back can stop a ruling by refusing them.
    function test_aPayerThatRefusesMoneyStopsNothing() external {
        _build(5);
        address refuser = address(new Refusal());
        _open(3);
        ICourt.Conclusion memory end = desk.settle(DISPUTE, 0, refuser);
        assert(end.cost == 0 && court.credits(refuser) == _cost(3));
        vm.prank(refuser);
        court.withdrawTo(payable(address(0xcafe)));
        assert(address(0xcafe).balance == _cost(3) && address(court).balance == _held(5));
    }

    /// Drawn by somebody in the last second: the panel could have drawn before, by its first commitment.
    function test_aDrawInTheLastSecondLeavesNoTime() external {
        _build(5);
        _open(3);
        _mine(5);
        _at(DISPUTE, 48);
        vm.warp(time - 1);
        court.draw(DISPUTE, PROOF);
        assert(court.phase(DISPUTE) == RoundPhase.Commit);
        vm.warp(time);
        assert(court.phase(DISPUTE) == RoundPhase.Insufficient);
    }
}
