// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBondClaims} from "../../../../contracts/interfaces/IBondClaims.sol";
import {IComplaintDesk} from "../../../../contracts/interfaces/IComplaintDesk.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// Attacks on the bond.
contract BondAttacksTest is Play {
    address private constant WALLET = address(0x3a11e7);

    function setUp() external {
        _build(12);
    }

    /// Five hundred claims in one block, and nobody answers a single one: none is won by that, the bond is all there, and
    /// each goes on by anyone who pays for a hearing.
    function test_fiveHundredBondComplaintsAtOnceAllDeadlinesMissed() external {
        Case[] memory all = new Case[](500);
        for (uint256 i; i < all.length; ++i) {
            all[i] = _claim(address(uint160(0xc1a10000 + i)), 0.03 ether, 10_000);
        }
        _wait(10 days);
        for (uint256 i; i < all.length; ++i) {
            assert(desk.phase(all[i].id) == Phase.Overdue);
            vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, all[i].id, Phase.Overdue));
            _execute(all[i]);
        }
        (uint96 balance, uint96 locked) = registry.bond(ORGANISATION);
        assert(balance == BOND && locked == 15 ether);
        // One is heard, and worth half: that and all costs come out of the bond, to who claimed and who paid for it.
        uint256 before = STRANGER.balance;
        _hear(all[499], 5000);
        (balance, locked) = registry.bond(ORGANISATION);
        assert(balance == BOND - 0.015 ether - 3 * FEE - BOUNTY && locked == 15 ether - 0.03 ether);
        _same(all[499].order.customer.balance, 0.015 ether + 0.0006 ether);
        _same(STRANGER.balance, before + BOUNTY);
    }

    /// A claim that is worth nothing costs its organisation nothing, answered or not, and its customer the deposit.
    function test_claimsOutOfThinAir() external {
        Case memory self = _claim(WALLET, 1.8 ether, 10_000);
        _wait(10 days);
        uint256 spent = STRANGER.balance;
        _hear(self, 0);
        (uint96 balance, uint96 locked) = registry.bond(ORGANISATION);
        assert(balance == BOND + 0.036 ether && locked == 0);
        _same(WALLET.balance, 0);
        assert(STRANGER.balance < spent);
    }

    /// The organisation claims from itself with a second wallet. It cannot offer itself the bond, nor settle, nor be
    /// silent: all that leads out is a ruling, or the notice.
    function test_ownComplaintsThatDrainTheBond() external {
        Case memory self = _claim(WALLET, 1.8 ether, 10_000);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.OfferNotFunded.selector, self.id, 10_000));
        _offer(self, 10_000);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.OfferNotFunded.selector, self.id, 10_000));
        vm.prank(ADMIN);
        desk.pledge(self.id, 1, 24, 10_000, 0);
        _offer(self, 0);
        _escalate(self, 10_000);
        _settle(self, ADMIN, 0, 10_000);
        vm.expectRevert(abi.encodeWithSelector(IBondClaims.FundingTooSmall.selector, self.id, 0, 1.8 ether));
        _settle(self, WALLET, 0, 10_000);
        // With money of its own it pays itself, and the bond stays.
        vm.prank(ADMIN);
        claims.fund{value: 1.8 ether}(self.id);
        _settle(self, WALLET, 0, 10_000);
        (uint96 balance, uint96 locked) = registry.bond(ORGANISATION);
        assert(balance == BOND && locked == 0);
        assert(ADMIN.balance + WALLET.balance <= 1000 ether + 0.036 ether + 3 * FEE + BOUNTY);
    }

    /// Money that stands behind an offer cannot be taken away from under it.
    function test_fundingTakenBackUnderAnOffer() external {
        Case memory self = _claim(CUSTOMER, 1 ether, 10_000);
        vm.startPrank(ADMIN);
        claims.fund{value: 0.5 ether}(self.id);
        desk.offer(self.id, 5000, 0);
        vm.expectRevert(abi.encodeWithSelector(IBondClaims.FundingBound.selector, self.id));
        claims.withdrawFunding(self.id, payable(ADMIN));
        vm.stopPrank();
        uint256 before = CUSTOMER.balance;
        vm.prank(CUSTOMER);
        desk.accept(self.id, self.order, 1);
        _same(CUSTOMER.balance, before + 0.5 ether + 0.02 ether);
        vm.expectRevert(abi.encodeWithSelector(IBondClaims.ClaimNotOpen.selector, self.id));
        claims.fund{value: 1}(self.id);
    }

    /// An organisation that sees a ruling come locks its bond with claims of its own wallet, so that no costs can be taken
    /// from it, and withdraws them afterwards.
    function test_ownClaimsThatKeepTheBondFromPayingCosts() external {
        Case memory self = _play(Stage.Decidable, 10_000);
        Case[] memory own = new Case[](120);
        for (uint256 i; i < own.length; ++i) {
            (, uint256 most) = claims.limit(ORGANISATION);
            if (most != 0) own[i] = _claim(WALLET, uint96(most), 1);
        }
        uint256 before = CUSTOMER.balance;
        _execute(self);
        _same(CUSTOMER.balance, before + 1 ether + 3 * FEE + BOUNTY);
    }

    /// By a stranger, who pays for it.
    function _hear(Case memory self, uint16 vote) private {
        (, uint256 cost) = desk.escalationCost(self.id, self.order);
        vm.prank(STRANGER);
        desk.escalate{value: cost}(self.id, self.order, 0, 10_000, 0);
        _draw(self.dispute);
        _vote(self.dispute, Stage.Decidable, vote);
        _execute(self);
    }
}
