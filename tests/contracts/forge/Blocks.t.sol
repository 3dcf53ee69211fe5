// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {ISeedSource} from "../../../contracts/interfaces/ISeedSource.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {Play, Stage} from "./Play.sol";
import {vm} from "./Vm.sol";

/// What thousands of blocks bring: a seed that is missed, an exit that is old enough. (tests/contracts/court.tree)
contract BlocksTest is Play {
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    // The contract of EIP-2935 as every chain has it.
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
    // As `forge inspect ArbitrationCourt storage-layout` shows it.
    uint256 private constant ROUNDS_SLOT = 6;
    uint256 private constant DISPUTE = 1;

    uint256 private _armed;
    bytes private _proof;

    function setUp() external {
        _build(6);
        _play(Stage.Escalated, 0);
        _armed = block.number;
        _proof = _header(keccak256("random"));
        vm.etch(HISTORY, HISTORY_CODE);
        vm.store(HISTORY, bytes32((_armed + 4) % 8191), keccak256(_proof));
    }

    function test_theSeedCanBeHadFor8191Blocks() external {
        vm.roll(_armed + 4 + 8191);
        assert(court.phase(DISPUTE) == RoundPhase.Drawable);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Drawable));
        court.rearm(DISPUTE);
        court.draw(DISPUTE, _proof);
        assert(court.phase(DISPUTE) == RoundPhase.HandOver);
    }

    function test_aMissedSeedIsArmedAgainWithThoseStakedNow() external {
        PositionId late = _stake(address(0x77), 8);
        vm.roll(_armed + 4 + 8192);
        assert(court.phase(DISPUTE) == RoundPhase.Missed);
        vm.expectRevert(abi.encodeWithSelector(ISeedSource.SeedGone.selector, _armed + 4, block.number));
        court.draw(DISPUTE, _proof);
        vm.prank(address(0x99));
        court.rearm(DISPUTE);
        assert(court.phase(DISPUTE) == RoundPhase.AwaitingSeed);
        assert(court.rounds(DISPUTE).armedBlock() == block.number && court.rounds(DISPUTE).voids() == 0);
        assert(court.rounds(DISPUTE).highWater() == PositionId.unwrap(late) + 1);
        uint256 seedBlock = block.number + 4;
        vm.roll(seedBlock + 1);
        vm.setBlockhash(seedBlock, keccak256(_proof));
        court.draw(DISPUTE, _proof);
        assert(court.rounds(DISPUTE).drawn());
    }

    function test_anExitIsPaidAfter8200Blocks() external {
        PositionId position = PositionId.wrap(2);
        address owner = _arbitrator(2);
        vm.prank(owner);
        court.requestExit(position);
        uint256 until = block.number + 8200;
        vm.roll(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CannotUnstake.selector, position, 0, until, until - 1));
        vm.prank(owner);
        court.unstake(position, payable(CUSTOMER));
        vm.roll(until);
        uint256 before = CUSTOMER.balance;
        vm.prank(owner);
        court.unstake(position, payable(CUSTOMER));
        assert(CUSTOMER.balance - before == 3 * TICKET);
        assert(court.exitBlock(position) == 0);
        assert(PositionId.unwrap(_stake(owner, 1)) == 2);
        assert(PositionId.unwrap(_stake(owner, 1)) == 6);
    }

    /// Whoever leaves after the escalation is still there at the last block in which the draw can be made.
    function test_nobodyIsGoneBeforeTheDraw() external {
        for (uint256 i; i < 6; ++i) {
            vm.prank(_arbitrator(i));
            court.requestExit(PositionId.wrap(uint32(i)));
        }
        vm.roll(_armed + 4 + 8191);
        for (uint256 i; i < 6; ++i) {
            vm.prank(_arbitrator(i));
            (bool paid,) =
                address(court).call(abi.encodeCall(court.unstake, (PositionId.wrap(uint32(i)), payable(CUSTOMER))));
            assert(!paid);
        }
        court.draw(DISPUTE, _proof);
        assert(court.rounds(DISPUTE).seats() == 3);
    }

    /// Places that were left do not thin out the draw for ever, and none is given twice.
    function test_emptyPlacesAtTheTopAreCutOff() external {
        uint32[5] memory left = [uint32(3), 5, 2, 0, 4];
        uint256[5] memory marks = [uint256(6), 5, 5, 5, 2];
        // The optimiser takes block.number for a constant; vm.roll changes it.
        uint256 current = block.number;
        for (uint256 i; i < left.length; ++i) {
            vm.prank(_arbitrator(left[i]));
            court.requestExit(PositionId.wrap(left[i]));
        }
        for (uint256 i; i < left.length; ++i) {
            vm.roll(current += 8200);
            vm.prank(_arbitrator(left[i]));
            court.unstake(PositionId.wrap(left[i]), payable(CUSTOMER));
            court.rearm(DISPUTE);
            assert(court.rounds(DISPUTE).highWater() == marks[i]);
        }
        uint32[5] memory given = [uint32(0), 2, 3, 4, 5];
        for (uint256 i; i < given.length; ++i) {
            assert(PositionId.unwrap(_stake(address(0x77), 1)) == given[i]);
        }
    }

    /// One exit cuts off eight places at most; the next one goes on, and so may anyone.
    function test_whoLeavesLastDoesNotPayForAll() external {
        _leave(12, 6);
        court.rearm(DISPUTE);
        assert(court.rounds(DISPUTE).highWater() == 10);
        court.trim(1);
        vm.roll(block.number + 2 * 8200);
        court.rearm(DISPUTE);
        assert(court.rounds(DISPUTE).highWater() == 9);
        court.trim(type(uint256).max);
        vm.roll(block.number + 3 * 8200);
        court.rearm(DISPUTE);
        assert(court.rounds(DISPUTE).highWater() == 6);
    }

    /// However many places were left and cut off, a stake drops a few entries of the list and goes on; and no place is
    /// given twice, though the mark rises again before the list is empty.
    function test_aLongListOfPlacesStopsNoStake() external {
        _leave(100, 6);
        court.trim(100);
        uint256 most;
        uint256 next = 6;
        for (uint256 i; i < 100; ++i) {
            uint256 before = gasleft();
            uint256 place = PositionId.unwrap(_stake(address(uint160(0x7700 + i)), 1));
            if (before - gasleft() > most) most = before - gasleft();
            assert(place == next++);
        }
        // Eight entries at 4 500 gas each, and what a stake costs anyway.
        assert(most < 120_000);
        assert(address(court).balance == 121 * TICKET + 3 * FEE + BOUNTY);
    }

    /// Somebody takes `count` places from `first` on and leaves them again, from the first to the last.
    function _leave(uint256 count, uint32 first) private {
        for (uint256 i; i < count; ++i) {
            _stake(address(0x77), 1);
        }
        vm.startPrank(address(0x77));
        for (uint32 place = first; place < first + count; ++place) {
            court.requestExit(PositionId.wrap(place));
        }
        vm.roll(block.number + 8200);
        for (uint32 place = first; place < first + count; ++place) {
            court.unstake(PositionId.wrap(place), payable(CUSTOMER));
        }
        vm.stopPrank();
    }

    /// Thirty-one seats, and every lot falls on another empty place: the draw still fits into a transaction (EIP-7825).
    function test_theWorstDrawFitsIntoATransaction() external {
        uint256 word = Round.unwrap(court.rounds(DISPUTE));
        word = word & ~uint256(0x1ff << 85) | 31 << 85 | 15 << 90 | uint256(type(uint24).max) << 136;
        bytes32 slot = keccak256(abi.encode(DISPUTE, ROUNDS_SLOT));
        vm.store(address(court), slot, bytes32(word));
        assert(court.rounds(DISPUTE).paidSeats() == 31 && court.rounds(DISPUTE).highWater() == type(uint24).max);
        vm.roll(_armed + 5);
        vm.setBlockhash(_armed + 4, keccak256(_proof));
        uint256 before = gasleft();
        court.draw(DISPUTE, _proof);
        assert(before - gasleft() < 8_000_000);
        assert(court.rounds(DISPUTE).drawn() && court.rounds(DISPUTE).seats() == 0);
        assert(court.phase(DISPUTE) == RoundPhase.Decidable);
    }

    function test_aSeatedPositionWaitsForItsDispute() external {
        vm.roll(_armed + 5);
        vm.setBlockhash(_armed + 4, keccak256(_proof));
        court.draw(DISPUTE, _proof);
        (PositionId position, address owner,) = court.seat(DISPUTE, 0);
        vm.prank(owner);
        court.requestExit(position);
        uint256 until = block.number + 8200;
        vm.roll(until);
        uint256 seats = court.positions(position).seats();
        assert(seats > 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CannotUnstake.selector, position, seats, until, until));
        vm.prank(owner);
        court.unstake(position, payable(owner));
    }
}
