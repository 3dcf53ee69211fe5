// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../../contracts/interfaces/IArbitrationCourt.sol";
import {RoundPhase} from "../../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../../contracts/types/Ids.sol";
import {LEAKED} from "../../../../contracts/types/Round.sol";
import {Track} from "../../../../contracts/types/Track.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// Attacks on the votes, and on what they are paid.
contract VoteAttacksTest is Play {
    function setUp() external {
        _build(24);
    }

    /// Another's commitment under one's own seat cannot be opened: it binds the seat. The copier is a no-show.
    function test_commitCopying() external {
        Case memory self = _play(Stage.Commit, 0);
        _commit(self.dispute, 0, 7000);
        bytes32 copied = _ballots[self.dispute][0].commitment;
        vm.prank(_ownerOf(self.dispute, 1));
        court.commit(self.dispute, 1, copied);
        _noteBallot(self.dispute, Ballot(1, 7000, copied));
        _commit(self.dispute, 2, 7000);
        _reveal(self.dispute, 0);
        // With the salt that seat 0 has shown by now.
        IArbitrationCourt.Opening memory opening = _opening(self.dispute, 1);
        opening.salt = _salt(0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, self.dispute, 1));
        court.reveal(self.dispute, opening);
        _reveal(self.dispute, 2);
        PositionId copier = _positionOf(self.dispute, 1);
        uint256 before = court.positions(copier).balance();
        vm.warp(court.rounds(self.dispute).appealEnds());
        _execute(self);
        _same(court.positions(copier).balance(), before - LOCK / 1 gwei);
    }

    /// Nor does a commitment of one round, or of one dispute, open in another.
    function test_commitCopyingFromAnotherRound() external {
        Case memory self = _play(Stage.Commit, 0);
        Case memory other = _play(Stage.Commit, 0);
        bytes32 foreign = _commitment(self.dispute, 0, 7000);
        vm.prank(_ownerOf(other.dispute, 0));
        court.commit(other.dispute, 0, foreign);
        _toReveal(other.dispute);
        IArbitrationCourt.Opening memory opening;
        (opening.vote, opening.salt) = (7000, _salt(0));
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, other.dispute, 0));
        court.reveal(other.dispute, opening);
    }

    /// The last one sees the others' votes and keeps his back: the ruling stands without him, and he loses the lock.
    function test_withholdingTheLastReveal() external {
        Case memory self = _play(Stage.Committed, 6000);
        _reveal(self.dispute, 0);
        _reveal(self.dispute, 1);
        assert(court.phase(self.dispute) == RoundPhase.Reveal);
        PositionId last = _positionOf(self.dispute, 2);
        uint256 before = court.positions(last).balance();
        vm.warp(court.rounds(self.dispute).appealEnds());
        _same(court.currentRuling(self.dispute), 6000);
        uint256 paid = CUSTOMER.balance;
        _execute(self);
        assert(CUSTOMER.balance - paid >= 0.6 ether);
        _same(court.positions(last).balance(), before - LOCK / 1 gwei);
    }

    /// Two of three keep theirs back to have the case decided by (O + D) / 2: it takes them two rounds and four locks,
    /// and does not end the first round in any way they can choose.
    function test_withholdingAMajority() external {
        Case memory self = _play(Stage.Committed, 6000);
        _reveal(self.dispute, 0);
        PositionId second = _positionOf(self.dispute, 1);
        uint256 before = court.positions(second).balance();
        uint256 honest = court.positions(_positionOf(self.dispute, 0)).balance();
        PositionId first = _positionOf(self.dispute, 0);
        vm.warp(court.rounds(self.dispute).revealEnds());
        court.voidRound(self.dispute);
        _same(court.positions(second).balance(), before - LOCK / 1 gwei);
        _same(court.positions(first).balance(), honest + FEE / 1 gwei);
        _draw(self.dispute);
        for (uint8 seat; seat < 3; ++seat) {
            assert(PositionId.unwrap(_positionOf(self.dispute, seat)) != PositionId.unwrap(second));
        }
        _vote(self.dispute, Stage.Decidable, 9000);
        _same(court.currentRuling(self.dispute), 9000);
        _execute(self);
    }

    /// To tell one's own vote costs three quarters of the lock, the worst vote half: no way out for a wrong vote.
    function test_leakAsACheapExit() external {
        Case memory self = _play(Stage.Commit, 0);
        _commit(self.dispute, 0, 0);
        PositionId leaker = _positionOf(self.dispute, 0);
        address owner = _ownerOf(self.dispute, 0);
        (uint256 staked, uint256 before, uint256 burnt) =
            (court.positions(leaker).balance(), owner.balance, BURN.balance);
        IArbitrationCourt.Opening memory opening = _opening(self.dispute, 0);
        vm.prank(owner);
        court.reportLeak(self.dispute, opening);
        _same(staked - court.positions(leaker).balance(), LOCK / 1 gwei);
        _same(owner.balance - before, LOCK / 4);
        _same(BURN.balance - burnt, LOCK * 3 / 4);
        assert(LOCK - LOCK / 4 > LOCK / 2);

        (,, uint256 vote) = court.seat(self.dispute, 0);
        _same(vote, LEAKED);
        // Neither again, nor a second fine for the same.
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.SeatLeaked.selector, self.dispute, 0));
        court.commit(self.dispute, 0, bytes32(uint256(1)));
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.CommitmentMismatch.selector, self.dispute, 0));
        court.reportLeak(self.dispute, opening);
        vm.stopPrank();
        staked = court.positions(leaker).balance();
        _commit(self.dispute, 1, 8000);
        _commit(self.dispute, 2, 8000);
        _toReveal(self.dispute);
        _reveal(self.dispute, 1);
        _reveal(self.dispute, 2);
        _toEnd(self.dispute);
        _execute(self);
        // No fee, and no second penalty.
        _same(court.positions(leaker).balance(), staked);
    }

    /// Equal numbers for two choices are choice 0, and nobody was wrong. An even panel's median lies between two votes,
    /// and both were right.
    function test_tieCoherence() external {
        Case memory self = _play(Stage.Commit, 0);
        _commit(self.dispute, 0, 0);
        _commit(self.dispute, 1, 10_000);
        _toReveal(self.dispute);
        _reveal(self.dispute, 0);
        _reveal(self.dispute, 1);
        assert(court.phase(self.dispute) == RoundPhase.Appealable);
        _same(court.currentRuling(self.dispute), 5000);
        PositionId[3] memory who;
        uint256[3] memory before;
        for (uint8 seat; seat < 3; ++seat) {
            who[seat] = _positionOf(self.dispute, seat);
            before[seat] = court.positions(who[seat]).balance();
        }
        _toEnd(self.dispute);
        _execute(self);
        // The two share three fees and the lock of the third.
        _same(court.positions(who[0]).balance(), before[0] + (3 * FEE + LOCK) / 2 gwei);
        _same(court.positions(who[1]).balance(), before[1] + (3 * FEE + LOCK) / 2 gwei);
        _same(court.positions(who[2]).balance(), before[2] - LOCK / 1 gwei);
    }

    /// A bribed panel rules 0. The appeal's honest panel rules all: the customer has its money, the bribed ones pay for
    /// their votes, and whoever paid for the appeal has its stake back.
    function test_bribedFirstRoundHonestSecond() external {
        Case memory self = _play(Stage.Revealed, 0);
        PositionId[3] memory bribed;
        uint256[3] memory before;
        for (uint8 seat; seat < 3; ++seat) {
            bribed[seat] = _positionOf(self.dispute, seat);
            before[seat] = court.positions(bribed[seat]).balance();
        }
        _appeal(self, CUSTOMER, true);
        _vote(self.dispute, Stage.Decidable, 10_000);
        PositionId honest = _positionOf(self.dispute, 0);
        uint256 paidBefore = court.positions(honest).balance();
        uint256 customer = CUSTOMER.balance;
        _execute(self);
        assert(CUSTOMER.balance - customer >= 1 ether);
        for (uint256 i; i < 3; ++i) {
            _same(court.positions(bribed[i]).balance(), before[i] - LOCK / 2 gwei);
        }
        // Seven share the fees of ten and three half locks.
        assert(court.positions(honest).balance() >= paidBefore + (10 * FEE + 3 * LOCK / 2) / 7 gwei);
        customer = CUSTOMER.balance;
        vm.prank(CUSTOMER);
        fund.withdrawShare(self.id, 0, true);
        _same(CUSTOMER.balance - customer, court.costOf(0, 7) / 2);
    }

    /// Both have named the same share, and one waits with its part until it has seen votes.
    function test_settlementHeldBackUntilRevealsShowTheOutcome() external {
        Case memory self = _play(Stage.Committed, 10_000);
        _settle(self, ADMIN, 0, 3000);
        _reveal(self.dispute, 0);
        bytes memory refusal =
            abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, self.dispute, RoundPhase.Reveal);
        vm.expectRevert(refusal);
        _settle(self, CUSTOMER, 0, 3000);
        // All have committed: it had lapsed even before the first vote.
        _reveal(self.dispute, 1);
        _reveal(self.dispute, 2);
        vm.expectRevert(
            abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, self.dispute, RoundPhase.Appealable)
        );
        _settle(self, CUSTOMER, 0, 3000);
        // Nor does it count in the next round: it named this one.
        _appeal(self, CUSTOMER, true);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.WrongRound.selector, self.dispute, 3, 0));
        _settle(self, CUSTOMER, 0, 3000);
    }

    /// The relayer keeps an old signed commitment, and lands it after a newer one that was sent directly.
    function test_oldCommitLandedLastByARelayer() external {
        Case memory self = _play(Stage.Commit, 0);
        address owner = _ownerOf(self.dispute, 0);
        IArbitrationCourt.SignedCommit[] memory old = new IArbitrationCourt.SignedCommit[](1);
        old[0] = _signCommit(self.dispute, 0, 1000, _keyOf(owner));
        _commit(self.dispute, 0, 9000);
        uint256 accumulated = court.commits(self.dispute);
        court.commitBatch(self.dispute, "", old);
        _same(court.commits(self.dispute), accumulated);
        // Landed first it can be replaced, by a direct call only.
        uint8 seat = 1;
        owner = _ownerOf(self.dispute, seat);
        IArbitrationCourt.SignedCommit[] memory both = new IArbitrationCourt.SignedCommit[](2);
        both[0] = _signCommit(self.dispute, seat, 1000, _keyOf(owner));
        both[1] = _signCommit(self.dispute, seat, 2000, _keyOf(owner));
        court.commitBatch(self.dispute, "", both);
        _noteBallot(self.dispute, Ballot(seat, 1000, both[0].commitment));
        accumulated = court.commits(self.dispute);
        both[0] = both[1];
        court.commitBatch(self.dispute, "", both);
        _same(court.commits(self.dispute), accumulated);
        _commit(self.dispute, seat, 9000);
        _commit(self.dispute, 2, 9000);
        _revealAll(self.dispute);
        _same(court.currentRuling(self.dispute), 9000);
    }

    /// Somebody lands one item of a batch first: the others go on, and the item counts once.
    function test_batchItemsFrontRun() external {
        Case memory self = _play(Stage.Commit, 0);
        IArbitrationCourt.SignedCommit[] memory all = new IArbitrationCourt.SignedCommit[](3);
        for (uint8 seat; seat < 3; ++seat) {
            all[seat] = _signCommit(self.dispute, seat, 4000, _keyOf(_ownerOf(self.dispute, seat)));
        }
        IArbitrationCourt.SignedCommit[] memory one = new IArbitrationCourt.SignedCommit[](1);
        one[0] = all[1];
        vm.prank(STRANGER);
        court.commitBatch(self.dispute, "", one);
        court.commitBatch(self.dispute, "", all);
        _noteBallot(self.dispute, Ballot(1, 4000, all[1].commitment));
        _noteBallot(self.dispute, Ballot(0, 4000, all[0].commitment));
        _noteBallot(self.dispute, Ballot(2, 4000, all[2].commitment));
        assert(court.phase(self.dispute) == RoundPhase.Reveal);

        IArbitrationCourt.Link[] memory links = new IArbitrationCourt.Link[](3);
        for (uint256 i; i < 3; ++i) {
            uint8 seat = _ballots[self.dispute][i].seat;
            links[i] = IArbitrationCourt.Link(seat, true, 4000, _salt(seat), 0);
        }
        _reveal(self.dispute, 0);
        court.revealBatch(self.dispute, 0, links);
        _same(court.rounds(self.dispute).reveals(), 3);
        _same(court.currentRuling(self.dispute), 4000);
    }

    /// One arbitrator replaces his commitment again and again, so that the others' openings grow beyond a block.
    function test_replacingWithoutEnd() external {
        Case memory self = _play(Stage.Commit, 0);
        _commit(self.dispute, 0, 5000);
        address spammer = _ownerOf(self.dispute, 1);
        for (uint256 i; i < 4; ++i) {
            _commit(self.dispute, 1, 5000);
        }
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.TooManyReplacements.selector, self.dispute, 1, 3));
        vm.prank(spammer);
        court.commit(self.dispute, 1, 0);
        _commit(self.dispute, 2, 5000);
        uint256 before = gasleft();
        _reveal(self.dispute, 0);
        assert(before - gasleft() < 120_000);
    }

    /// New terms, a new rate and a new price are for cases that begin after them.
    function test_parametersChangedMidDispute() external {
        Case memory self = _play(Stage.Escalated, 0);
        uint256 word = _terms_(self.dispute);
        vm.startPrank(address(timelock));
        court.setTrack(0, Track.wrap(1 | uint256(4) << 30 | 72 << 64 | 72 << 71 | 72 << 78));
        vm.stopPrank();
        vm.prank(ADMIN);
        registry.publishPolicy(ORGANISATION, _policy(5), keccak256("new"));
        _wait(8 hours);
        _draw(self.dispute);
        _same(_terms_(self.dispute), word);
        _vote(self.dispute, Stage.Revealed, 10_000);
        _same(court.appealCost(self.dispute), 7 * FEE + BOUNTY);
        PositionId position = _positionOf(self.dispute, 0);
        uint256 before = court.positions(position).balance();
        _toEnd(self.dispute);
        _execute(self);
        _same(court.positions(position).balance(), before + FEE / 1 gwei);
    }

    function _terms_(uint256 dispute) private view returns (uint256) {
        return Track.unwrap(court.rounds(dispute).track());
    }
}
