// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICaseFund} from "../../../contracts/interfaces/ICaseFund.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ITokenPayouts} from "../../../contracts/interfaces/ITokenPayouts.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {EscrowHouse} from "./EscrowHouse.sol";
import {Receiver} from "./EscrowReceivers.sol";
import {bound, vm} from "./Vm.sol";

/// Orders in the native coin. (tests/contracts/escrow.tree)
contract EscrowTest is EscrowHouse {
    ComplaintId private constant OTHER_COMPLAINT = ComplaintId.wrap(8);

    // pay

    function testFuzz_theKeyIsTheHashOfTheFacts(Order memory order) external view {
        assert(order.key() == keccak256(abi.encode(order)));
        assert(escrow.orderTrail(order) == 0);
    }

    function test_payHoldsTheMoneyUnderThePolicy() external {
        Order memory order = _facts(address(0), 1);
        bytes32 key = keccak256(abi.encode(SHOP, 1, customer, address(0), order.ref));
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.Paid(key, SHOP, customer, 1, address(0), order.ref, 1 ether);
        _pay(1 ether);
        OrderWord word = escrow.orders(order.key());
        assert(word.state() == OrderState.Held && word.amount() == 1 ether && word.paidAt() == START);
        assert(word.confirmSeconds() == 72 hours && word.protectedUntil() == PROTECTED_UNTIL);
        assert(word.complaint() == ComplaintId.wrap(0) && word.frozenUntil() == 0);
        assert(address(escrow.registry()) == address(registry) && escrow.desk() == address(this));
        _checkBooks();
    }

    function test_payRefuses() external {
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.AmountInvalid.selector, 0));
        escrow.pay(SHOP, 1, 0);
        vm.deal(address(this), 1 << 97);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.AmountInvalid.selector, 1 << 96));
        escrow.pay{value: 1 << 96}(SHOP, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.VersionNotCurrent.selector, SHOP, 2, 1));
        escrow.pay{value: 1}(SHOP, 2, 0);
        OrganisationId nobody = OrganisationId.wrap(0);
        vm.expectRevert(abi.encodeWithSelector(IOrganisationRegistry.OrganisationUnknown.selector, nobody));
        escrow.pay{value: 1}(nobody, 1, 0);
        escrow.pay{value: (1 << 96) - 1}(SHOP, 1, 0);
        bytes32 key = Order(SHOP, 1, address(this), address(0), 0).key();
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderExists.selector, key));
        escrow.pay{value: 1}(SHOP, 1, 0);
    }

    function test_anEndedOrderCannotBePaidAgain() external {
        Order memory order = _pay(1 ether);
        vm.prank(customer);
        escrow.release(order);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderExists.selector, order.key()));
        vm.prank(customer);
        escrow.pay{value: 1}(SHOP, 1, order.ref);
    }

    function test_aPauseStopsNewOrdersOnly() external {
        Order memory order = _pay(1 ether);
        vm.prank(GUARDIAN);
        escrow.setPaused(true);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector));
        escrow.pay{value: 1}(SHOP, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector));
        escrow.payToken(SHOP, 1, address(coin), 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector));
        escrow.payTokenWithPermit(SHOP, 1, address(coin), 1, 0, 0, 0, 0, 0);
        escrow.open(order, COMPLAINT);
        escrow.divide(order, COMPLAINT, 5000, 0);
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(0), payable(ELSEWHERE));
        _checkBooks();
    }

    // release, refund, withdrawOrganisation

    function test_releaseByTheCustomerAtAnyTime() external {
        Order memory order = _pay(1 ether);
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.Released(order.key(), SHOP, customer, 1 ether);
        vm.prank(customer);
        escrow.release(order);
        assert(escrow.organisationBalance(SHOP, address(0)) == 1 ether);
        assert(escrow.orders(order.key()).state() == OrderState.Released);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderNotHeld.selector, order.key(), OrderState.Released));
        escrow.release(order);
        _checkBooks();
    }

    function test_releaseByAnyoneOnceTheProtectionIsOver() external {
        Order memory order = _pay(1 ether);
        vm.warp(RELEASABLE_FROM - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrderEscrow.ProtectionNotOver.selector, order.key(), RELEASABLE_FROM, RELEASABLE_FROM - 1
            )
        );
        escrow.release(order);
        // A policy of later changes nothing for an order of before.
        registry.publish();
        vm.warp(RELEASABLE_FROM);
        escrow.release(order);
        _checkBooks();
    }

    function test_refundNeedsRole2() external {
        Order memory order = _pay(1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IOrganisationRegistry.RoleMissing.selector, SHOP, address(this), uint8(2))
        );
        escrow.refund(order);
        uint256 before = customer.balance;
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.Refunded(order.key(), SHOP, operator, 1 ether);
        vm.prank(operator);
        escrow.refund(order);
        assert(customer.balance == before + 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderNotHeld.selector, order.key(), OrderState.Refunded));
        vm.prank(operator);
        escrow.refund(order);
        _checkBooks();
    }

    function test_withdrawOrganisation() external {
        vm.expectRevert(
            abi.encodeWithSelector(IOrganisationRegistry.RoleMissing.selector, SHOP, address(this), uint8(2))
        );
        escrow.withdrawOrganisation(SHOP, address(0), payable(ELSEWHERE));
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToWithdraw.selector, operator));
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(0), payable(ELSEWHERE));
        Order memory order = _pay(1 ether);
        vm.prank(customer);
        escrow.release(order);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.TransferFailed.selector, address(coin), 1 ether));
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(0), payable(address(coin)));
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.OrganisationWithdrew(SHOP, operator, ELSEWHERE, address(0), 1 ether);
        vm.prank(operator);
        escrow.withdrawOrganisation(SHOP, address(0), payable(ELSEWHERE));
        assert(ELSEWHERE.balance == 1 ether && escrow.organisationBalance(SHOP, address(0)) == 0);
        _checkBooks();
    }

    // The desk

    function test_onlyTheDesk() external {
        Order memory order = _pay(1 ether);
        bytes memory refusal = abi.encodeWithSelector(ICaseFund.OnlyDesk.selector, customer);
        vm.startPrank(customer);
        vm.expectRevert(refusal);
        escrow.open(order, COMPLAINT);
        vm.expectRevert(refusal);
        escrow.openAnchored(order, COMPLAINT, START);
        vm.expectRevert(refusal);
        escrow.close(order, COMPLAINT);
        vm.expectRevert(refusal);
        escrow.divide(order, COMPLAINT, 0, 0);
    }

    function test_openUntilTheProtectionEnds() external {
        Order memory order = _pay(1 ether);
        vm.warp(PROTECTED_UNTIL);
        vm.expectRevert(
            abi.encodeWithSelector(IOrderEscrow.ProtectionOver.selector, order.key(), PROTECTED_UNTIL, PROTECTED_UNTIL)
        );
        escrow.open(order, COMPLAINT);
        vm.warp(PROTECTED_UNTIL - 1);
        (uint256 amount, bytes32 trail) = escrow.open(order, COMPLAINT);
        assert(amount == 1 ether && trail == escrow.orderTrail(order) && trail == _paidTrail(order, 1 ether));
        assert(escrow.valueOf(order, COMPLAINT) == 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderNotHeld.selector, order.key(), OrderState.Disputed));
        escrow.open(order, OTHER_COMPLAINT);
        // Nobody takes the money while it is held for the complaint.
        vm.warp(RELEASABLE_FROM);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderNotHeld.selector, order.key(), OrderState.Disputed));
        escrow.release(order);
        _checkBooks();
    }

    function test_openWhatWasFiledInTimeUntilTheMoneyMayGo() external {
        Order memory order = _pay(1 ether);
        bytes32 key = order.key();
        bytes4 over = IOrderEscrow.ProtectionOver.selector;
        vm.warp(RELEASABLE_FROM);
        vm.expectRevert(abi.encodeWithSelector(over, key, RELEASABLE_FROM, RELEASABLE_FROM));
        escrow.openAnchored(order, COMPLAINT, PROTECTED_UNTIL - 1);
        vm.warp(RELEASABLE_FROM - 1);
        vm.expectRevert(abi.encodeWithSelector(over, key, PROTECTED_UNTIL, PROTECTED_UNTIL));
        escrow.openAnchored(order, COMPLAINT, PROTECTED_UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.PaidLater.selector, key, START, START - 1));
        escrow.openAnchored(order, COMPLAINT, START - 1);
        escrow.openAnchored(order, COMPLAINT, START);
        // Once more after a withdrawal, with another complaint that was in time.
        escrow.close(order, COMPLAINT);
        escrow.openAnchored(order, OTHER_COMPLAINT, PROTECTED_UNTIL - 1);
    }

    function test_closeHoldsTheOrderAgain() external {
        Order memory order = _pay(1 ether);
        OrderWord word = escrow.orders(order.key());
        escrow.open(order, COMPLAINT);
        bytes memory refusal = abi.encodeWithSelector(
            IOrderEscrow.OrderOfAnotherComplaint.selector, order.key(), OTHER_COMPLAINT, COMPLAINT
        );
        vm.expectRevert(refusal);
        escrow.close(order, OTHER_COMPLAINT);
        vm.expectRevert(refusal);
        escrow.divide(order, OTHER_COMPLAINT, 0, 0);
        vm.expectRevert(refusal);
        escrow.valueOf(order, OTHER_COMPLAINT);
        escrow.close(order, COMPLAINT);
        assert(OrderWord.unwrap(escrow.orders(order.key())) == OrderWord.unwrap(word));
        assert(escrow.orderTrail(order) == _paidTrail(order, 1 ether));
    }

    function test_dividePaysTheAwardWithCosts() external {
        Order memory order = _pay(1 ether);
        escrow.open(order, COMPLAINT);
        uint256 before = customer.balance;
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.Split(order.key(), SHOP, address(this), COMPLAINT, 0.65 ether, 0.35 ether);
        ICaseFund.Division memory division = escrow.divide(order, COMPLAINT, 6000, 0.05 ether);
        assert(division.toCustomer == 0.65 ether && division.toOrganisation == 0.35 ether);
        assert(division.costPaid == 0.05 ether && division.confirmSeconds == 72 hours);
        assert(division.trail == 0);
        assert(customer.balance == before + 0.65 ether);
        assert(escrow.organisationBalance(SHOP, address(0)) == 0.35 ether);
        assert(escrow.orders(order.key()).state() == OrderState.Split);
        assert(escrow.orders(order.key()).complaint() == COMPLAINT && escrow.orderTrail(order) == 0);
        _checkBooks();
    }

    function testFuzz_divideLosesNothing(uint96 amount, uint16 share, uint96 costOwed) external {
        amount = uint96(bound(amount, 1, type(uint96).max));
        share = uint16(bound(share, 0, 10_000));
        vm.deal(customer, amount);
        Order memory order = _pay(amount);
        escrow.open(order, COMPLAINT);
        ICaseFund.Division memory division = escrow.divide(order, COMPLAINT, share, costOwed);
        uint256 award = uint256(amount) * share / 10_000;
        assert(uint256(division.toCustomer) + division.toOrganisation == amount);
        assert(division.toCustomer - division.costPaid == award);
        assert(division.costPaid == (costOwed < amount - award ? costOwed : amount - award));
        assert(customer.balance == division.toCustomer);
        assert(escrow.organisationBalance(SHOP, address(0)) == division.toOrganisation);
        _checkBooks();
    }

    /// The desk may lie about everything it is asked for: an order's money reaches its customer and its organisation.
    function testFuzz_aHostileDesk(Order memory lie, uint64 complaint, uint16 share, uint96 costOwed) external {
        Order memory order = _pay(1 ether);
        _payAs(customer, 3 ether, 2);
        vm.assume(lie.key() != order.key() && lie.key() != _facts(address(0), 2).key());
        escrow.open(order, ComplaintId.wrap(complaint));
        _mustFail(abi.encodeCall(escrow.open, (lie, ComplaintId.wrap(complaint))));
        _mustFail(abi.encodeCall(escrow.divide, (lie, ComplaintId.wrap(complaint), share, costOwed)));
        _mustFail(abi.encodeCall(escrow.close, (lie, ComplaintId.wrap(complaint))));
        lie = _facts(address(0), 2);
        _mustFail(abi.encodeCall(escrow.divide, (lie, ComplaintId.wrap(complaint), share, costOwed)));
        if (share > 10_000) {
            vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.ShareInvalid.selector, share, 10_000));
            escrow.divide(order, ComplaintId.wrap(complaint), share, costOwed);
            share %= 10_001;
        }
        uint256 before = customer.balance;
        escrow.divide(order, ComplaintId.wrap(complaint), share, costOwed);
        assert(customer.balance - before + escrow.organisationBalance(SHOP, address(0)) == 1 ether);
        _mustFail(abi.encodeCall(escrow.divide, (order, ComplaintId.wrap(complaint), share, costOwed)));
        _mustFail(abi.encodeCall(escrow.open, (order, ComplaintId.wrap(complaint))));
        assert(address(escrow).balance == 3 ether + escrow.organisationBalance(SHOP, address(0)));
        _checkBooks();
    }

    // Receivers

    function test_whoRefusesMoneyIsCredited() external {
        _pushTo(Receiver.Mode.Refuses);
        _pushTo(Receiver.Mode.RevertsWithBomb);
        _pushTo(Receiver.Mode.BurnsGas);
    }

    function test_whoCallsBackFindsTheDoorShut() external {
        Receiver receiver = new Receiver();
        vm.deal(address(receiver), 1 ether);
        receiver.warm();
        Order memory order = _payAs(address(receiver), 1 ether, 1);
        escrow.open(order, COMPLAINT);
        receiver.callBack(address(escrow), abi.encodeCall(escrow.withdrawTo, (payable(address(receiver)))));
        escrow.divide(order, COMPLAINT, 10_000, 0);
        assert(address(receiver).balance == 1 ether && !receiver.reentered());
        assert(receiver.reentryError() == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        _checkBooks();
    }

    /// Whatever gas the caller gives: the customer is paid, or nothing happens.
    function testFuzz_nobodyStarvesAPush(uint256 gas_) external {
        Receiver receiver = new Receiver();
        vm.deal(address(receiver), 1 ether);
        Order memory order = _payAs(address(receiver), 1 ether, 1);
        receiver.turn(Receiver.Mode.Writes);
        escrow.open(order, COMPLAINT);
        bytes memory data = abi.encodeCall(escrow.divide, (order, COMPLAINT, 10_000, 0));
        (bool done,) = address(escrow).call{gas: bound(gas_, 10_000, 150_000)}(data);
        assert(address(receiver).balance == (done ? 1 ether : 0));
    }

    function test_withdrawToRefuses() external {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToWithdraw.selector, address(this)));
        escrow.withdrawTo(payable(ELSEWHERE));
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToWithdraw.selector, address(this)));
        escrow.withdrawTokenTo(coin, ELSEWHERE);
        vm.expectRevert(abi.encodeWithSelector(ITokenPayouts.OnlySelf.selector, address(this)));
        escrow.pushToken(IERC20(coin), ELSEWHERE, 1);
    }

    function _pushTo(Receiver.Mode mode) private {
        Receiver receiver = new Receiver();
        creditors.push(address(receiver));
        vm.deal(address(receiver), 1 ether);
        Order memory order = _payAs(address(receiver), 1 ether, 1);
        receiver.turn(mode);
        escrow.open(order, COMPLAINT);
        uint256 gas_ = gasleft();
        vm.expectEmit(address(escrow));
        emit IPayouts.Credited(address(receiver), 0.4 ether);
        escrow.divide(order, COMPLAINT, 4000, 0);
        assert(gas_ - gasleft() < 130_000);
        assert(escrow.credits(address(receiver)) == 0.4 ether);
        _checkBooks();
        bytes memory toItself = abi.encodeCall(escrow.withdrawTo, (payable(address(receiver))));
        if (mode != Receiver.Mode.BurnsGas) {
            vm.expectRevert("refused");
            receiver.act(address(escrow), toItself);
        }
        vm.expectEmit(address(escrow));
        emit IPayouts.CreditWithdrawn(address(receiver), ELSEWHERE, 0.4 ether);
        receiver.act(address(escrow), abi.encodeCall(escrow.withdrawTo, (payable(ELSEWHERE))));
        assert(escrow.credits(address(receiver)) == 0);
        _checkBooks();
    }

    function _mustFail(bytes memory data) private {
        (bool done,) = address(escrow).call(data);
        assert(!done);
    }

    function _paidTrail(Order memory order, uint96 amount) private view returns (bytes32) {
        bytes32 genesis = keccak256(abi.encode("redress-trail/1", block.chainid, address(escrow), uint256(order.key())));
        bytes32 arguments = keccak256(
            abi.encode(order.key(), order.organisation, order.customer, order.version, order.token, order.ref, amount)
        );
        return keccak256(abi.encode(genesis, IOrderEscrow.Paid.selector, arguments, order.customer, START));
    }
}
