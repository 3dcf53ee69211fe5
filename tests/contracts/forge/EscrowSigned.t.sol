// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {EscrowHouse} from "./EscrowHouse.sol";
import {Mode, TurncoatToken} from "./EscrowTokens.sol";
import {checkType} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// The escrow's actions by signature. (tests/contracts/escrow.tree)
contract EscrowSignedTest is EscrowHouse {
    string private constant ORDER = "(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,";

    function test_whatIsSigned() external view {
        checkType(forwarder, escrow.pay.selector, "Pay(uint24 organisation,uint16 version,bytes32 ref,");
        checkType(
            forwarder,
            escrow.payToken.selector,
            "PayToken(uint24 organisation,uint16 version,address token,uint96 amount,bytes32 ref,"
        );
        checkType(
            forwarder,
            escrow.payTokenWithPermit.selector,
            "PayTokenWithPermit(uint24 organisation,uint16 version,address token,uint96 amount,bytes32 ref,uint256 permitDeadline,uint8 v,bytes32 r,bytes32 s,"
        );
        checkType(forwarder, escrow.release.selector, string.concat("Release", ORDER));
        checkType(forwarder, escrow.refund.selector, string.concat("Refund", ORDER));
        checkType(
            forwarder,
            escrow.withdrawOrganisation.selector,
            "WithdrawOrganisation(uint24 organisation,address token,address to,"
        );
        checkType(forwarder, escrow.withdrawTo.selector, "WithdrawTo(address to,");
        checkType(forwarder, escrow.withdrawTokenTo.selector, "WithdrawTokenTo(address token,address to,");
    }

    // Each action

    function test_aSponsorPays() external {
        vm.deal(SPONSOR, 1 ether);
        IForwarder.SignedAction memory signed = _signed(abi.encodeCall(escrow.pay, (SHOP, 1, bytes32(uint256(1)))), 0);
        vm.prank(SPONSOR);
        bytes memory key = forwarder.actWithSig{value: 1 ether}(signed);
        Order memory order = _facts(address(0), 1);
        assert(bytes32(key) == order.key() && escrow.orders(order.key()).amount() == 1 ether);
        assert(customer.balance == 1000 ether && forwarder.nonces(customer, 0) == 1);
    }

    function test_payTokenWithoutGas() external {
        _act(_signed(abi.encodeCall(escrow.payToken, (SHOP, 1, address(coin), 5 ether, bytes32(uint256(1)))), 0));
        Order memory order = _facts(address(coin), 1);
        assert(escrow.orders(order.key()).amount() == 5 ether && coin.balanceOf(address(escrow)) == 5 ether);
    }

    function test_payTokenWithPermitWithoutGas() external {
        vm.prank(customer);
        coin.approve(address(escrow), 0);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 content = keccak256(abi.encode(typeHash, customer, address(escrow), 5 ether, 0, START + 1));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(KEY, keccak256(abi.encodePacked(hex"1901", coin.DOMAIN_SEPARATOR(), content)));
        _act(
            _signed(
                abi.encodeCall(escrow.payTokenWithPermit, (SHOP, 1, address(coin), 5 ether, 0, START + 1, v, r, s)), 0
            )
        );
        assert(escrow.orders(_facts(address(coin), 0).key()).amount() == 5 ether);
    }

    function test_releaseWithoutGas() external {
        Order memory order = _pay(1 ether);
        bytes32 paid = escrow.orderTrail(order);
        IForwarder.SignedAction memory signed = _signed(abi.encodeCall(escrow.release, (order)), 0);
        vm.expectEmit(address(escrow));
        emit IOrderEscrow.Released(order.key(), SHOP, customer, 1 ether);
        _act(signed);
        // The trail names who acted, not who sent it.
        bytes32 arguments = keccak256(abi.encode(order.key(), SHOP, customer, 1 ether));
        assert(
            escrow.orderTrail(order)
                == keccak256(abi.encode(paid, IOrderEscrow.Released.selector, arguments, customer, START))
        );
        _checkBooks();
    }

    function test_theOrganisationSignsToo() external {
        Order memory order = _pay(1 ether);
        bytes memory refund = abi.encodeCall(escrow.refund, (order));
        IForwarder.SignedAction memory byTheCustomer = _signed(refund, 0);
        vm.expectRevert(abi.encodeWithSelector(IOrganisationRegistry.RoleMissing.selector, SHOP, customer, uint8(2)));
        forwarder.actWithSig(byTheCustomer);
        _act(_signedByOperator(refund, 0));
        assert(escrow.orders(order.key()).state() == OrderState.Refunded && customer.balance == 1000 ether);
        order = _payAs(customer, 1 ether, 2);
        vm.prank(customer);
        escrow.release(order);
        bytes memory withdraw = abi.encodeCall(escrow.withdrawOrganisation, (SHOP, address(0), payable(ELSEWHERE)));
        _act(_signedByOperator(withdraw, 1));
        assert(ELSEWHERE.balance == 1 ether);
        _checkBooks();
    }

    function test_withdrawTokenToWithoutGas() external {
        TurncoatToken token = new TurncoatToken();
        token.mint(customer, 5 ether);
        _list(address(token), 1);
        Order memory order = _payIn(address(token), 5 ether);
        token.turn(Mode.Reverts);
        vm.prank(operator);
        escrow.refund(order);
        token.turn(Mode.Honest);
        _act(_signed(abi.encodeCall(escrow.withdrawTokenTo, (IERC20(address(token)), ELSEWHERE)), 0));
        assert(token.balanceOf(ELSEWHERE) == 5 ether);
    }
}
