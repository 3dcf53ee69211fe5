// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {Track, Tracks} from "../../../contracts/types/Track.sol";
import {CourtHouse, FakeFund} from "./CourtHouse.sol";
import {vm} from "./Vm.sol";

/// Appeals, settlements, void rounds after an appeal, and disputes about choices. In each: held = owed.
contract CourtAppealsTest is CourtHouse {
    uint256 private constant ARBITRATORS = 40;
    uint256 private constant STAKED = 8 * TICKET / 1 gwei;

    function setUp() external {
        _build(ARBITRATORS);
    }

    function _solvent(uint256 open) private view {
        uint256 credits = court.credits(address(this)) + court.credits(FUND);
        assert(address(court).balance == _held(ARBITRATORS) + credits + open * 1 gwei);
    }

    function _gain(PositionId position) private view returns (int256) {
        return int256(_balance(position)) - int256(STAKED);
    }

    function _appealed(uint256 a, uint256 b, uint256 c) private returns (PositionId[3] memory first) {
        _open(3);
        _draw(DISPUTE);
        _vote(DISPUTE, _all(a, b, c));
        for (uint256 i; i < 3; ++i) {
            first[i] = _position(DISPUTE, i);
        }
        _appeal();
    }

    // Appeals

    function test_onlyTheFundAppealsAndPaysThePrice() external {
        _open(3);
        _draw(DISPUTE);
        _vote(DISPUTE, _all(0, 0, 0));
        assert(court.appealCost(DISPUTE) == _cost(7));
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.OnlyClient.selector, PUBLIC, FUND));
        vm.prank(PUBLIC);
        court.appeal(DISPUTE, FUND);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.ValueInvalid.selector, _cost(7), 0));
        vm.prank(FUND);
        court.appeal(DISPUTE, FUND);
    }

    /// A first round that was bought, a second that was not: whoever was bought is paid by the last ruling.
    function test_allPanelsArePaidByTheLastRuling() external {
        PositionId[3] memory first = _appealed(10_000, 10_000, 2000);
        Round round = court.rounds(DISPUTE);
        assert(round.seats() == 7 && round.appeals() == 1 && round.number() == 3 && round.armedAt() == time);
        assert(round.armedBlock() == height && court.rulingBefore(DISPUTE, 1) == 10_000);
        _draw(DISPUTE);
        // None of the first panel sits in the second, and nobody knew it when the appeal was made.
        for (uint256 i; i < 7; ++i) {
            for (uint256 j; j < 3; ++j) {
                assert(PositionId.unwrap(_position(DISPUTE, i)) != PositionId.unwrap(first[j]));
            }
        }
        PositionId[7] memory second;
        for (uint256 i; i < 7; ++i) {
            second[i] = _position(DISPUTE, i);
        }
        _vote(DISPUTE, _same(7, 2000));
        assert(court.currentRuling(DISPUTE) == 2000);
        (bool known,,) = court.finalRuling(DISPUTE);
        assert(!known);
        _at(DISPUTE, 96);
        ICourt.Conclusion memory end = desk.conclude(DISPUTE, PAYER);
        assert(end.ruling == 2000 && !end.refused && end.cost == _cost(3));
        bool refused;
        uint16 ruling;
        (known, refused, ruling) = court.finalRuling(DISPUTE);
        assert(known && !refused && ruling == 2000 && court.rulingBefore(DISPUTE, 1) == 10_000);
        // Two lost half a lock; ten fees and two halves are shared by eight, the odd gwei to the first of them.
        assert(_gain(first[0]) == -int256(LOCK / 2) && _gain(first[1]) == -int256(LOCK / 2));
        uint256 pot = 10 * FEE + LOCK;
        assert(_gain(first[2]) == int256(pot / 8 + pot % 8));
        for (uint256 i; i < 7; ++i) {
            assert(_gain(second[i]) == int256(pot / 8));
            assert(court.positions(second[i]).seats() == 0);
        }
        _solvent(0);
    }

    function test_thirtyOneSeatsAreTheLast() external {
        _open(3);
        for (uint256 level; level < 3; ++level) {
            uint256 seats = [uint256(3), 7, 15][level];
            _draw(DISPUTE);
            _vote(DISPUTE, _same(seats, 1000 * level));
            assert(court.currentRuling(DISPUTE) == 1000 * level);
            _appeal();
            assert(court.rulingBefore(DISPUTE, level + 1) == 1000 * level);
        }
        _draw(DISPUTE);
        assert(court.rounds(DISPUTE).seats() == 31);
        _vote(DISPUTE, _same(31, 7000));
        // At once: there is no larger panel.
        assert(court.phase(DISPUTE) == RoundPhase.Decidable);
        assert(desk.conclude(DISPUTE, PAYER).ruling == 7000);
        _solvent(0);
        for (uint256 i; i < ARBITRATORS; ++i) {
            assert(court.positions(PositionId.wrap(uint32(i))).seats() == 0);
        }
    }

    /// Two void rounds after an appeal: the ruling that was appealed from stands, and the fund has its fees back.
    function test_voidsAfterAnAppealLeaveTheEarlierRuling() external {
        PositionId[3] memory first = _appealed(3000, 3000, 9000);
        bytes32 record;
        for (uint256 i; i < 2; ++i) {
            _draw(DISPUTE);
            assert(court.rounds(DISPUTE).number() == 3 + i);
            _at(DISPUTE, 48);
            court.voidRound(DISPUTE);
        }
        assert(court.phase(DISPUTE) == RoundPhase.Decidable && court.currentRuling(DISPUTE) == 3000);
        ICourt.Conclusion memory end = desk.conclude(DISPUTE, PAYER);
        record = end.record;
        assert(end.ruling == 3000 && !end.refused && end.cost == _cost(3) && record != 0);
        assert(FakeFund(FUND).back(1) == 7 * FEE * 1 gwei);
        assert(_gain(first[2]) < 0 && _gain(first[0]) > int256(FEE));
        (bool known, bool refused, uint16 ruling) = court.finalRuling(DISPUTE);
        // The appeal was not heard, so that nobody was wrong to make it.
        assert(known && refused && ruling == 0);
        _solvent(0);
    }

    function test_twoVoidRoundsRefuse() external {
        _open(3);
        for (uint256 i; i < 2; ++i) {
            _draw(DISPUTE);
            _at(DISPUTE, 48);
            court.voidRound(DISPUTE);
        }
        // The clock of a round that will never be is no clock.
        assert(court.phase(DISPUTE) == RoundPhase.Decidable && !court.evidenceOpen(DISPUTE));
        ICourt.Conclusion memory end = desk.conclude(DISPUTE, PAYER);
        assert(end.refused && end.ruling == 0 && end.cost == BOUNTY * 1 gwei);
        assert(PAYER.balance == 3 * FEE * 1 gwei);
        _solvent(0);
    }

    /// Whoever takes the place of one who left is not punished for it, and the panel after a void one leaves out those who
    /// sat, not those who have their places.
    function test_anArchivedSeatHoldsItsPosition() external {
        PositionId[3] memory first = _appealed(0, 0, 0);
        address owner = court.positions(first[0]).owner();
        vm.prank(owner);
        court.requestExit(first[0]);
        _mine(8200);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CannotUnstake.selector, first[0], 1, height, height));
        vm.prank(owner);
        court.unstake(first[0], payable(owner));
    }

    // Settlements

    function test_settlementBeforeTheDrawGivesAllBack() external {
        _open(3);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongRound.selector, DISPUTE, 0, 1));
        desk.settle(DISPUTE, 1, PAYER);
        ICourt.Conclusion memory end = desk.settle(DISPUTE, 0, PAYER);
        assert(end.ruling == 0 && end.cost == 0 && PAYER.balance == _cost(3));
        assert(court.phase(DISPUTE) == RoundPhase.None);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.None));
        desk.settle(DISPUTE, 0, PAYER);
        _solvent(0);
    }

    function test_settlementPaysThePanelUntilVotesAreOpen() external {
        _open(3);
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        _commit(DISPUTE, 0, 1);
        PositionId[3] memory panel;
        for (uint256 i; i < 3; ++i) {
            panel[i] = _position(DISPUTE, i);
        }
        _at(DISPUTE, 48);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Reveal));
        desk.settle(DISPUTE, 0, PAYER);
        vm.warp(time - 1);
        ICourt.Conclusion memory end = desk.settle(DISPUTE, 0, PAYER);
        assert(end.cost == _cost(3) && PAYER.balance == 0);
        for (uint256 i; i < 3; ++i) {
            assert(_gain(panel[i]) == int256(FEE) && court.positions(panel[i]).seats() == 0);
        }
        _solvent(0);
    }

    function test_settlementLapsesWhenAllHaveCommitted() external {
        _open(3);
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        for (uint256 i; i < 3; ++i) {
            _commit(DISPUTE, i, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Reveal));
        desk.settle(DISPUTE, 0, PAYER);
    }

    function test_settlementAfterAnAppealScoresTheFirstPanel() external {
        PositionId[3] memory first = _appealed(3000, 3000, 9000);
        ICourt.Conclusion memory end = desk.settle(DISPUTE, 3, PAYER);
        assert(end.ruling == 0 && end.cost == _cost(3));
        assert(FakeFund(FUND).back(1) == _cost(7));
        assert(_gain(first[2]) == -int256(LOCK / 2) && _gain(first[0]) == int256((3 * FEE + LOCK / 2) / 2));
        (bool known, bool refused, uint16 ruling) = court.finalRuling(DISPUTE);
        assert(known && refused && ruling == 0);
        _solvent(0);
    }

    // Choices

    function test_mostVotesChoose() external {
        _openPublic(3, type(uint256).max);
        _draw(PUBLIC_DISPUTE);
        PositionId[3] memory panel;
        for (uint256 i; i < 3; ++i) {
            panel[i] = _position(PUBLIC_DISPUTE, i);
        }
        uint256 choice = uint256(keccak256("a far choice"));
        _vote(PUBLIC_DISPUTE, _all(5, choice, choice));
        assert(court.currentRuling(PUBLIC_DISPUTE) == choice);
        _at(PUBLIC_DISPUTE, 96);
        vm.prank(PUBLIC);
        (uint256 ruling, bytes32 record) = court.concludePublic(PUBLIC_DISPUTE, PAYER);
        assert(ruling == choice && record != 0);
        assert(_gain(panel[0]) == -int256(LOCK / 2));
        assert(_gain(panel[1]) == int256((3 * FEE + LOCK / 2) / 2));
        _solvent(0);
    }

    function test_aTieIsNobodysFault() external {
        _openPublic(3, 3);
        _draw(PUBLIC_DISPUTE);
        PositionId[3] memory panel;
        for (uint256 i; i < 3; ++i) {
            panel[i] = _position(PUBLIC_DISPUTE, i);
        }
        _vote(PUBLIC_DISPUTE, _all(1, 2, 3));
        _at(PUBLIC_DISPUTE, 96);
        vm.prank(PUBLIC);
        (uint256 ruling,) = court.concludePublic(PUBLIC_DISPUTE, PAYER);
        assert(ruling == 0);
        for (uint256 i; i < 3; ++i) {
            assert(_gain(panel[i]) == int256(FEE));
        }
        _solvent(0);
    }

    function test_aChoiceThatDoesNotExist() external {
        _openPublic(3, 3);
        _draw(PUBLIC_DISPUTE);
        _at(PUBLIC_DISPUTE, 24);
        for (uint256 i; i < 3; ++i) {
            _commit(PUBLIC_DISPUTE, i, 4);
        }
        IArbitrationCourt.Opening memory opening = _opening(PUBLIC_DISPUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.VoteInvalid.selector, 4, 3));
        court.reveal(PUBLIC_DISPUTE, opening);
    }

    function test_aPublicDisputeMayBeAboutAShareAndBeAppealed() external {
        _openPublic(5, 0);
        _draw(PUBLIC_DISPUTE);
        _vote(PUBLIC_DISPUTE, _same(5, 2500));
        uint256 cost = court.appealCost(PUBLIC_DISPUTE);
        assert(cost == _cost(11));
        vm.deal(PUBLIC, cost);
        vm.prank(PUBLIC);
        assert(court.appeal{value: cost}(PUBLIC_DISPUTE, PAYER) == 2500);
        _draw(PUBLIC_DISPUTE);
        _vote(PUBLIC_DISPUTE, _same(11, 2500));
        _at(PUBLIC_DISPUTE, 96);
        vm.prank(PUBLIC);
        (uint256 ruling,) = court.concludePublic(PUBLIC_DISPUTE, PAYER);
        assert(ruling == 2500);
        _solvent(0);
    }

    // Clients and terms

    function test_onlyTheClients() external {
        vm.expectRevert(abi.encodeWithSelector(ICourt.OnlyDesk.selector, address(this)));
        court.acceptCase(1, 0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.OnlyClient.selector, address(this), PUBLIC));
        court.openPublic(PUBLIC_DISPUTE, 0, 3, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.DisputeInvalid.selector, 1, 3));
        vm.prank(PUBLIC);
        court.openPublic(1, 0, 3, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.DisputeInvalid.selector, PUBLIC_DISPUTE, 4));
        vm.prank(PUBLIC);
        court.openPublic(PUBLIC_DISPUTE, 0, 4, 0);
        _open(3);
        vm.deal(address(this), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ICourt.DisputeExists.selector, DISPUTE));
        desk.open{value: _cost(3)}(DISPUTE, 0, 1);
    }

    function test_tracksChangeForNewDisputesOnly() external {
        _open(3);
        Round before = court.rounds(DISPUTE);
        Track terms = Tracks.pack(2 * FEE, LOCK, 30, 40, 50);
        vm.expectRevert(abi.encodeWithSignature("OnlyTimelock(address)", address(this)));
        court.setTrack(0, terms);
        Track[4] memory wrong = [
            Tracks.pack(FEE, LOCK, 23, 24, 24),
            Tracks.pack(FEE, LOCK + 1, 24, 24, 24),
            Track.wrap(Track.unwrap(terms) | 1 << 85),
            Track.wrap(0)
        ];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.TermsInvalid.selector, 0));
            vm.prank(TIMELOCK);
            court.setTrack(0, wrong[i]);
        }
        vm.prank(TIMELOCK);
        court.setTrack(0, terms);
        assert(Round.unwrap(court.rounds(DISPUTE)) == Round.unwrap(before));
        assert(court.costOf(0, 3) == (6 * FEE + BOUNTY) * 1 gwei);
        // A track without terms is track 0.
        assert(court.costOf(2, 3) == court.costOf(0, 3));
    }
}
