// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {OrderEscrow} from "../../../contracts/OrderEscrow.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ISignedActions} from "../../../contracts/interfaces/ISignedActions.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {EscrowHouse, vm} from "./EscrowHouse.sol";
import {Refusal, Wallet} from "./EscrowReceivers.sol";
import {Mode, TurncoatToken} from "./EscrowTokens.sol";

/// The escrow's actions by signature, and the door that they come through. (tests/contracts/escrow.tree)
contract EscrowSignedTest is EscrowHouse {
    string private constant TAIL = ",address actor,uint256 nonce,uint256 deadline)";
    string private constant ORDER = "(uint24 organisation,uint16 version,address customer,address token,bytes32 ref";

    function test_whatIsSigned() external view {
        _checkType(escrow.pay.selector, "Pay(uint24 organisation,uint16 version,bytes32 ref");
        _checkType(
            escrow.payToken.selector,
            "PayToken(uint24 organisation,uint16 version,address token,uint96 amount,bytes32 ref"
        );
        _checkType(
            escrow.payTokenWithPermit.selector,
            "PayTokenWithPermit(uint24 organisation,uint16 version,address token,uint96 amount,bytes32 ref,uint256 permitDeadline,uint8 v,bytes32 r,bytes32 s"
        );
        _checkType(escrow.release.selector, string.concat("Release", ORDER));
        _checkType(escrow.refund.selector, string.concat("Refund", ORDER));
        _checkType(
            escrow.withdrawOrganisation.selector, "WithdrawOrganisation(uint24 organisation,address token,address to"
        );
        _checkType(escrow.withdrawTo.selector, "WithdrawTo(address to");
        _checkType(escrow.withdrawTokenTo.selector, "WithdrawTokenTo(address token,address to");
    }

    function test_whatCannotBeSigned() external {
        bytes4[8] memory selectors = [
            escrow.freeze.selector,
            escrow.setTokenRate.selector,
            escrow.setPaused.selector,
            escrow.open.selector,
            escrow.split.selector,
            escrow.pushToken.selector,
            escrow.actWithSig.selector,
            bytes4(0)
        ];
        for (uint256 i; i < selectors.length; ++i) {
            bytes memory action = abi.encodePacked(selectors[i], new bytes(160));
            ISignedActions.SignedAction memory signed = _signed(action, i);
            vm.expectRevert(abi.encodeWithSelector(ISignedActions.ActionNotSignable.selector, selectors[i]));
            escrow.actWithSig(signed);
        }
        ISignedActions.SignedAction memory empty = _signed(abi.encodePacked(bytes4(0)), 9);
        empty.action = "";
        vm.expectRevert(abi.encodeWithSelector(ISignedActions.ActionNotSignable.selector, bytes4(0)));
        escrow.actWithSig(empty);
    }

    // Each action

    function test_aSponsorPays() external {
        vm.deal(SPONSOR, 1 ether);
        ISignedActions.SignedAction memory signed =
            _signed(abi.encodeCall(escrow.pay, (SHOP, 1, bytes32(uint256(1)))), 0);
        vm.prank(SPONSOR);
        bytes memory key = escrow.actWithSig{value: 1 ether}(signed);
        Order memory order = _facts(address(0), 1);
        assert(bytes32(key) == order.key() && escrow.orders(order.key()).amount() == 1 ether);
        assert(customer.balance == 1000 ether && escrow.nonces(customer, 0) == 1);
    }

    function test_payTokenWithoutGas() external {
        _act(_signed(_payAction(1), 0));
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
        ISignedActions.SignedAction memory signed = _signed(abi.encodeCall(escrow.release, (order)), 0);
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
        ISignedActions.SignedAction memory byTheCustomer = _signed(refund, 0);
        vm.expectRevert(abi.encodeWithSelector(IOrganisationRegistry.RoleMissing.selector, SHOP, customer, uint8(2)));
        escrow.actWithSig(byTheCustomer);
        _act(_sign(OPERATOR_KEY, address(escrow), "Redress Escrow", refund, operator, 0));
        assert(escrow.orders(order.key()).state() == OrderState.Refunded && customer.balance == 1000 ether);
        order = _payAs(customer, 1 ether, 2);
        vm.prank(customer);
        escrow.release(order);
        bytes memory withdraw = abi.encodeCall(escrow.withdrawOrganisation, (SHOP, address(0), payable(ELSEWHERE)));
        _act(_sign(OPERATOR_KEY, address(escrow), "Redress Escrow", withdraw, operator, 1));
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

    // The door

    function test_refusesAWrongSigner() external {
        ISignedActions.SignedAction memory signed =
            _sign(OPERATOR_KEY, address(escrow), "Redress Escrow", _payAction(1), customer, 0);
        _expectInvalid(signed);
        signed = _signed(_payAction(1), 0);
        signed.actor = operator;
        vm.expectRevert(abi.encodeWithSelector(ISignedActions.SignatureInvalid.selector, operator));
        escrow.actWithSig(signed);
        // Every word that was signed counts.
        signed = _signed(_payAction(1), 0);
        signed.action = _payAction(2);
        _expectInvalid(signed);
        signed = _signed(_payAction(1), 0);
        signed.nonce = 1;
        _expectInvalid(signed);
        signed = _signed(_payAction(1), 0);
        signed.deadline += 1;
        _expectInvalid(signed);
        signed = _signed(_payAction(1), 0);
        signed.signature = "";
        _expectInvalid(signed);
    }

    function test_refusesAnotherContractAndAnotherChain() external {
        OrderEscrow other = new OrderEscrow(IOrganisationRegistry(address(registry)), address(this), GUARDIAN, TIMELOCK);
        _expectInvalid(_sign(KEY, address(other), "Redress Escrow", _payAction(1), customer, 0));
        _expectInvalid(_sign(KEY, address(escrow), "Redress Court", _payAction(1), customer, 0));
        ISignedActions.SignedAction memory signed = _signed(_payAction(1), 0);
        vm.chainId(2);
        _expectInvalid(signed);
    }

    function test_refusesAUsedNonce() external {
        _act(_signed(_payAction(1), 300));
        assert(escrow.nonces(customer, 1) == 1 << 44);
        ISignedActions.SignedAction memory signed = _signed(_payAction(2), 300);
        vm.expectRevert(abi.encodeWithSelector(ISignedActions.NonceUsed.selector, customer, 300));
        escrow.actWithSig(signed);
    }

    function test_refusesAnExpiredSignature() external {
        ISignedActions.SignedAction memory signed = _signed(_payAction(1), 0);
        vm.warp(START + 1 hours);
        vm.expectRevert(
            abi.encodeWithSelector(ISignedActions.SignatureExpired.selector, START + 1 hours, START + 1 hours)
        );
        escrow.actWithSig(signed);
        vm.warp(START + 1 hours - 1);
        _act(signed);
    }

    function test_noncesAreTakenBack() external {
        vm.expectEmit(address(escrow));
        emit ISignedActions.NoncesCancelled(customer, 1, 6);
        vm.prank(customer);
        escrow.cancelNonces(1, 6);
        ISignedActions.SignedAction memory signed = _signed(_payAction(1), 257);
        vm.expectRevert(abi.encodeWithSelector(ISignedActions.NonceUsed.selector, customer, 257));
        escrow.actWithSig(signed);
        _act(_signed(_payAction(1), 256));
        // Nobody takes back what is not theirs.
        escrow.cancelNonces(0, type(uint256).max);
        _act(_signed(_payAction(2), 0));
    }

    function test_aFailedActionUsesNoNonce() external {
        ISignedActions.SignedAction memory signed = _signed(abi.encodeCall(escrow.release, (_facts(address(0), 1))), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IOrderEscrow.OrderNotHeld.selector, _facts(address(0), 1).key(), OrderState.None)
        );
        escrow.actWithSig(signed);
        assert(escrow.nonces(customer, 0) == 0);
        _pay(1 ether);
        _act(signed);
    }

    function test_moneyIsRefusedWhereNoneIsDue() external {
        vm.deal(SPONSOR, 1 ether);
        ISignedActions.SignedAction memory signed = _signed(_payAction(1), 0);
        vm.expectRevert("");
        vm.prank(SPONSOR);
        escrow.actWithSig{value: 1 ether}(signed);
        assert(address(escrow).balance == 0);
    }

    // Accounts with code

    function test_aWalletSigns() external {
        Wallet wallet = new Wallet(customer);
        coin.mint(address(wallet), 5 ether);
        vm.prank(address(wallet));
        coin.approve(address(escrow), 5 ether);
        ISignedActions.SignedAction memory signed =
            _sign(OPERATOR_KEY, address(escrow), "Redress Escrow", _payAction(1), address(wallet), 0);
        vm.expectRevert(abi.encodeWithSelector(ISignedActions.SignatureInvalid.selector, address(wallet)));
        escrow.actWithSig(signed);
        _act(_sign(KEY, address(escrow), "Redress Escrow", _payAction(1), address(wallet), 0));
        assert(coin.balanceOf(address(wallet)) == 0);
        assert(coin.balanceOf(address(escrow)) == 5 ether);
    }

    /// The account's code takes no money and accepts no signature; its key still does both.
    function test_aDelegatedAccountSignsByItsKey() external {
        Order memory order = _pay(1 ether);
        escrow.open(order, COMPLAINT);
        vm.signAndAttachDelegation(address(new Refusal()), KEY);
        escrow.split(order, COMPLAINT, 10_000, 0);
        assert(customer.code.length == 23 && escrow.credits(customer) == 1 ether);
        bytes memory withdraw = abi.encodeCall(escrow.withdrawTo, (payable(ELSEWHERE)));
        _expectInvalid(_sign(OPERATOR_KEY, address(escrow), "Redress Escrow", withdraw, customer, 0));
        ISignedActions.SignedAction memory signed = _signed(withdraw, 0);
        vm.expectEmit(address(escrow));
        emit IPayouts.CreditWithdrawn(customer, ELSEWHERE, 1 ether);
        _act(signed);
        assert(ELSEWHERE.balance == 1 ether && escrow.credits(customer) == 0);
        _checkBooks();
    }

    // Batches

    function test_aBadItemStopsNoOther() external {
        ISignedActions.SignedAction[] memory items = new ISignedActions.SignedAction[](3);
        items[0] = _signed(_payAction(1), 0);
        items[1] = _sign(OPERATOR_KEY, address(escrow), "Redress Escrow", _payAction(2), customer, 1);
        items[2] = _signed(_payAction(3), 2);
        vm.expectEmit(address(escrow));
        emit ISignedActions.ActionFailed(1, customer, 1);
        vm.prank(SPONSOR);
        bool[] memory done = escrow.batch(items, 200_000);
        assert(done[0] && !done[1] && done[2]);
        assert(escrow.nonces(customer, 0) == 5 && coin.balanceOf(address(escrow)) == 10 ether);
    }

    function test_aStarvedItemCanBeSentAgain() external {
        ISignedActions.SignedAction[] memory items = new ISignedActions.SignedAction[](2);
        items[0] = _signed(_payAction(1), 0);
        items[1] = _signed(_payAction(2), 1);
        bool[] memory done = escrow.batch(items, 60_000);
        assert(!done[0] && !done[1] && escrow.nonces(customer, 0) == 0 && coin.balanceOf(address(escrow)) == 0);
        done = escrow.batch(items, 200_000);
        assert(done[0] && done[1]);
        done = escrow.batch(items, 200_000);
        assert(!done[0] && !done[1] && coin.balanceOf(address(escrow)) == 10 ether);
    }

    /// A batch has no value, so none is counted for two of its items.
    function test_aBatchPaysNothing() external {
        _payAs(customer, 10 ether, 9);
        ISignedActions.SignedAction[] memory items = new ISignedActions.SignedAction[](2);
        items[0] = _signed(abi.encodeCall(escrow.pay, (SHOP, 1, bytes32(uint256(1)))), 0);
        items[1] = _signed(abi.encodeCall(escrow.pay, (SHOP, 1, bytes32(uint256(2)))), 1);
        bool[] memory done = escrow.batch(items, 200_000);
        assert(!done[0] && !done[1]);
        vm.deal(SPONSOR, 1 ether);
        vm.prank(SPONSOR);
        (bool sent,) = address(escrow).call{value: 1 ether}(abi.encodeCall(escrow.batch, (items, 200_000)));
        assert(!sent);
        _checkBooks();
    }

    function _payAction(uint256 number) private view returns (bytes memory) {
        return abi.encodeCall(escrow.payToken, (SHOP, 1, address(coin), 5 ether, bytes32(number)));
    }

    function _act(ISignedActions.SignedAction memory signed) private {
        vm.prank(SPONSOR);
        escrow.actWithSig(signed);
    }

    function _expectInvalid(ISignedActions.SignedAction memory signed) private {
        vm.expectRevert(abi.encodeWithSelector(ISignedActions.SignatureInvalid.selector, customer));
        escrow.actWithSig(signed);
    }

    function _checkType(bytes4 selector, string memory head) private view {
        assert(escrow.typeHash(selector) == keccak256(bytes(string.concat(head, TAIL))));
    }
}
