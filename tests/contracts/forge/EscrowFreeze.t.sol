// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {EscrowHouse} from "./EscrowHouse.sol";
import {vm} from "./Vm.sol";

/// The guardian's freeze of one order's payouts. (tests/contracts/escrow.tree)
contract EscrowFreezeTest is EscrowHouse {
    uint256 private constant UNTIL = START + 168 hours;

    function test_refuses() external {
        Order memory order = _pay(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.OnlyGuardian.selector, address(this)));
        escrow.freeze(order, 1);
        vm.startPrank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.FreezeInvalid.selector, 0, 168));
        escrow.freeze(order, 0);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.FreezeInvalid.selector, 169, 168));
        escrow.freeze(order, 169);
        order.ref = "another";
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderNotOpen.selector, order.key(), OrderState.None));
        escrow.freeze(order, 168);
    }

    function test_holdsAReleaseUntilItsEnd() external {
        Order memory order = _frozen();
        _expectFrozen(order, UNTIL - 1);
        vm.prank(customer);
        escrow.release(order);
        vm.warp(UNTIL);
        vm.prank(customer);
        escrow.release(order);
        _checkBooks();
    }

    function test_holdsARefundUntilItsEnd() external {
        Order memory order = _frozen();
        _expectFrozen(order, UNTIL - 1);
        vm.prank(operator);
        escrow.refund(order);
        vm.warp(UNTIL + 1);
        vm.prank(operator);
        escrow.refund(order);
        _checkBooks();
    }

    function test_holdsASplitUntilItsEnd() external {
        Order memory order = _frozen();
        escrow.open(order, COMPLAINT);
        _expectFrozen(order, UNTIL - 1);
        escrow.divide(order, COMPLAINT, 5000, 0);
        vm.warp(UNTIL);
        bytes32 trail = escrow.orderTrail(order);
        assert(trail != 0 && escrow.divide(order, COMPLAINT, 5000, 0).trail == trail);
        assert(escrow.orderTrail(order) == 0);
        _checkBooks();
    }

    function test_stopsNoComplaintAndNoClock() external {
        Order memory order = _pay(1 ether);
        escrow.open(order, COMPLAINT);
        _freeze(order);
        escrow.close(order, COMPLAINT);
        assert(escrow.orders(order.key()).protectedUntil() == PROTECTED_UNTIL);
        assert(escrow.orders(order.key()).frozenUntil() == UNTIL);
        escrow.open(order, COMPLAINT);
    }

    function test_onlyOnce() external {
        Order memory order = _frozen();
        bytes memory refusal = abi.encodeWithSelector(IOrderEscrow.FrozenBefore.selector, order.key(), UNTIL);
        vm.expectRevert(refusal);
        vm.prank(GUARDIAN);
        escrow.freeze(order, 1);
        vm.warp(UNTIL + 1);
        escrow.open(order, COMPLAINT);
        vm.expectRevert(refusal);
        vm.prank(GUARDIAN);
        escrow.freeze(order, 1);
        escrow.close(order, COMPLAINT);
        vm.expectRevert(refusal);
        vm.prank(GUARDIAN);
        escrow.freeze(order, 1);
    }

    function test_notOfAnEndedOrder() external {
        Order memory order = _pay(1 ether);
        vm.prank(customer);
        escrow.release(order);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.OrderNotOpen.selector, order.key(), OrderState.Released));
        vm.prank(GUARDIAN);
        escrow.freeze(order, 1);
    }

    /// The trail has the freeze, so that it cannot be left out of the order's history.
    function test_isInTheTrail() external {
        Order memory order = _pay(1 ether);
        bytes32 paid = escrow.orderTrail(order);
        vm.warp(START + 5);
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.OrderFrozen(order.key(), SHOP, GUARDIAN, uint32(START + 5 + 1 hours));
        vm.prank(GUARDIAN);
        escrow.freeze(order, 1);
        bytes32 arguments = keccak256(abi.encode(order.key(), SHOP, GUARDIAN, START + 5 + 1 hours));
        bytes32 frozen = keccak256(abi.encode(paid, IOrderEscrow.OrderFrozen.selector, arguments, GUARDIAN, START + 5));
        assert(escrow.orderTrail(order) == frozen);
        (, bytes32 opened) = escrow.open(order, COMPLAINT);
        assert(opened == frozen);
        escrow.close(order, COMPLAINT);
        vm.warp(START + 2 hours);
        vm.prank(customer);
        escrow.release(order);
        arguments = keccak256(abi.encode(order.key(), SHOP, customer, 1 ether));
        assert(
            escrow.orderTrail(order)
                == keccak256(abi.encode(frozen, IOrderEscrow.Released.selector, arguments, customer, START + 2 hours))
        );
    }

    function _frozen() private returns (Order memory order) {
        order = _pay(1 ether);
        _freeze(order);
    }

    function _freeze(Order memory order) private {
        vm.prank(GUARDIAN);
        escrow.freeze(order, 168);
    }

    function _expectFrozen(Order memory order, uint256 time) private {
        vm.warp(time);
        vm.expectRevert(abi.encodeWithSelector(IOrderEscrow.Frozen.selector, order.key(), UNTIL, time));
    }
}
