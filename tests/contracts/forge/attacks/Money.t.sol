// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IComplaintDesk} from "../../../../contracts/interfaces/IComplaintDesk.sol";
import {IArbitrator} from "../../../../contracts/interfaces/IArbitrator.sol";
import {IOrderEscrow} from "../../../../contracts/interfaces/IOrderEscrow.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../../contracts/libraries/RoundPhases.sol";
import {Order, OrderState} from "../../../../contracts/types/Order.sol";
import {Arbiter792} from "../Erc792.sol";
import {Receiver} from "../EscrowReceivers.sol";
import {Mode, TurncoatToken} from "../EscrowTokens.sol";
import {Refuser} from "../House.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// Attacks on where the money goes, and on whether it ever does.
contract MoneyAttacksTest is Play {
    function setUp() external {
        _build(12);
    }

    /// The winner takes no money: the case ends all the same, and the money waits for it alone.
    function test_unpayableWinner() external {
        address winner = address(new Refuser());
        Case memory self = _play(_pay(winner, 1 ether), Stage.Executed, 10_000);
        assert(desk.phase(self.id) == Phase.Paid);
        _same(escrow.credits(winner), 1 ether);
        // The costs, which the order did not hold, came from the bond, and wait there.
        _same(registry.credits(winner), 3 * FEE + BOUNTY);
        vm.prank(winner);
        escrow.withdrawTo(payable(address(0xe15e)));
        _same(address(0xe15e).balance, 1 ether);
        _same(escrow.credits(winner), 0);
    }

    /// The token takes a tenth on the way: each is told what left, and nobody else's order pays for it.
    function test_feeOnTransferPayout() external {
        TurncoatToken token = _turncoat(CUSTOMER, 2 ether);
        Order memory other = _payToken(CUSTOMER, address(token), 1 ether);
        Case memory self = _play(_payToken(CUSTOMER, address(token), 1 ether), Stage.Decidable, 6000);
        token.turn(Mode.TakesFee);
        _execute(self);
        _same(token.balanceOf(CUSTOMER), 0.54 ether);
        _same(escrow.tokenCredits(IERC20(address(token)), CUSTOMER), 0);
        _same(escrow.organisationBalance(ORGANISATION, address(token)), 0.4 ether);
        _same(token.balanceOf(address(escrow)), 1.4 ether);
        // One that takes more from the escrow than it was told is not paid out at all.
        token.turn(Mode.TakesMore);
        vm.prank(ADMIN);
        escrow.refund(other);
        _same(escrow.tokenCredits(IERC20(address(token)), CUSTOMER), 1 ether);
        _same(token.balanceOf(address(escrow)), 1.4 ether);
        token.turn(Mode.Honest);
        vm.startPrank(CUSTOMER);
        escrow.withdrawTokenTo(IERC20(address(token)), CUSTOMER);
        vm.stopPrank();
        _same(token.balanceOf(address(escrow)), 0.4 ether);
    }

    /// A megabyte in answer to a payment, by a receiver or a token, costs its own payment and nothing else.
    function test_returnBomb() external {
        Receiver winner = new Receiver();
        Case memory self = _play(_pay(address(winner), 1 ether), Stage.Decidable, 10_000);
        winner.turn(Receiver.Mode.RevertsWithBomb);
        uint256 before = gasleft();
        _execute(self);
        assert(before - gasleft() < 500_000);
        _same(escrow.credits(address(winner)), 1 ether);

        TurncoatToken token = _turncoat(CUSTOMER, 1 ether);
        self = _play(_payToken(CUSTOMER, address(token), 1 ether), Stage.Decidable, 10_000);
        token.turn(Mode.RevertsWithBomb);
        before = gasleft();
        _execute(self);
        assert(before - gasleft() < 700_000);
        _same(escrow.tokenCredits(IERC20(address(token)), CUSTOMER), 1 ether);
    }

    /// An answer in the last second, again and again: each must be worth 500 more, there are four, and then the customer
    /// is paid. The case takes the answer window and four offer windows at most.
    function test_offerSecondsBeforeADeadlineThatBlocksRelease() external {
        Case memory self = _play(Stage.Filed, 0);
        uint256 filed = _now();
        _wait(48 hours - 1);
        _offer(self, 1);
        for (uint16 i = 1; i < 4; ++i) {
            _wait(7 days - 1);
            uint16 least = 1 + 500 * i;
            vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.ShareInvalid.selector, least - 1, least, 10_000));
            _offer(self, least - 1);
            _offer(self, least);
        }
        _wait(7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.TooManyOffers.selector, self.id, 4));
        _offer(self, 10_000);
        _wait(1);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, Phase.Lapsed));
        _offer(self, 10_000);
        assert(_now() <= filed + 48 hours + 4 * 7 days);
        _execute(self);
        _same(CUSTOMER.balance, 1000 ether + 1 ether * 1501 / 10_000);
    }

    /// The customer files in the last second of its protection, to keep the organisation from its money: that holds as
    /// long as an answer takes, and once.
    function test_complaintSecondsBeforeTheRelease() external {
        Order memory order = _pay(CUSTOMER, 1 ether);
        _wait(336 hours - 1);
        Case memory self = _file(order, 10_000);
        _offer(self, 0);
        _wait(7 days);
        _execute(self);
        vm.expectRevert(
            abi.encodeWithSelector(IOrderEscrow.ProtectionOver.selector, order.key(), START + 336 hours, _now())
        );
        vm.prank(CUSTOMER);
        desk.file(order, 10_000, 2, 0);
        vm.prank(STRANGER);
        escrow.release(order);
        _same(escrow.organisationBalance(ORGANISATION, address(0)), 1 ether);
    }

    /// A proposal to settle stops no clock and blocks nothing, whenever it comes.
    function test_settlementSecondsBeforeADeadlineThatBlocksRelease() external {
        Case memory self = _play(Stage.Escalated, 0);
        _settle(self, ADMIN, 0, 0);
        _draw(self.dispute);
        _vote(self.dispute, Stage.Committed, 10_000);
        _settle(self, ADMIN, 0, 1);
        _revealAll(self.dispute);
        _settle(self, ADMIN, 0, 2);
        vm.warp(court.rounds(self.dispute).appealEnds() - 1);
        _settle(self, ADMIN, 0, 3);
        _wait(1);
        _execute(self);
        assert(desk.phase(self.id) == Phase.Paid);
        assert(CUSTOMER.balance >= 1000 ether + 1 ether);
    }

    /// Who is paid back in the middle of its own escalation takes the complaint back there: the case would be in court
    /// without its money, and could never end.
    function test_withdrawingInsideTheEscalation() external {
        _outside(0.01 ether);
        Receiver customer = new Receiver();
        Case memory self = _play(_pay(address(customer), 1 ether), Stage.Offered, 0);
        vm.deal(address(customer), 1 ether);
        customer.callBack(address(desk), abi.encodeCall(desk.withdraw, (self.id, self.order, 1)));
        customer.warm();
        vm.prank(address(customer));
        desk.escalate{value: 1 ether}(self.id, self.order, 1, 10_000, 0);
        assert(!customer.reentered());
        assert(desk.phase(self.id) == Phase.Escalated);
        assert(escrow.orders(self.order.key()).state() == OrderState.Disputed);
        customer.turn(Receiver.Mode.Accepts);
        _wait(31 days);
        _execute(self);
        assert(escrow.orders(self.order.key()).state() == OrderState.Split);
    }

    /// The same word is not worked on twice: what is done inside the escalation finds the complaint in court.
    function test_accusingInsideTheEscalation() external {
        _outside(0.01 ether);
        Receiver customer = new Receiver();
        Case memory self = _play(_pay(address(customer), 1 ether), Stage.Offered, 0);
        vm.deal(address(customer), 1 ether);
        customer.callBack(address(desk), abi.encodeCall(desk.accuse, (self.id, keccak256("somebody"))));
        customer.warm();
        vm.prank(address(customer));
        desk.escalate{value: 1 ether}(self.id, self.order, 1, 10_000, 0);
        assert(!customer.reentered());
        assert(customer.reentryError() == IComplaintDesk.WrongPhase.selector);
    }

    /// Ended is ended: a second execution, and one from inside the payment.
    function test_executingTwice() external {
        Receiver customer = new Receiver();
        Case memory self = _play(_pay(address(customer), 1 ether), Stage.Decidable, 5000);
        customer.callBack(address(desk), abi.encodeCall(desk.execute, (self.id, self.order)));
        customer.warm();
        _execute(self);
        assert(!customer.reentered());
        uint256 held = address(escrow).balance;
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, Phase.Paid));
        _execute(self);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, Phase.Paid));
        _settle(self, ADMIN, 0, 5000);
        _same(address(escrow).balance, held);
        assert(court.phase(self.dispute) == RoundPhase.None);
    }

    /// Somebody sees an order's reference in a transaction that waits, and pays a wei under it first. The key holds the
    /// customer: nothing is taken from anybody. What stands on chain is a salted hash, which no list of references gives.
    function test_dictionaryAttackOnOrderReferences() external {
        uint256 number = 20_261_121;
        bytes32 salt = keccak256("256 bits that the shop and the customer know");
        bytes32 ref = keccak256(abi.encode(salt, number));
        vm.prank(STRANGER);
        escrow.pay{value: 1}(ORGANISATION, 1, ref);
        vm.recordLogs();
        vm.prank(CUSTOMER);
        bytes32 key = escrow.pay{value: 1 ether}(ORGANISATION, 1, ref);
        _same(escrow.orders(key).amount(), 1 ether);
        // Whoever guesses the number, and everything else about the order, cannot tell whether the guess is right.
        bytes memory seen = abi.encode(vm.getRecordedLogs());
        for (uint256 guess = number - 50; guess <= number + 50; ++guess) {
            assert(!_contains(seen, bytes32(guess)) && !_contains(seen, keccak256(abi.encode(guess))));
            bytes32 ref_ = keccak256(abi.encode(guess));
            assert(escrow.orders(Order(ORGANISATION, 1, CUSTOMER, address(0), ref_).key()).amount() == 0);
        }
        assert(_contains(seen, ref));
    }

    /// Each side has 32 items of its own, so that neither can bury the other's, nor a stranger add any.
    function test_evidenceSpam() external {
        Case memory self = _play(Stage.Escalated, 0);
        vm.startPrank(CUSTOMER);
        for (uint256 i; i < 32; ++i) {
            desk.submitEvidence(self.id, bytes32(i + 1));
        }
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.TooMuchEvidence.selector, self.id, 32));
        desk.submitEvidence(self.id, bytes32(uint256(33)));
        vm.stopPrank();
        vm.prank(ADMIN);
        desk.submitEvidence(self.id, bytes32(uint256(1)));
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.NotParty.selector, self.id, STRANGER));
        vm.prank(STRANGER);
        desk.submitEvidence(self.id, bytes32(uint256(1)));
        // Nothing can be sent to voters who can no longer ask about it.
        _draw(self.dispute);
        _toCommit(self.dispute);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.EvidenceClosed.selector, self.id));
        vm.prank(ADMIN);
        desk.submitEvidence(self.id, bytes32(uint256(2)));
        // An appeal opens it again, for what was left.
        _vote(self.dispute, Stage.Revealed, 0);
        _appeal(self, CUSTOMER, true);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.TooMuchEvidence.selector, self.id, 32));
        vm.prank(CUSTOMER);
        desk.submitEvidence(self.id, bytes32(uint256(33)));
    }

    /// A token of which `customer` has some and that the escrow takes.
    function _turncoat(address customer, uint256 amount) private returns (TurncoatToken token) {
        token = new TurncoatToken();
        _list(address(token), 1e18);
        token.mint(customer, amount);
    }

    /// From now on the organisation's cases go to an arbitrator outside.
    function _outside(uint256 fee) private returns (Arbiter792 arbiter) {
        arbiter = new Arbiter792();
        arbiter.setFee(fee);
        vm.prank(address(timelock));
        outside.list(0, IArbitrator(address(arbiter)), "", 1 ether, 30);
        vm.prank(ADMIN);
        registry.publishPolicy(ORGANISATION, _policy(4), keccak256("outside"));
        _wait(7 days);
    }

    /// At a multiple of 32 bytes.
    function _contains(bytes memory data, bytes32 word) private pure returns (bool) {
        for (uint256 i = 32; i <= data.length; i += 32) {
            bytes32 found;
            assembly ("memory-safe") {
                found := mload(add(data, i))
            }
            if (found == word) return true;
        }
        return false;
    }
}
