// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealFund} from "../../../../contracts/interfaces/IAppealFund.sol";
import {IArbitrationCourt} from "../../../../contracts/interfaces/IArbitrationCourt.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../../contracts/libraries/RoundPhases.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// Attacks on appeals, and on the money in them.
contract AppealAttacksTest is Play {
    address private constant HIGH = address(0x41644);
    address private constant LOW = address(0x10e4);

    function setUp() external {
        _build(40);
        vm.deal(HIGH, 100 ether);
        vm.deal(LOW, 100 ether);
    }

    /// Both sides pay, one opens the appeal: each gets back its own and nothing of the other's, whoever asks.
    function test_appealRefundsToTheWrongSide() external {
        Case memory self = _play(Stage.Revealed, 5000);
        vm.prank(LOW);
        fund.contribute{value: 0.03 ether}(self.id, false);
        uint256 price = court.appealCost(self.dispute);
        vm.prank(HIGH);
        fund.contribute{value: 10 ether}(self.id, true);
        _same(HIGH.balance, 100 ether - price * 3 / 2);
        // The loser of the race, at once; nobody in the other's name, and not twice.
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToRefund.selector, STRANGER));
        fund.refund(self.id, 0, false, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NotRefundable.selector, self.id, 0, true));
        fund.refund(self.id, 0, true, HIGH);
        vm.prank(STRANGER);
        fund.refund(self.id, 0, false, LOW);
        _same(LOW.balance, 100 ether);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToRefund.selector, LOW));
        fund.refund(self.id, 0, false, LOW);
        // It moved up: the stake is its payers'.
        _draw(self.dispute);
        _vote(self.dispute, Stage.Decidable, 9000);
        _execute(self);
        fund.resolve(self.id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToShare.selector, LOW));
        vm.prank(LOW);
        fund.withdrawShare(self.id, 0, false);
        vm.prank(HIGH);
        fund.withdrawShare(self.id, 0, true);
        _same(HIGH.balance, 100 ether - price);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToShare.selector, HIGH));
        vm.prank(HIGH);
        fund.withdrawShare(self.id, 0, true);
        _same(address(fund).balance, 0);
    }

    /// One side can't or won't pay: the other is heard, but wins nothing by that. The votes decide, and a stake that was
    /// lost goes to the side that put up nothing.
    function test_unfundedSide() external {
        Case memory self = _play(Stage.Revealed, 5000);
        _appeal(self, HIGH, true);
        _vote(self.dispute, Stage.Decidable, 4000);
        (uint96 bond,) = registry.bond(ORGANISATION);
        uint256 paid = CUSTOMER.balance;
        _execute(self);
        assert(CUSTOMER.balance >= paid + 0.4 ether);
        (uint96 charged,) = registry.bond(ORGANISATION);
        _same(charged, bond);
        fund.resolve(self.id, 0);
        (uint96 after_,) = registry.bond(ORGANISATION);
        _same(after_, bond + (7 * FEE + BOUNTY) / 2);
        _same(address(fund).balance, 0);
    }

    /// The parties agree after somebody has paid for an appeal, before its panel is drawn: what the court has not spent
    /// is the funder's, the price as well as the stake.
    function test_settlingAnAppealAwayFromWhoPaidForIt() external {
        Case memory self = _play(Stage.Revealed, 5000);
        uint256 missing = fund.missing(self.id, true);
        vm.prank(HIGH);
        fund.contribute{value: missing}(self.id, true);
        _settle(self, ADMIN, 3, 2000);
        _settle(self, CUSTOMER, 3, 2000);
        assert(desk.phase(self.id) == Phase.Paid);
        vm.prank(HIGH);
        fund.withdrawShare(self.id, 0, true);
        _same(HIGH.balance, 100 ether);
        _same(court.credits(address(fund)), 0);
        _same(address(fund).balance, 0);
    }

    /// Of a panel that is never found, or gives no ruling, the price comes back to whoever paid it; and the ruling that
    /// was appealed from stands.
    function test_appealThatIsNeverHeard() external {
        Case memory self = _play(Stage.Revealed, 5000);
        _appeal(self, HIGH, true);
        for (uint256 i; i < 2; ++i) {
            vm.warp(court.rounds(self.dispute).appealEnds());
            court.voidRound(self.dispute);
            if (i == 0) _draw(self.dispute);
        }
        _same(court.currentRuling(self.dispute), 5000);
        _execute(self);
        (bool known, bool refused, uint16 ruling) = court.finalRuling(self.dispute);
        assert(known && refused && ruling == 0);
        // Nobody heard it, so it is not lost; of the price only the bounty was spent.
        fund.resolve(self.id, 0);
        vm.prank(HIGH);
        fund.withdrawShare(self.id, 0, true);
        _same(HIGH.balance, 100 ether + 7 * FEE + (7 * FEE + BOUNTY) / 2);
    }

    /// Appeals for the sake of delay: each costs twice the last, and after three, or a panel of 31, the ruling is final.
    function test_appealingForEver() external {
        Case memory self = _play(Stage.Revealed, 5000);
        uint256[3] memory seats = [uint256(7), 15, 31];
        for (uint256 i; i < 3; ++i) {
            _same(court.appealCost(self.dispute), seats[i] * FEE + BOUNTY);
            _appeal(self, i % 2 == 0 ? HIGH : LOW, i % 2 == 0);
            _same(court.rounds(self.dispute).seats(), seats[i]);
            _vote(self.dispute, Stage.Revealed, i % 2 == 0 ? 6000 : 5000);
        }
        assert(court.phase(self.dispute) == RoundPhase.Decidable);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.WrongPhase.selector, self.id, RoundPhase.Decidable));
        vm.prank(LOW);
        fund.contribute{value: 1 ether}(self.id, false);
        uint256 before = gasleft();
        _execute(self);
        // 56 seats are settled in one transaction.
        assert(before - gasleft() < 5_000_000);
        for (uint256 i; i < 3; ++i) {
            fund.resolve(self.id, i);
        }
        // Each moved by 1 000 its way: all stakes are their payers'.
        vm.startPrank(HIGH);
        fund.withdrawShare(self.id, 0, true);
        fund.withdrawShare(self.id, 2, true);
        vm.stopPrank();
        vm.prank(LOW);
        fund.withdrawShare(self.id, 1, false);
        _same(HIGH.balance, 100 ether + (7 + 31) * FEE / 2 + BOUNTY);
        _same(LOW.balance, 100 ether + (15 * FEE + BOUNTY) / 2);
        _same(address(fund).balance, 0);
    }

    /// An appeal in the last second leaves the whole time of a round to the next; nobody else than the fund appeals.
    function test_appealAtTheLastSecondAndPastTheFund() external {
        Case memory self = _play(Stage.Revealed, 5000);
        uint256 price = court.appealCost(self.dispute);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.OnlyClient.selector, HIGH, address(fund)));
        vm.prank(HIGH);
        court.appeal{value: price}(self.dispute, HIGH);
        uint256 end = court.rounds(self.dispute).appealEnds();
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.WrongPhase.selector, self.id, RoundPhase.Decidable));
        vm.prank(HIGH);
        fund.contribute{value: 1 ether}(self.id, true);
        vm.warp(end - 1);
        _appeal(self, HIGH, true);
        _same(court.rounds(self.dispute).commitOpens(), end - 1 + 24 hours);
    }

    /// The appellant pays into both pots: what it puts into the other one is refunded in any case, and must not win back
    /// the stake that it loses.
    function test_hedgingAStakeInTheOtherPot() external {
        Case memory self = _play(Stage.Revealed, 5000);
        uint256 stake = court.appealCost(self.dispute) / 2;
        vm.prank(LOW);
        fund.contribute{value: stake}(self.id, false);
        _appeal(self, HIGH, true);
        fund.refund(self.id, 0, false, LOW);
        _vote(self.dispute, Stage.Decidable, 5000);
        (uint96 before,) = registry.bond(ORGANISATION);
        _execute(self);
        fund.resolve(self.id, 0);
        (uint96 bond,) = registry.bond(ORGANISATION);
        _same(bond, before + stake);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToShare.selector, LOW));
        vm.prank(LOW);
        fund.withdrawShare(self.id, 0, false);
    }
}
