// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Actors} from "../../../contracts/Actors.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ComplaintId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {EscrowHouse} from "./EscrowHouse.sol";
import {Refusal, Wallet} from "./EscrowReceivers.sol";
import {signAction, signActionFor, signatureOf} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// Has functions that can be signed, and remembers who acted and who paid. Gives half of what is sent back.
contract Witness is Actors {
    address public actor;
    address public payer;
    bytes public seen;

    constructor(address forwarder) Actors(forwarder) {}

    /// As the appeal fund's.
    function contribute(ComplaintId, bool) external payable returns (uint256 answer, bytes memory) {
        _note();
        if (msg.value != 0) payable(_payer()).transfer(msg.value / 2);
        return (42, "answer");
    }

    /// As in every contract that pays out; whatever data follows.
    function withdrawTo(address payable) external {
        _note();
    }

    function _note() private {
        (actor, payer, seen) = (_actor(), _payer(), msg.data);
    }
}

/// Signed calls of the escrow, and of a contract that tells what reached it. (tests/contracts/forwarder.tree)
contract ForwarderTest is EscrowHouse {
    Witness private witness;

    function setUp() public override {
        super.setUp();
        witness = new Witness(address(forwarder));
    }

    // What reaches the target

    function test_theTargetKnowsWhoSignedAndWhoPays() external {
        bytes memory action = abi.encodeCall(Witness.contribute, (ComplaintId.wrap(3), true));
        vm.deal(SPONSOR, 1 ether);
        bytes memory answer = _relayed(action, 0, 0.8 ether);
        (uint256 number, bytes memory text) = abi.decode(answer, (uint256, bytes));
        assert(number == 42 && keccak256(text) == keccak256("answer"));
        assert(witness.actor() == customer && witness.payer() == SPONSOR);
        assert(keccak256(witness.seen()) == keccak256(abi.encodePacked(action, SPONSOR, customer)));
        // The value came along, and the change went to who paid.
        assert(address(witness).balance == 0.4 ether && SPONSOR.balance == 0.6 ether);
        assert(customer.balance == 1000 ether && address(forwarder).balance == 0);
    }

    function test_whoCallsAloneActsAndPays() external {
        vm.deal(customer, 1 ether);
        vm.prank(customer);
        witness.contribute{value: 0.2 ether}(ComplaintId.wrap(3), true);
        assert(witness.actor() == customer && witness.payer() == customer && customer.balance == 0.9 ether);
    }

    function test_nobodyButTheForwarderNamesAnActor() external {
        bytes memory forged =
            abi.encodePacked(abi.encodeCall(Witness.withdrawTo, (payable(ELSEWHERE))), SPONSOR, customer);
        vm.prank(ELSEWHERE);
        (bool done,) = address(witness).call(forged);
        assert(done && witness.actor() == ELSEWHERE && witness.payer() == ELSEWHERE);
        // Another forwarder, of which the contract knows nothing.
        Forwarder other = new Forwarder();
        bytes memory action = abi.encodeCall(Witness.withdrawTo, (payable(ELSEWHERE)));
        other.actWithSig(signAction(other, address(witness), KEY, action, 0));
        assert(witness.actor() == address(other) && witness.payer() == address(other));
        // What the signer adds itself stands before the suffix, and is not read as one.
        _relayed(abi.encodePacked(action, ELSEWHERE, operator), 0, 0);
        assert(witness.actor() == customer && witness.payer() == SPONSOR);
    }

    function test_theContractsWriteDownTheSigner() external {
        forwarder.actWithSig(_signed(_payAction(1), 0));
        assert(escrow.orders(_facts(address(coin), 1).key()).amount() == 5 ether);
    }

    function test_moneyIsRefusedWhereNoneIsDue() external {
        vm.deal(SPONSOR, 1 ether);
        IForwarder.SignedAction memory signed = _signed(_payAction(1), 0);
        vm.expectRevert("");
        vm.prank(SPONSOR);
        forwarder.actWithSig{value: 1 ether}(signed);
        assert(address(escrow).balance == 0 && address(forwarder).balance == 0);
    }

    // What is signed

    function test_whatCannotBeSigned() external {
        bytes4[9] memory selectors = [
            escrow.freeze.selector,
            escrow.setTokenRate.selector,
            escrow.setPaused.selector,
            escrow.open.selector,
            escrow.divide.selector,
            escrow.pushToken.selector,
            forwarder.actWithSig.selector,
            forwarder.cancelNonces.selector,
            bytes4(0)
        ];
        for (uint256 i; i < selectors.length; ++i) {
            IForwarder.SignedAction memory signed = _signed(abi.encodePacked(selectors[i], new bytes(160)), i);
            vm.expectRevert(abi.encodeWithSelector(IForwarder.ActionNotSignable.selector, selectors[i]));
            forwarder.actWithSig(signed);
        }
        IForwarder.SignedAction memory empty = _signed(abi.encodePacked(bytes4(0)), 9);
        empty.action = "";
        vm.expectRevert(abi.encodeWithSelector(IForwarder.ActionNotSignable.selector, bytes4(0)));
        forwarder.actWithSig(empty);
    }

    function test_refusesAWrongSigner() external {
        _expectInvalid(signActionFor(forwarder, address(escrow), OPERATOR_KEY, customer, _payAction(1), 0));
        // Every word that was signed counts.
        IForwarder.SignedAction memory signed = _signed(_payAction(1), 0);
        signed.actor = operator;
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, operator));
        forwarder.actWithSig(signed);
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
        IForwarder.SignedAction memory signed = _signed(_payAction(1), 0);
        // The same contract once more, and the forwarder of another release.
        signed.target = address(_newEscrow());
        _expectInvalid(signed);
        Forwarder other = new Forwarder();
        _expectInvalid(signAction(other, address(escrow), KEY, _payAction(1), 0));
        signed = _signed(_payAction(1), 0);
        vm.chainId(2);
        _expectInvalid(signed);
    }

    function test_theDomainIsTold() external view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifier, bytes32 salt,) =
            forwarder.eip712Domain();
        assert(fields == 0x0f && keccak256(bytes(name)) == keccak256("Redress"));
        assert(keccak256(bytes(version)) == keccak256("1") && chain == block.chainid);
        assert(verifier == address(forwarder) && salt == 0);
    }

    /// What the court asks about a commitment, and nobody can use as an action.
    function test_anyStructCanBeChecked() external {
        bytes32 content = keccak256("content");
        bytes memory signature = signatureOf(address(forwarder), KEY, content);
        assert(forwarder.isSigned(customer, content, signature));
        assert(!forwarder.isSigned(operator, content, signature));
        assert(!forwarder.isSigned(customer, keccak256("other"), signature));
        assert(!forwarder.isSigned(address(0), content, new bytes(65)));
        address wallet = address(new Wallet(customer));
        assert(forwarder.isSigned(wallet, content, signature) && !forwarder.isSigned(ELSEWHERE, content, signature));
    }

    // Once, and in time

    function test_refusesAUsedNonce() external {
        _act(_signed(_payAction(1), 300));
        assert(forwarder.nonces(customer, 1) == 1 << 44);
        IForwarder.SignedAction memory signed = _signed(_payAction(2), 300);
        bytes memory refusal = abi.encodeWithSelector(IForwarder.NonceUsed.selector, customer, 300);
        vm.expectRevert(refusal);
        forwarder.actWithSig(signed);
        // It is used for all contracts.
        bytes memory action = abi.encodeCall(Witness.withdrawTo, (payable(ELSEWHERE)));
        signed = signAction(forwarder, address(witness), KEY, action, 300);
        vm.expectRevert(refusal);
        forwarder.actWithSig(signed);
    }

    function test_refusesAnExpiredSignature() external {
        IForwarder.SignedAction memory signed = _signed(_payAction(1), 0);
        for (uint256 late; late < 2; ++late) {
            uint256 time = START + 1 hours + late;
            vm.warp(time);
            vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureExpired.selector, START + 1 hours, time));
            forwarder.actWithSig(signed);
        }
        vm.warp(START + 1 hours - 1);
        _act(signed);
    }

    function test_noncesAreTakenBack() external {
        vm.expectEmit(address(forwarder));
        emit IForwarder.NoncesCancelled(customer, 1, 6);
        vm.prank(customer);
        forwarder.cancelNonces(1, 6);
        IForwarder.SignedAction memory signed = _signed(_payAction(1), 257);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.NonceUsed.selector, customer, 257));
        forwarder.actWithSig(signed);
        _act(_signed(_payAction(1), 256));
        // A used one stays used, whatever is cancelled later.
        vm.prank(customer);
        forwarder.cancelNonces(1, 8);
        assert(forwarder.nonces(customer, 1) == 15);
        // Nobody takes back what is not theirs.
        forwarder.cancelNonces(0, type(uint256).max);
        _act(_signed(_payAction(2), 0));
    }

    function test_aFailedActionUsesNoNonce() external {
        IForwarder.SignedAction memory signed = _signed(abi.encodeCall(escrow.release, (_facts(address(0), 1))), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IOrderEscrow.OrderNotHeld.selector, _facts(address(0), 1).key(), OrderState.None)
        );
        forwarder.actWithSig(signed);
        assert(forwarder.nonces(customer, 0) == 0);
        _pay(1 ether);
        _act(signed);
    }

    // Accounts with code

    function test_aWalletSigns() external {
        Wallet wallet = new Wallet(customer);
        coin.mint(address(wallet), 5 ether);
        vm.prank(address(wallet));
        coin.approve(address(escrow), 5 ether);
        IForwarder.SignedAction memory signed =
            signActionFor(forwarder, address(escrow), OPERATOR_KEY, address(wallet), _payAction(1), 0);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, address(wallet)));
        forwarder.actWithSig(signed);
        _act(signActionFor(forwarder, address(escrow), KEY, address(wallet), _payAction(1), 0));
        assert(coin.balanceOf(address(wallet)) == 0);
        assert(coin.balanceOf(address(escrow)) == 5 ether);
    }

    /// The account's code takes no money and accepts no signature; its key still does both.
    function test_aDelegatedAccountSignsByItsKey() external {
        Order memory order = _pay(1 ether);
        escrow.open(order, COMPLAINT);
        vm.signAndAttachDelegation(address(new Refusal()), KEY);
        escrow.divide(order, COMPLAINT, 10_000, 0);
        assert(customer.code.length == 23 && escrow.credits(customer) == 1 ether);
        bytes memory withdraw = abi.encodeCall(escrow.withdrawTo, (payable(ELSEWHERE)));
        _expectInvalid(signActionFor(forwarder, address(escrow), OPERATOR_KEY, customer, withdraw, 0));
        IForwarder.SignedAction memory signed = _signed(withdraw, 0);
        vm.expectEmit(address(escrow));
        emit IPayouts.CreditWithdrawn(customer, ELSEWHERE, 1 ether);
        _act(signed);
        assert(ELSEWHERE.balance == 1 ether && escrow.credits(customer) == 0);
        _checkBooks();
    }

    // Batches

    function test_aBadItemStopsNoOther() external {
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](3);
        items[0] = _signed(_payAction(1), 0);
        items[1] = signActionFor(forwarder, address(escrow), OPERATOR_KEY, customer, _payAction(2), 1);
        items[2] = _signed(_payAction(3), 2);
        vm.expectEmit(address(forwarder));
        emit IForwarder.ActionFailed(1, customer, 1);
        vm.prank(SPONSOR);
        bool[] memory done = forwarder.batch(items, 200_000);
        assert(done[0] && !done[1] && done[2]);
        assert(forwarder.nonces(customer, 0) == 5 && coin.balanceOf(address(escrow)) == 10 ether);
    }

    function test_aStarvedItemCanBeSentAgain() external {
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](2);
        items[0] = _signed(_payAction(1), 0);
        items[1] = _signed(_payAction(2), 1);
        bool[] memory done = forwarder.batch(items, 60_000);
        assert(!done[0] && !done[1] && forwarder.nonces(customer, 0) == 0 && coin.balanceOf(address(escrow)) == 0);
        done = forwarder.batch(items, 200_000);
        assert(done[0] && done[1]);
        done = forwarder.batch(items, 200_000);
        assert(!done[0] && !done[1] && coin.balanceOf(address(escrow)) == 10 ether);
    }

    /// Of one item, whatever the gas: it is done as a whole or not at all.
    function testFuzz_aStarvedItemIsWholeOrNothing(uint256 gas_) external {
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](1);
        items[0] = _signed(_payAction(1), 0);
        bool done = forwarder.batch(items, gas_ % 200_000)[0];
        assert(forwarder.nonces(customer, 0) == (done ? 1 : 0));
        assert(coin.balanceOf(address(escrow)) == (done ? 5 ether : 0));
    }

    /// An item has no money, so that there is none to give back either.
    function test_aBatchIsPaidByTheForwarder() external {
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](1);
        bytes memory action = abi.encodeCall(Witness.contribute, (ComplaintId.wrap(3), true));
        items[0] = signAction(forwarder, address(witness), KEY, action, 0);
        vm.prank(SPONSOR);
        assert(forwarder.batch(items, 200_000)[0]);
        assert(witness.actor() == customer && witness.payer() == address(forwarder));
    }

    /// A batch has no value, so none is counted for two of its items.
    function test_aBatchPaysNothing() external {
        _payAs(customer, 10 ether, 9);
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](2);
        items[0] = _signed(abi.encodeCall(escrow.pay, (SHOP, 1, bytes32(uint256(1)))), 0);
        items[1] = _signed(abi.encodeCall(escrow.pay, (SHOP, 1, bytes32(uint256(2)))), 1);
        bool[] memory done = forwarder.batch(items, 200_000);
        assert(!done[0] && !done[1]);
        vm.deal(SPONSOR, 1 ether);
        vm.prank(SPONSOR);
        (bool sent,) = address(forwarder).call{value: 1 ether}(abi.encodeCall(forwarder.batch, (items, 200_000)));
        assert(!sent);
        _checkBooks();
    }

    function _payAction(uint256 number) private view returns (bytes memory) {
        return abi.encodeCall(escrow.payToken, (SHOP, 1, address(coin), 5 ether, bytes32(number)));
    }

    /// The sponsor brings what the customer signed for the witness.
    function _relayed(bytes memory action, uint256 nonce, uint256 value) private returns (bytes memory) {
        IForwarder.SignedAction memory signed = signAction(forwarder, address(witness), KEY, action, nonce);
        vm.prank(SPONSOR);
        return forwarder.actWithSig{value: value}(signed);
    }

    function _expectInvalid(IForwarder.SignedAction memory signed) private {
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, customer));
        forwarder.actWithSig(signed);
    }
}
