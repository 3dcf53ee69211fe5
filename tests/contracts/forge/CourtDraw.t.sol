// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {ISeedSource} from "../../../contracts/interfaces/ISeedSource.sol";
import {Draw} from "../../../contracts/libraries/Draw.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {CourtHouse} from "./CourtHouse.sol";
import {vm} from "./Vm.sol";

/// Who sits: the panel against a model that asks about each lot in turn, the bounty, and what the worst draw costs.
contract CourtDrawTest is CourtHouse {
    uint256 private constant PLACES = 24;
    // As `forge inspect ArbitrationCourt storage-layout` shows them.
    uint256 private constant POSITIONS_SLOT = 2;
    uint256 private constant ROUNDS_SLOT = 6;

    /// However many are excluded, the panel is the one that comes of asking about each lot in turn.
    function testFuzz_thePanelIsThatOfAskingInTurn(uint256 excluded, uint256 salt) external {
        _checkPanel(excluded, salt, false);
    }

    /// The same if the round's word tells the parties, and the customer has a place: then the registry is asked, which
    /// knows nothing of customers, unless the customer may be among the owners.
    function testFuzz_theHintMovesNoSeat(uint256 excluded, uint256 salt) external {
        _checkPanel(excluded, salt, true);
    }

    function test_whereTheHintIsSureTheRegistryIsAsked() external {
        _build(5);
        desk.tell(PAYER);
        _open(3);
        vm.expectCall(address(desk), abi.encodePacked(desk.wereOperators.selector));
        _draw(DISPUTE);
    }

    function _checkPanel(uint256 excluded, uint256 salt, bool hint) private {
        _build(PLACES);
        for (uint256 i; i < PLACES; ++i) {
            if (excluded >> i & 1 == 1) desk.exclude(_arbitrator(i));
        }
        if (hint) desk.tell(_arbitrator(salt % PLACES));
        _mine(salt % 1000);
        _open([uint256(3), 5, 7][salt % 3]);
        Round round = court.rounds(DISPUTE);
        bytes32 seed = keccak256(abi.encode(round.armedBlock() + 4, PROOF));
        uint256[] memory want = _model(round, seed);
        _draw(DISPUTE);
        round = court.rounds(DISPUTE);
        assert(round.seats() == (2 * want.length <= round.paidSeats() ? 0 : want.length));
        for (uint256 i; i < round.seats(); ++i) {
            assert(PositionId.unwrap(_position(DISPUTE, i)) == want[i]);
        }
    }

    function _model(Round round, bytes32 seed) private view returns (uint256[] memory panel) {
        panel = new uint256[](round.seats());
        uint256 count;
        for (uint256 i; i < round.seats(); ++i) {
            for (uint256 attempt; attempt < 2 * Draw.ATTEMPTS; ++attempt) {
                (uint256 index, uint256 ticket) = Draw.lot(seed, DISPUTE, round.number(), i, attempt, round.highWater());
                Position word = court.positions(PositionId.wrap(uint32(index)));
                if (ticket >= word.tickets() || desk.bars(word.owner())) continue;
                bool known;
                for (uint256 j; j < count; ++j) {
                    known = known || panel[j] == index;
                }
                if (known && attempt < Draw.ATTEMPTS) continue;
                panel[count++] = index;
                break;
            }
        }
        assembly ("memory-safe") {
            mstore(panel, count)
        }
    }

    function test_theDrawerIsPaidTheBounty() external {
        _build(5);
        _open(3);
        _mine(5);
        vm.prank(PAYER);
        court.draw(DISPUTE, PROOF);
        assert(PAYER.balance == BOUNTY * 1 gwei);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.HandOver));
        court.draw(DISPUTE, PROOF);
    }

    function test_theFirstCommitmentDraws() external {
        _build(5);
        _open(3);
        _mine(5);
        uint256 state = vm.snapshotState();
        court.draw(DISPUTE, PROOF);
        (PositionId position, address owner,) = court.seat(DISPUTE, 1);
        vm.revertToState(state);
        // Not before the commit window.
        _at(DISPUTE, 24);
        vm.warp(time - 1);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.HandOver));
        vm.prank(owner);
        court.commitDrawing(DISPUTE, PROOF, 1, "c");
        vm.warp(time);
        assert(court.phase(DISPUTE) == RoundPhase.Drawable && !court.evidenceOpen(DISPUTE));
        // Only for one's own seat.
        address other = address(0xbad);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.NotSeated.selector, DISPUTE, 1, other, owner));
        vm.prank(other);
        court.commitDrawing(DISPUTE, PROOF, 1, "c");
        vm.prank(owner);
        court.commitDrawing(DISPUTE, PROOF, 1, "c");
        assert(_balance(position) == 8 * TICKET / 1 gwei + BOUNTY);
        assert(uint32(court.commits(DISPUTE)) == 2 && court.rounds(DISPUTE).drawn());
    }

    /// The seed's block is there, or it is not; it is gone, or the time for votes is.
    function test_anUndrawnRoundByBlockAndClock() external {
        _build(5);
        _open(3);
        assert(court.phase(DISPUTE) == RoundPhase.AwaitingSeed);
        _mine(4);
        assert(court.phase(DISPUTE) == RoundPhase.AwaitingSeed);
        vm.expectRevert(abi.encodeWithSelector(ISeedSource.SeedPending.selector, height, height));
        court.draw(DISPUTE, PROOF);
        _mine(1);
        assert(court.phase(DISPUTE) == RoundPhase.Drawable);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Drawable));
        court.rearm(DISPUTE);
        _at(DISPUTE, 48);
        vm.warp(time - 1);
        assert(court.phase(DISPUTE) == RoundPhase.Drawable);
        vm.warp(time);
        assert(court.phase(DISPUTE) == RoundPhase.Missed && court.evidenceOpen(DISPUTE));
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Missed));
        court.draw(DISPUTE, PROOF);
        court.rearm(DISPUTE);
        assert(court.rounds(DISPUTE).armedAt() == time && court.rounds(DISPUTE).armedBlock() == height);
        _mine(4 + 8191);
        assert(court.phase(DISPUTE) == RoundPhase.Drawable);
        _mine(1);
        assert(court.phase(DISPUTE) == RoundPhase.Missed);
    }

    /// Neither staking nor leaving between arming and draw moves a seat.
    function testFuzz_nothingAfterTheArmingMovesASeat(uint256 random) external {
        _build(9);
        _open(5);
        uint256 state = vm.snapshotState();
        _draw(DISPUTE);
        Round want = court.rounds(DISPUTE);
        vm.revertToState(state);
        for (uint256 i; i < 9; ++i) {
            if (random >> i & 1 == 0) continue;
            vm.prank(_arbitrator(i));
            court.requestExit(PositionId.wrap(uint32(i)));
            _stake(_arbitrator(i), 8);
        }
        vm.warp(time + random % 1 days);
        vm.prank(address(1));
        vm.roll(height + 5);
        court.draw(DISPUTE, PROOF);
        assert(Round.unwrap(court.rounds(DISPUTE)) == Round.unwrap(want));
    }

    /// Thirty-one seats, all places taken by leaving positions, each of another owner whom the desk excludes: what a draw
    /// can cost at most.
    function test_theWorstDrawFitsIntoATransaction() external {
        _build(0);
        _open(31);
        uint256 places = 20_000;
        for (uint256 i; i < places; ++i) {
            // Leaving: the exit's block is one more word to read. Each fortieth leaves too late for this draw.
            uint256 word = uint256(uint160(0xbeef0000 + i)) | 8 << 160 | 1 << 167 | 1 << 176;
            vm.store(address(court), keccak256(abi.encode(i, POSITIONS_SLOT)), bytes32(word));
            vm.store(address(court), keccak256(abi.encode(i, POSITIONS_SLOT + 1)), bytes32(i % 40 == 0 ? height : 1));
        }
        uint256 round = Round.unwrap(court.rounds(DISPUTE)) & ~uint256(type(uint24).max << 136);
        vm.store(address(court), keccak256(abi.encode(DISPUTE, ROUNDS_SLOT)), bytes32(round | places << 136));
        assert(court.rounds(DISPUTE).highWater() == places);
        assert(court.positions(PositionId.wrap(40)).tickets() == 8 && court.exitBlock(PositionId.wrap(40)) == height);
        desk.excludeAllButListed();
        _mine(5);
        vm.cool(address(court));
        uint256 before = gasleft();
        court.draw(DISPUTE, PROOF);
        uint256 used = before - gasleft();
        assert(used < 12_000_000);
        assert(court.rounds(DISPUTE).drawn() && court.rounds(DISPUTE).seats() == 0);
    }
}
