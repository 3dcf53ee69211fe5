// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {LEAKED, Round} from "../../../contracts/types/Round.sol";
import {CourtHouse} from "./CourtHouse.sol";
import {Wallet} from "./EscrowReceivers.sol";
import {checkType, signAction} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// Windows, commitments by transaction and by signature, reveals, leaks.
contract CourtVotesTest is CourtHouse {
    function setUp() external {
        _build(5);
        _open(3);
    }

    function _check(uint256 hours_, RoundPhase before, RoundPhase then) private {
        _at(DISPUTE, hours_);
        vm.warp(time - 1);
        assert(court.phase(DISPUTE) == before);
        vm.warp(time);
        assert(court.phase(DISPUTE) == then);
        vm.warp(time + 1);
        assert(court.phase(DISPUTE) == then);
    }

    // Windows

    function test_windowsCountFromTheArming() external {
        _draw(DISPUTE);
        assert(court.rounds(DISPUTE).armedAt() == START);
        _check(24, RoundPhase.HandOver, RoundPhase.Commit);
        _commit(DISPUTE, 0, 1);
        _commit(DISPUTE, 1, 2);
        _check(48, RoundPhase.Commit, RoundPhase.Reveal);
        court.reveal(DISPUTE, _opening(DISPUTE, 0));
        _check(72, RoundPhase.Reveal, RoundPhase.Insufficient);
    }

    function test_windowsOfARoundThatIsDecided() external {
        _draw(DISPUTE);
        _vote(DISPUTE, _all(5000, 5000, 6000));
        // All have committed and revealed early: what follows begins early, and ends when it would have.
        assert(court.phase(DISPUTE) == RoundPhase.Appealable);
        (uint256 start, uint256 end) = court.appealWindow(DISPUTE);
        assert(start == time && end == START + 96 hours);
        assert(court.currentRuling(DISPUTE) == 5000);
        _check(96, RoundPhase.Appealable, RoundPhase.Decidable);
        (start, end) = court.appealWindow(DISPUTE);
        assert(start == 0 && end == 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Decidable));
        vm.prank(FUND);
        court.appeal(DISPUTE, FUND);
        desk.conclude(DISPUTE, PAYER);
        assert(court.phase(DISPUTE) == RoundPhase.None && Round.unwrap(court.rounds(DISPUTE)) == 0);
        assert(court.commits(DISPUTE) == 0);
    }

    function test_evidenceClosesWhenCommitOpens() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        vm.warp(time - 1);
        assert(court.evidenceOpen(DISPUTE));
        vm.warp(time);
        assert(!court.evidenceOpen(DISPUTE) && !court.evidenceOpen(99));
    }

    // Commitments

    function test_aVotingKeyCommits() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        address owner = _owner(DISPUTE, 0);
        PositionId position = _position(DISPUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.NotSeated.selector, DISPUTE, 0, address(0xbe), owner));
        vm.prank(address(0xbe));
        court.commit(DISPUTE, 0, "c");
        vm.prank(owner);
        court.setVotingKey(position, 5, address(0xbe));
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.VersionNotRising.selector, position, 5, 5));
        vm.prank(owner);
        court.setVotingKey(position, 5, address(0xee));
        vm.prank(address(0xbe));
        court.commit(DISPUTE, 0, "c");
        vm.prank(owner);
        court.commit(DISPUTE, 0, "d");
    }

    function test_aCopiedCommitmentOpensNothing() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        _commit(DISPUTE, 0, 1234);
        vm.prank(_owner(DISPUTE, 1));
        court.commit(DISPUTE, 1, chain[0].commitment);
        _note(1, 1234, chain[0].commitment);
        _commit(DISPUTE, 2, 1);
        IArbitrationCourt.Opening memory copied = _opening(DISPUTE, 1);
        copied.salt = _salt(DISPUTE, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, DISPUTE, 1));
        court.reveal(DISPUTE, copied);
        court.reveal(DISPUTE, _opening(DISPUTE, 0));
    }

    function test_threeReplacementsAndOnlyTheLastCounts() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        for (uint256 i; i < 4; ++i) {
            _commit(DISPUTE, 0, i);
        }
        address owner = _owner(DISPUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.TooManyReplacements.selector, DISPUTE, 0, 3));
        vm.prank(owner);
        court.commit(DISPUTE, 0, "c");
        _at(DISPUTE, 48);
        IArbitrationCourt.Opening memory old = _opening(DISPUTE, 0);
        old.vote = 0;
        old.prefix = 0;
        old.later = new IArbitrationCourt.SeatCommitment[](3);
        for (uint256 i; i < 3; ++i) {
            old.later[i] = chain[i + 1];
        }
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, DISPUTE, 0));
        court.reveal(DISPUTE, old);
        // Nor in a batch along the chain.
        IArbitrationCourt.Link[] memory links = new IArbitrationCourt.Link[](4);
        for (uint256 i; i < 4; ++i) {
            links[i] = IArbitrationCourt.Link(0, true, i, _salt(DISPUTE, 0, 0), 0);
        }
        court.revealBatch(DISPUTE, 0, links);
        (,, uint256 vote) = court.seat(DISPUTE, 0);
        assert(vote == 3);
    }

    function _signed(uint256 seat, uint256 vote, uint256 key, address actor)
        private
        view
        returns (IArbitrationCourt.SignedCommit memory item)
    {
        (item.seat, item.commitment) = (uint8(seat), _commitment(DISPUTE, seat, vote));
        item.signature = _signCommit(key, actor, seat, item.commitment);
    }

    function _keyOf(uint256 seat) private view returns (uint256) {
        return _key(PositionId.unwrap(_position(DISPUTE, seat)));
    }

    function test_aBatchDrawsAndCommits() external {
        _mine(5);
        uint256 state = vm.snapshotState();
        court.draw(DISPUTE, PROOF);
        IArbitrationCourt.SignedCommit[] memory items = new IArbitrationCourt.SignedCommit[](5);
        uint256 before = uint256(uint160(_owner(DISPUTE, 2)));
        for (uint256 i; i < 3; ++i) {
            items[i] = _signed(i, 1000 * i, _keyOf(i), _owner(DISPUTE, i));
        }
        // Passed over: a seat that does not exist, and an older one of a seat that has committed.
        items[3] = _signed(0, 9999, _keyOf(0), _owner(DISPUTE, 0));
        items[4] = _signed(0, 0, _keyOf(0), _owner(DISPUTE, 0));
        items[4].seat = 3;
        (PositionId first,,) = court.seat(DISPUTE, 0);
        vm.revertToState(state);
        _at(DISPUTE, 24);
        (items[2], items[3]) = (items[3], items[2]);
        uint256 staked = court.positions(first).balance();
        vm.prank(PAYER);
        court.commitBatch(DISPUTE, PROOF, items);
        assert(PAYER.balance == 0 && court.positions(first).balance() == staked + BOUNTY);
        assert(uint32(court.commits(DISPUTE)) == 7 && court.phase(DISPUTE) == RoundPhase.Reveal);
        assert(uint256(uint160(_owner(DISPUTE, 2))) == before);
        (items[2], items[3]) = (items[3], items[2]);
        for (uint256 i; i < 3; ++i) {
            _note(i, 1000 * i, items[i].commitment);
        }
        // Seat 1 is open already, seat 0 does not open.
        court.reveal(DISPUTE, _opening(DISPUTE, 1));
        IArbitrationCourt.Link[] memory links = new IArbitrationCourt.Link[](3);
        for (uint256 i; i < 3; ++i) {
            links[i] = IArbitrationCourt.Link(uint8(i), true, 1000 * i, _salt(DISPUTE, 0, i), 0);
        }
        links[0] = IArbitrationCourt.Link(0, false, 0, items[0].commitment, 0);
        court.revealBatch(DISPUTE, 0, links);
        assert(court.rounds(DISPUTE).reveals() == 2 && court.phase(DISPUTE) == RoundPhase.Reveal);
        links[0] = IArbitrationCourt.Link(0, true, 1, _salt(DISPUTE, 0, 0), 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.ChainMismatch.selector, DISPUTE));
        court.revealBatch(DISPUTE, 0, links);
        links[0].vote = 0;
        court.revealBatch(DISPUTE, 0, links);
        assert(court.phase(DISPUTE) == RoundPhase.Appealable && court.currentRuling(DISPUTE) == 1000);
    }

    function test_aSignedCommitmentReplacesNothing() external {
        _draw(DISPUTE);
        IArbitrationCourt.SignedCommit[] memory items = new IArbitrationCourt.SignedCommit[](2);
        items[0] = _signed(0, 1, _keyOf(0), _owner(DISPUTE, 0));
        // By somebody else.
        items[1] = _signed(1, 1, _keyOf(0), _owner(DISPUTE, 1));
        _at(DISPUTE, 24);
        _commit(DISPUTE, 0, 7777);
        uint256 commits = court.commits(DISPUTE);
        court.commitBatch(DISPUTE, "", items);
        assert(court.commits(DISPUTE) == commits);
        // The action itself takes no signature.
        assert(forwarder.typeHash(court.commit.selector) == 0);
        IForwarder.SignedAction memory action;
        (action.action, action.actor) = (abi.encodeCall(court.commit, (DISPUTE, 0, "c")), _owner(DISPUTE, 0));
        (action.target, action.deadline) = (address(court), time + 1);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.ActionNotSignable.selector, court.commit.selector));
        forwarder.actWithSig(action);
    }

    function test_signedByAVotingKeyOrAWallet() external {
        _draw(DISPUTE);
        address key = vm.addr(0xcafe);
        PositionId position = _position(DISPUTE, 0);
        vm.prank(_owner(DISPUTE, 0));
        court.setVotingKey(position, 1, key);
        Wallet wallet = new Wallet(vm.addr(0xd00d));
        vm.etch(_owner(DISPUTE, 1), address(wallet).code);
        IArbitrationCourt.SignedCommit[] memory items = new IArbitrationCourt.SignedCommit[](2);
        items[0] = _signed(0, 1, 0xcafe, key);
        items[1] = _signed(1, 1, 0xd00d, _owner(DISPUTE, 1));
        _at(DISPUTE, 24);
        court.commitBatch(DISPUTE, "", items);
        assert(uint32(court.commits(DISPUTE)) == 3);
    }

    // Reveals

    function test_oneCannotWithholdARulingAlone() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        for (uint256 i; i < 3; ++i) {
            _commit(DISPUTE, i, [uint256(0), 4000, 9000][i]);
        }
        // Two are open; the third sees that the ruling is theirs, and keeps its vote.
        court.reveal(DISPUTE, _opening(DISPUTE, 0));
        court.reveal(DISPUTE, _opening(DISPUTE, 1));
        PositionId silent = _position(DISPUTE, 2);
        uint256 before = _balance(silent);
        _at(DISPUTE, 96);
        ICourt.Conclusion memory end = desk.conclude(DISPUTE, PAYER);
        assert(end.ruling == 2000 && !end.refused && end.cost == _cost(3));
        assert(_balance(silent) == before - LOCK);
    }

    function test_aVoteAboveAllIsNone() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        for (uint256 i; i < 3; ++i) {
            _commit(DISPUTE, i, 10_001);
        }
        IArbitrationCourt.Link[] memory links = new IArbitrationCourt.Link[](3);
        for (uint256 i; i < 3; ++i) {
            links[i] = IArbitrationCourt.Link(uint8(i), true, 10_001, _salt(DISPUTE, 0, i), 0);
        }
        court.revealBatch(DISPUTE, 0, links);
        assert(court.rounds(DISPUTE).reveals() == 0);
        IArbitrationCourt.Opening memory opening = _opening(DISPUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.VoteInvalid.selector, 10_001, 10_000));
        court.reveal(DISPUTE, opening);
    }

    // Leaks

    function test_aLeakCostsTheLockAndTheVote() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        _commit(DISPUTE, 0, 5000);
        _commit(DISPUTE, 1, 5000);
        PositionId position = _position(DISPUTE, 0);
        uint256 before = _balance(position);
        IArbitrationCourt.Opening memory known = _opening(DISPUTE, 0);
        known.vote = 1;
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, DISPUTE, 0));
        court.reportLeak(DISPUTE, known);
        known.vote = 5000;
        vm.prank(PAYER);
        court.reportLeak(DISPUTE, known);
        assert(_balance(position) == before - LOCK && PAYER.balance == LOCK / 4 * 1 gwei);
        assert(BURN.balance == LOCK * 3 / 4 * 1 gwei);
        (,, uint256 vote) = court.seat(DISPUTE, 0);
        assert(vote == LEAKED && uint32(court.commits(DISPUTE)) == 2);
        // Once only, and the seat votes no more: neither by transaction nor by signature.
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, DISPUTE, 0));
        court.reportLeak(DISPUTE, known);
        address owner = _owner(DISPUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.SeatLeaked.selector, DISPUTE, 0));
        vm.prank(owner);
        court.commit(DISPUTE, 0, "c");
        IArbitrationCourt.SignedCommit[] memory items = new IArbitrationCourt.SignedCommit[](1);
        items[0] = _signed(0, 1, _keyOf(0), owner);
        court.commitBatch(DISPUTE, "", items);
        assert(uint32(court.commits(DISPUTE)) == 2);

        _commit(DISPUTE, 2, 5000);
        _at(DISPUTE, 48);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.AlreadyRevealed.selector, DISPUTE, 0));
        court.reveal(DISPUTE, known);
        court.reveal(DISPUTE, _opening(DISPUTE, 1));
        court.reveal(DISPUTE, _opening(DISPUTE, 2));
        // All that can be open is.
        assert(court.phase(DISPUTE) == RoundPhase.Appealable);
        _at(DISPUTE, 96);
        desk.conclude(DISPUTE, PAYER);
        // Nothing is taken twice; the two others share three fees.
        assert(_balance(position) == before - LOCK);
        assert(address(court).balance == _held(5) + court.credits(address(this)));
    }

    function test_anUncommittedVoteCannotLeakNorARevealedOne() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        _commit(DISPUTE, 0, 5000);
        IArbitrationCourt.Opening memory other = _opening(DISPUTE, 0);
        other.seat = 1;
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, DISPUTE, 1));
        court.reportLeak(DISPUTE, other);
        _commit(DISPUTE, 1, 1);
        _commit(DISPUTE, 2, 1);
        other = _opening(DISPUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, DISPUTE, RoundPhase.Reveal));
        court.reportLeak(DISPUTE, other);
    }

    function test_aVoidRoundTakesALeakersLockOnlyOnce() external {
        _draw(DISPUTE);
        _at(DISPUTE, 24);
        _commit(DISPUTE, 0, 5000);
        _commit(DISPUTE, 1, 5000);
        PositionId leaker = _position(DISPUTE, 0);
        PositionId silent = _position(DISPUTE, 2);
        IArbitrationCourt.Opening memory known = _opening(DISPUTE, 0);
        vm.prank(PAYER);
        court.reportLeak(DISPUTE, known);
        _at(DISPUTE, 48);
        court.reveal(DISPUTE, _opening(DISPUTE, 1));
        assert(court.phase(DISPUTE) == RoundPhase.Insufficient);
        court.voidRound(DISPUTE);
        assert(_balance(leaker) == 8 * TICKET / 1 gwei - LOCK && _balance(silent) == 8 * TICKET / 1 gwei - LOCK);
        assert(court.rounds(DISPUTE).number() == 1 && court.commits(DISPUTE) == 0);
        // The fees wait for the next panel; the bounty is spent.
        assert(address(court).balance == _held(5) + 3 * FEE * 1 gwei + court.credits(address(this)));
    }

    // Stakes

    function test_aFreedPlaceForgetsItsKeyAndKeepsTheVersion() external {
        PositionId position = PositionId.wrap(4);
        vm.startPrank(_arbitrator(4));
        court.setVotingKey(position, 3, address(0xbe));
        court.requestExit(position);
        _mine(8200);
        court.unstake(position, payable(PAYER));
        vm.stopPrank();
        assert(PositionId.unwrap(_stake(address(0xaa), 1)) == 4);
        (address key, uint64 version) = court.votingKey(position);
        assert(key == address(0) && version == 3);
    }

    function test_aSignedStakeIsTheSigners() external {
        checkType(forwarder, court.stake.selector, "Stake(uint8 tickets,");
        bytes memory action = abi.encodeCall(court.stake, (2));
        IForwarder.SignedAction memory signed = signAction(forwarder, address(court), 0xcafe, action, 1);
        vm.deal(PAYER, 2 * TICKET);
        vm.prank(PAYER);
        forwarder.actWithSig{value: 2 * TICKET}(signed);
        assert(court.positions(PositionId.wrap(5)).owner() == vm.addr(0xcafe));
    }

    function test_aPauseStopsStakesAlone() external {
        vm.prank(address(0x60));
        court.setPaused(true);
        vm.deal(PAYER, TICKET);
        vm.expectRevert(abi.encodeWithSignature("Paused()"));
        vm.prank(PAYER);
        court.stake{value: TICKET}(1);
        _draw(DISPUTE);
        _vote(DISPUTE, _all(1, 2, 3));
        _at(DISPUTE, 96);
        assert(desk.conclude(DISPUTE, PAYER).ruling == 2);
    }
}
