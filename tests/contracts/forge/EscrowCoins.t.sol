// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICaseFund} from "../../../contracts/interfaces/ICaseFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ITokenPayouts} from "../../../contracts/interfaces/ITokenPayouts.sol";
import {ComplaintId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {EscrowHouse} from "./EscrowHouse.sol";
import {Mode, TurncoatToken} from "./EscrowTokens.sol";
import {bound, vm} from "./Vm.sol";

/// Orders in ERC-20 tokens, good ones and others. (tests/contracts/escrow.tree)
contract EscrowCoinsTest is EscrowHouse {
    TurncoatToken private turncoat;

    function setUp() public override {
        super.setUp();
        turncoat = new TurncoatToken();
        turncoat.mint(customer, 1000 ether);
        _list(address(turncoat), 1e18);
        creditors.push(ELSEWHERE);
    }

    // The list

    function test_onlyTheTimelockListsContracts() external {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.OnlyTimelock.selector, address(this)));
        escrow.setTokenRate(address(coin), 1);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.TokenInvalid.selector, address(0)));
        _list(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.TokenInvalid.selector, ELSEWHERE));
        _list(ELSEWHERE, 1);
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.TokenRateSet(address(coin), 3e18);
        _list(address(coin), 3e18);
        assert(escrow.tokenRate(address(coin)) == 3e18);
    }

    function test_ordersOfAnUnlistedTokenGoOn() external {
        Order memory order = _payIn(address(coin), 5 ether);
        escrow.open(order, COMPLAINT);
        assert(escrow.valueOf(order, COMPLAINT) == 10 ether);
        _list(address(coin), 0);
        bytes memory refusal = abi.encodeWithSelector(IOrderEscrow.TokenNotListed.selector, address(coin));
        vm.expectRevert(refusal);
        escrow.payToken(SHOP, 1, address(coin), 1, 0);
        vm.expectRevert(refusal);
        escrow.payTokenWithPermit(SHOP, 1, address(coin), 1, 0, 0, 0, 0, 0);
        assert(escrow.valueOf(order, COMPLAINT) == 0);
        escrow.divide(order, COMPLAINT, 10_000, 0);
        assert(coin.balanceOf(customer) == 1000 ether);
    }

    // A good token

    function test_payTokenHoldsWhatArrives() external {
        Order memory order = _facts(address(coin), 1);
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.Paid(order.key(), SHOP, customer, 1, address(coin), order.ref, 5 ether);
        _payIn(address(coin), 5 ether);
        assert(escrow.orders(order.key()).amount() == 5 ether && coin.balanceOf(address(escrow)) == 5 ether);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderExists.selector, order.key()));
        vm.prank(customer);
        escrow.payToken(SHOP, 1, address(coin), 1, order.ref);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.VersionNotCurrent.selector, SHOP, 9, 1));
        vm.prank(customer);
        escrow.payToken(SHOP, 9, address(coin), 1, order.ref);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.AmountInvalid.selector, 0));
        vm.prank(customer);
        escrow.payToken(SHOP, 1, address(coin), 0, order.ref);
        // The same reference in wei is another order.
        _pay(1 ether);
        _checkBooks();
    }

    function testFuzz_dividePaysNoCosts(uint96 amount, uint16 share, uint96 costOwed) external {
        amount = uint96(bound(amount, 1, 1000 ether));
        share = uint16(bound(share, 0, 10_000));
        Order memory order = _payIn(address(coin), amount);
        escrow.open(order, COMPLAINT);
        uint256 before = coin.balanceOf(customer);
        ICaseFund.Division memory division = escrow.divide(order, COMPLAINT, share, costOwed);
        assert(division.costPaid == 0 && division.toCustomer == uint256(amount) * share / 10_000);
        assert(division.toOrganisation == amount - division.toCustomer);
        assert(coin.balanceOf(customer) - before == division.toCustomer);
        assert(escrow.organisationBalance(SHOP, address(coin)) == division.toOrganisation);
        assert(escrow.organisationBalance(SHOP, address(0)) == 0);
        _checkBooks();
    }

    function test_releaseRefundAndWithdraw() external {
        Order memory order = _payIn(address(coin), 5 ether);
        vm.prank(customer);
        escrow.release(order);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToWithdraw.selector, operator));
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(0), payable(ELSEWHERE));
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.OrganisationWithdrew(SHOP, operator, ELSEWHERE, address(coin), 5 ether);
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(coin), payable(ELSEWHERE));
        assert(coin.balanceOf(ELSEWHERE) == 5 ether && escrow.organisationBalance(SHOP, address(coin)) == 0);
        order = _payInAs(customer, address(coin), 7 ether, 2);
        vm.prank(operator);
        escrow.refund(order);
        assert(coin.balanceOf(customer) == 995 ether);
        _checkBooks();
    }

    // Permits

    function test_permitPaysInOneStep() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(5 ether);
        vm.prank(customer);
        escrow.payTokenWithPermit(SHOP, 1, address(coin), 5 ether, 0, START + 1, v, r, s);
        assert(coin.balanceOf(address(escrow)) == 5 ether && coin.allowance(customer, address(escrow)) == 0);
    }

    function test_aPermitThatSomebodyUsedFirstPaysAllTheSame() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(5 ether);
        vm.prank(ELSEWHERE);
        coin.permit(customer, address(escrow), 5 ether, START + 1, v, r, s);
        vm.prank(customer);
        escrow.payTokenWithPermit(SHOP, 1, address(coin), 5 ether, 0, START + 1, v, r, s);
        assert(coin.balanceOf(address(escrow)) == 5 ether);
    }

    function test_aBadPermitPaysNothing() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(5 ether);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        vm.prank(customer);
        escrow.payTokenWithPermit(SHOP, 1, address(coin), 6 ether, 0, START + 1, v, r, s);
    }

    /// A permit is no way to spend somebody else's money: who pays is who is taken from.
    function test_somebodyElsesPermitPaysNothing() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(5 ether);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        vm.prank(ELSEWHERE);
        escrow.payTokenWithPermit(SHOP, 1, address(coin), 5 ether, 0, START + 1, v, r, s);
    }

    // Bad tokens on the way in

    function test_aFeeIsNotBooked() external {
        turncoat.turn(Mode.TakesFee);
        Order memory order = _payIn(address(turncoat), 10 ether);
        assert(escrow.orders(order.key()).amount() == 9 ether);
        _checkBooks(address(turncoat));
    }

    function test_nothingArrives() external {
        _expectNoOrder(Mode.Lies, abi.encodeWithSelector(IOrderEscrow.AmountInvalid.selector, 0));
        _expectNoOrder(
            Mode.ReturnsFalse, abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(turncoat))
        );
        _expectNoOrder(Mode.Reverts, abi.encodeWithSignature("Error(string)", "no"));
        _expectNoOrder(Mode.HidesBalances, abi.encodeWithSignature("Error(string)", "hidden"));
    }

    function test_payInATokenThatReturnsNothing() external {
        turncoat.turn(Mode.ReturnsNothing);
        _payIn(address(turncoat), 10 ether);
        _checkBooks(address(turncoat));
    }

    /// Else one transfer could be counted as two orders.
    function test_aTokenThatCallsBackIntoPayToken() external {
        turncoat.reenter(
            address(escrow), abi.encodeCall(escrow.payToken, (SHOP, 1, address(turncoat), 5 ether, "inner"))
        );
        _payIn(address(turncoat), 10 ether);
        _expectShutDoor();
        _checkBooks(address(turncoat));
    }

    // Bad tokens on the way out: the case is closed, the customer is credited, other coins do not notice

    function test_pushReturnsNothing() external {
        _push(Mode.ReturnsNothing, 4 ether, 0);
    }

    function test_pushReturnsFalse() external {
        _push(Mode.ReturnsFalse, 0, 4 ether);
    }

    function test_pushReverts() external {
        _push(Mode.Reverts, 0, 4 ether);
    }

    /// What left has left, whatever arrives.
    function test_pushTakesFee() external {
        _push(Mode.TakesFee, 3.6 ether, 0);
    }

    function test_pushLies() external {
        _push(Mode.Lies, 0, 4 ether);
    }

    /// It would pay this customer with other people's money.
    function test_pushTakesMore() external {
        _push(Mode.TakesMore, 0, 4 ether);
    }

    function test_pushReturnsBomb() external {
        _push(Mode.ReturnsBomb, 0, 4 ether);
    }

    function test_pushRevertsWithBomb() external {
        _push(Mode.RevertsWithBomb, 0, 4 ether);
    }

    function test_pushBurnsGas() external {
        _push(Mode.BurnsGas, 0, 4 ether);
    }

    function test_pushHidesBalances() external {
        _push(Mode.HidesBalances, 0, 4 ether);
    }

    function test_pushBombsBalances() external {
        _push(Mode.BombsBalances, 0, 4 ether);
    }

    function test_aTokenThatCallsBackFromAPush() external {
        Order memory order = _payIn(address(turncoat), 10 ether);
        escrow.open(order, COMPLAINT);
        turncoat.reenter(
            address(escrow), abi.encodeCall(escrow.payToken, (SHOP, 1, address(turncoat), 5 ether, "inner"))
        );
        escrow.divide(order, COMPLAINT, 4000, 0);
        _expectShutDoor();
        _checkBooks(address(turncoat));
    }

    /// A release that comes in the middle of a withdrawal is not forgotten.
    function test_aTokenThatReleasesInAWithdrawal() external {
        Order memory order = _payIn(address(turncoat), 10 ether);
        Order memory second = _payInAs(customer, address(turncoat), 3 ether, 2);
        vm.warp(RELEASABLE_FROM);
        escrow.release(order);
        turncoat.reenter(address(escrow), abi.encodeCall(escrow.release, (second)));
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(turncoat), payable(ELSEWHERE));
        assert(turncoat.reentered() && escrow.organisationBalance(SHOP, address(turncoat)) == 3 ether);
        _checkBooks(address(turncoat));
    }

    function test_withdrawalsOfABadToken() external {
        Order memory order = _payIn(address(turncoat), 10 ether);
        _payInAs(customer, address(turncoat), 10 ether, 2);
        vm.prank(customer);
        escrow.release(order);
        turncoat.turn(Mode.TakesMore);
        vm.expectRevert(
            abi.encodeWithSelector(ITokenPayouts.TokenMiscounted.selector, address(turncoat), 10 ether, 11 ether)
        );
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(turncoat), payable(ELSEWHERE));
        turncoat.turn(Mode.Lies);
        vm.expectRevert(abi.encodeWithSelector(ITokenPayouts.TokenMiscounted.selector, address(turncoat), 10 ether, 0));
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(turncoat), payable(ELSEWHERE));
        _checkBooks(address(turncoat));
    }

    /// Balances shrink to half: who comes first gets what is there, who comes last waits; wei and coins are untouched.
    function test_aTokenThatShrinks() external {
        Order memory order = _payIn(address(turncoat), 10 ether);
        Order memory second = _payInAs(customer, address(turncoat), 6 ether, 2);
        Order memory other = _payIn(address(coin), 1 ether);
        Order memory inWei = _pay(1 ether);
        turncoat.rebase(0.5e18);
        escrow.open(second, COMPLAINT);
        escrow.open(order, COMPLAINT);
        escrow.divide(second, COMPLAINT, 10_000, 0);
        escrow.divide(order, COMPLAINT, 5000, 0);
        assert(turncoat.balanceOf(customer) == 492 ether + 8 ether && turncoat.balanceOf(address(escrow)) == 0);
        assert(escrow.tokenCredits(IERC20(address(turncoat)), customer) == 3 ether);
        vm.expectRevert(abi.encodeWithSelector(ITokenPayouts.TokenMiscounted.selector, address(turncoat), 3 ether, 0));
        vm.prank(customer);
        escrow.withdrawTokenTo(IERC20(address(turncoat)), ELSEWHERE);
        // Somebody makes up for half of it.
        turncoat.mint(address(escrow), 2 ether);
        vm.prank(customer);
        escrow.withdrawTokenTo(IERC20(address(turncoat)), ELSEWHERE);
        assert(turncoat.balanceOf(ELSEWHERE) == 1 ether);
        assert(escrow.tokenCredits(IERC20(address(turncoat)), customer) == 2 ether);
        turncoat.mint(address(escrow), 4 ether);
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(turncoat), payable(ELSEWHERE));
        assert(escrow.organisationBalance(SHOP, address(turncoat)) == 3 ether);
        vm.prank(operator);
        escrow.refund(other);
        vm.prank(operator);
        escrow.refund(inWei);
        _checkBooks();
    }

    /// Any course of things in three coins, one of them as it likes: no coin's books are ever wrong.
    function testFuzz_booksStandAlone(uint256 random) external {
        address[3] memory coins = [address(0), address(coin), address(turncoat)];
        Order[] memory orders = new Order[](24);
        for (uint256 i; i < 24; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            turncoat.turn(Mode(random % 8));
            address token = coins[(random >> 8) % 3];
            uint96 amount = uint96(1 + (random >> 16) % 3 ether);
            orders[i] = token == address(0) ? _payAs(customer, amount, i) : _tryPayIn(token, amount, i);
            _end(orders[(random >> 112) % (i + 1)], random >> 128);
            _checkBooks();
            _checkBooks(address(turncoat));
        }
        turncoat.turn(Mode.Honest);
        vm.warp(RELEASABLE_FROM);
        for (uint256 i; i < 24; ++i) {
            if (escrow.orders(orders[i].key()).state() == OrderState.Held) escrow.release(orders[i]);
        }
        for (uint256 i; i < 3; ++i) {
            _empty(coins[i]);
        }
        assert(address(escrow).balance == 0 && coin.balanceOf(address(escrow)) == 0);
        assert(turncoat.balanceOf(address(escrow)) == 0);
    }

    function _tryPayIn(address token, uint96 amount, uint256 number) private returns (Order memory order) {
        if (token == address(turncoat)) {
            Mode mode = turncoat.mode();
            if (mode == Mode.ReturnsFalse || mode == Mode.Reverts || mode == Mode.Lies) turncoat.turn(Mode.Honest);
            order = _payInAs(customer, token, amount, number);
            turncoat.turn(mode);
        } else {
            order = _payInAs(customer, token, amount, number);
        }
    }

    function _end(Order memory order, uint256 random) private {
        if (escrow.orders(order.key()).state() != OrderState.Held) return;
        if (random % 4 == 0) {
            vm.prank(customer);
            escrow.release(order);
        } else if (random % 4 == 1) {
            vm.prank(operator);
            escrow.refund(order);
        } else {
            escrow.open(order, COMPLAINT);
            escrow.divide(order, COMPLAINT, uint16((random >> 8) % 10_001), uint96(random >> 32));
        }
    }

    function _empty(address token) private {
        if (escrow.organisationBalance(SHOP, token) != 0) {
            vm.prank(operator);
            escrow.withdrawOrganisation(SHOP, token, payable(ELSEWHERE));
        }
        if (token != address(0) && escrow.tokenCredits(IERC20(token), customer) != 0) {
            vm.prank(customer);
            escrow.withdrawTokenTo(IERC20(token), ELSEWHERE);
        }
    }

    function _push(Mode mode, uint256 arrives, uint256 credited) private {
        Order memory order = _payIn(address(turncoat), 10 ether);
        _payInAs(customer, address(turncoat), 10 ether, 2);
        Order memory inWei = _pay(1 ether);
        escrow.open(order, COMPLAINT);
        turncoat.turn(mode);
        if (credited != 0) {
            vm.expectEmit(address(escrow));
            emit ITokenPayouts.TokenCredited(IERC20(address(turncoat)), customer, credited);
        }
        uint256 gas_ = gasleft();
        escrow.divide(order, COMPLAINT, 4000, 0);
        assert(gas_ - gasleft() < 320_000);
        escrow.open(inWei, ComplaintId.wrap(8));
        escrow.divide(inWei, ComplaintId.wrap(8), 4000, 0);
        turncoat.turn(Mode.Honest);
        assert(turncoat.balanceOf(customer) == 980 ether + arrives);
        assert(escrow.tokenCredits(IERC20(address(turncoat)), customer) == credited);
        _checkBooks();
        _checkBooks(address(turncoat));
        if (credited == 0) return;
        vm.expectEmit(address(escrow));
        emit ITokenPayouts.TokenCreditWithdrawn(IERC20(address(turncoat)), customer, ELSEWHERE, credited);
        vm.prank(customer);
        escrow.withdrawTokenTo(IERC20(address(turncoat)), ELSEWHERE);
        assert(turncoat.balanceOf(ELSEWHERE) == credited);
        _checkBooks(address(turncoat));
    }

    function _expectNoOrder(Mode mode, bytes memory refusal) private {
        turncoat.turn(mode);
        vm.expectRevert(refusal);
        vm.prank(customer);
        escrow.payToken(SHOP, 1, address(turncoat), 10 ether, 0);
    }

    function _expectShutDoor() private view {
        assert(!turncoat.reentered());
        assert(bytes4(turncoat.reentryResult()) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    function _permit(uint256 amount) private returns (uint8 v, bytes32 r, bytes32 s) {
        vm.prank(customer);
        coin.approve(address(escrow), 0);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 content = keccak256(abi.encode(typeHash, customer, address(escrow), amount, 0, START + 1));
        return vm.sign(KEY, keccak256(abi.encodePacked(hex"1901", coin.DOMAIN_SEPARATOR(), content)));
    }
}
