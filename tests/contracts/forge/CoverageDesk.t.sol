// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {IArbitrator} from "../../../contracts/interfaces/IArbitrator.sol";
import {IComplaintDesk} from "../../../contracts/interfaces/IComplaintDesk.sol";
import {IOutsideArbitrators} from "../../../contracts/interfaces/IOutsideArbitrators.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {Phase} from "../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {ComplaintId, PositionId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {Judge} from "./HandlerDoors.sol";
import {Play, Stage} from "./Play.sol";
import {vm} from "./Vm.sol";

/// What the desk refuses, and with which words, in each phase of a case; and the court's door for stakes. The brownie
/// tests reach the same errors with transactions; these count where coverage is measured. (tests/contracts/desk.tree)
contract CoverageDeskTest is Play {
    bytes32 private constant DIGEST = keccak256("digest");
    address private constant ACCUSED = address(0xacc);

    function setUp() external {
        _build(12);
    }

    function _refuses(address who, bytes memory data, bytes memory reason) private {
        _refusesPaid(who, 0, data, reason);
    }

    function _refusesPaid(address who, uint256 value, bytes memory data, bytes memory reason) private {
        vm.deal(who, who.balance + value);
        vm.prank(who);
        (bool done, bytes memory given) = address(desk).call{value: value}(data);
        assert(!done && keccak256(given) == keccak256(reason));
    }

    function _wrong(Case memory self, Phase phase) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, phase);
    }

    function _share(uint256 given, uint256 min) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IComplaintDesk.ShareInvalid.selector, given, min, 10_000);
    }

    function _is(bytes4 error_, Case memory self) private pure returns (bytes memory) {
        return abi.encodeWithSelector(error_, self.id);
    }

    function test_filing() external {
        Order memory order = _pay(CUSTOMER, 1 ether);
        bytes memory notTheirs = abi.encodeWithSelector(IComplaintDesk.NotCustomer.selector, 1, STRANGER, CUSTOMER);
        _refuses(STRANGER, abi.encodeCall(desk.file, (order, 1, 0, 0)), notTheirs);
        _refuses(CUSTOMER, abi.encodeCall(desk.file, (order, 0, 0, 0)), _share(0, 1));
        _refuses(CUSTOMER, abi.encodeCall(desk.file, (order, 10_001, 0, 0)), _share(10_001, 1));
        bytes memory category = abi.encodeWithSelector(IComplaintDesk.CategoryInvalid.selector, 7, 6);
        _refuses(CUSTOMER, abi.encodeCall(desk.file, (order, 1, 7, 0)), category);
        bytes memory onlyClaims = abi.encodeWithSelector(IComplaintDesk.OnlyClaims.selector, CUSTOMER);
        _refuses(CUSTOMER, abi.encodeCall(desk.fileClaim, (order, 1, 0, 0)), onlyClaims);
        ComplaintId none = ComplaintId.wrap(9);
        bytes memory unknown = abi.encodeWithSelector(IComplaintDesk.ComplaintUnknown.selector, none);
        _refuses(CUSTOMER, abi.encodeCall(desk.confirm, (none)), unknown);
        _refuses(STRANGER, abi.encodeCall(desk.execute, (none, order)), unknown);
        assert(desk.complaintCount() == 0);
    }

    function test_answers() external {
        Case memory self = _file(_pay(CUSTOMER, 1 ether), 10_000);
        _refuses(CUSTOMER, abi.encodeCall(desk.inform, (self.id, 0)), _wrong(self, Phase.Filed));
        _refuses(ADMIN, abi.encodeCall(desk.deliver, (self.id, 0)), _wrong(self, Phase.Filed));
        _refuses(CUSTOMER, abi.encodeCall(desk.reopen, (self.id, 0)), _wrong(self, Phase.Filed));
        bytes memory contest = abi.encodeCall(desk.contest, (self.id));
        _refuses(CUSTOMER, contest, _is(IComplaintDesk.NothingToContest.selector, self));
        _acknowledge(self);
        bytes memory again = _is(IComplaintDesk.AlreadyAcknowledged.selector, self);
        _refuses(ADMIN, abi.encodeCall(desk.acknowledge, (self.id, 0)), again);
        vm.prank(CUSTOMER);
        desk.contest(self.id);
        _refuses(CUSTOMER, contest, _is(IComplaintDesk.NothingToContest.selector, self));
        for (uint256 i; i < 2; ++i) {
            vm.prank(ADMIN);
            desk.ask(self.id, 0);
            _refuses(ADMIN, abi.encodeCall(desk.acknowledge, (self.id, 0)), _wrong(self, Phase.Asked));
            _refuses(ADMIN, abi.encodeCall(desk.ask, (self.id, 0)), _wrong(self, Phase.Asked));
            vm.prank(CUSTOMER);
            desk.inform(self.id, 0);
        }
        bytes memory tooMany = abi.encodeWithSelector(IComplaintDesk.TooManyRequests.selector, self.id, 2);
        _refuses(ADMIN, abi.encodeCall(desk.ask, (self.id, 0)), tooMany);
    }

    function test_pledges() external {
        Case memory self = _file(_pay(CUSTOMER, 1 ether), 10_000);
        bytes memory kind = abi.encodeWithSelector(IComplaintDesk.PledgeInvalid.selector, 3, 2);
        _refuses(ADMIN, abi.encodeCall(desk.pledge, (self.id, 3, 24, 1, 0)), kind);
        for (uint16 i; i < 2; ++i) {
            uint16 due = i == 0 ? 23 : 1441;
            bytes memory reason = abi.encodeWithSelector(IComplaintDesk.DueInvalid.selector, due, 24, 1440);
            _refuses(ADMIN, abi.encodeCall(desk.pledge, (self.id, 1, due, 1, 0)), reason);
        }
        _refuses(ADMIN, abi.encodeCall(desk.pledge, (self.id, 1, 24, 0, 0)), _share(0, 1));
        _refuses(ADMIN, abi.encodeCall(desk.pledge, (self.id, 1, 24, 10_001, 0)), _share(10_001, 1));
        vm.prank(ADMIN);
        desk.pledge(self.id, 1, 24, 3000, 0);
        bytes memory late = _is(IComplaintDesk.PledgeTooLate.selector, self);
        _refuses(ADMIN, abi.encodeCall(desk.pledge, (self.id, 1, 24, 3000, 0)), late);
        vm.prank(CUSTOMER);
        desk.accept(self.id, self.order, 1);
        bytes memory received = abi.encodeCall(desk.confirmDelivery, (self.id, self.order));
        _refuses(CUSTOMER, received, _wrong(self, Phase.Pledged));
        vm.prank(ADMIN);
        desk.deliver(self.id, 0);
        vm.prank(CUSTOMER);
        desk.reopen(self.id, 0);
        // The pledge is gone with it.
        bytes memory nothing = _is(IComplaintDesk.NothingOffered.selector, self);
        _refuses(CUSTOMER, abi.encodeCall(desk.accept, (self.id, self.order, 1)), nothing);
    }

    function test_escalations() external {
        Case memory self = _file(_pay(CUSTOMER, 1 ether), 10_000);
        bytes memory early = abi.encodeCall(desk.escalate, (self.id, self.order, 0, 10_000, 0));
        _refuses(CUSTOMER, early, _wrong(self, Phase.Filed));
        _refuses(CUSTOMER, abi.encodeCall(desk.accept, (self.id, self.order, 0)), _wrong(self, Phase.Filed));
        _offer(self, 2000);
        bytes memory stale = abi.encodeWithSelector(IComplaintDesk.OfferChanged.selector, self.id, 0, 1);
        _refuses(CUSTOMER, early, stale);
        bytes memory notTheirs =
            abi.encodeWithSelector(IComplaintDesk.NotCustomer.selector, self.id, STRANGER, CUSTOMER);
        _refuses(STRANGER, abi.encodeCall(desk.escalate, (self.id, self.order, 1, 10_000, 0)), notTheirs);
        _refuses(CUSTOMER, abi.encodeCall(desk.escalate, (self.id, self.order, 1, 2000, 0)), _share(2000, 2001));
        _refuses(CUSTOMER, abi.encodeCall(desk.escalate, (self.id, self.order, 1, 10_001, 0)), _share(10_001, 2001));
        _escalate(self, 10_000);
        _refuses(CUSTOMER, abi.encodeCall(desk.settle, (self.id, self.order, 0, 10_001)), _share(10_001, 0));
        _refuses(CUSTOMER, abi.encodeCall(desk.confirm, (self.id)), _wrong(self, Phase.Escalated));
    }

    /// Whoever brings an unanswered claim to the court cannot change what is asked.
    function test_anUnansweredClaim() external {
        Case memory self = _claim(CUSTOMER, 0.5 ether, 6000);
        _wait(48 hours);
        bytes memory data = abi.encodeCall(desk.escalate, (self.id, self.order, 0, 7000, 0));
        bytes memory reason = abi.encodeWithSelector(IComplaintDesk.ShareInvalid.selector, 7000, 6000, 6000);
        _refuses(STRANGER, data, reason);
        (, uint256 cost) = desk.escalationCost(self.id, self.order);
        vm.prank(STRANGER);
        desk.escalate{value: cost}(self.id, self.order, 0, 6000, 0);
        assert(desk.phase(self.id) == Phase.Escalated);
    }

    /// Too little money, too little gas: neither chooses who hears the case.
    function test_theWayOutside() external {
        Judge judge = new Judge();
        vm.prank(address(timelock));
        outside.list(0, IArbitrator(address(judge)), "", 1 ether, 30);
        vm.prank(ADMIN);
        registry.publishPolicy(ORGANISATION, _policy(4), 0);
        _wait(7 days);
        Case memory self = _file(_pay(CUSTOMER, 1 ether), 10_000);
        _offer(self, 0);
        bytes memory data = abi.encodeCall(desk.escalate, (self.id, self.order, 1, 10_000, 0));
        bytes memory tooLittle = abi.encodeWithSelector(IComplaintDesk.ValueTooSmall.selector, 0.05 ether, 0.02 ether);
        _refusesPaid(CUSTOMER, 0.02 ether, data, tooLittle);
        // The house court costs more than an arbitrator outside that declines.
        judge.set(0.01 ether, true);
        (, uint256 atHome) = court.quote(0, 1 ether);
        _refusesPaid(
            CUSTOMER,
            0.02 ether,
            data,
            abi.encodeWithSelector(IComplaintDesk.ValueTooSmall.selector, atHome, 0.02 ether)
        );
        vm.prank(CUSTOMER);
        (bool done, bytes memory given) = address(desk).call{value: 0.01 ether, gas: 900_000}(data);
        assert(!done && bytes4(given) == IOutsideArbitrators.GasTooLow.selector);
        vm.prank(STRANGER);
        (done, given) = address(outside).call(abi.encodeCall(outside.appeal, (self.dispute)));
        assert(!done && bytes4(given) == IOutsideArbitrators.NotWaiting.selector);
        _escalate(self, 10_000);
        assert(court.phase(self.dispute) == RoundPhase.AwaitingSeed);
    }

    function test_theAccused() external {
        Case memory self = _file(_pay(CUSTOMER, 1 ether), 10_000);
        vm.prank(ADMIN);
        registry.nominateOperator(ORGANISATION, ACCUSED, 1);
        vm.prank(ACCUSED);
        registry.acceptOperator(ORGANISATION);
        vm.prank(CUSTOMER);
        desk.accuse(self.id, keccak256(abi.encode(ACCUSED, DIGEST)));
        bytes memory again = _is(IComplaintDesk.AlreadyAccusing.selector, self);
        _refuses(CUSTOMER, abi.encodeCall(desk.accuse, (self.id, DIGEST)), again);
        bytes memory other = _is(IComplaintDesk.AccusationMismatch.selector, self);
        _refuses(CUSTOMER, abi.encodeCall(desk.nameAccused, (self.id, ADMIN, DIGEST)), other);
        vm.prank(CUSTOMER);
        desk.nameAccused(self.id, ACCUSED, DIGEST);
        bytes memory shut = abi.encodeWithSelector(IComplaintDesk.AccusedCannotAct.selector, self.id, ACCUSED);
        _refuses(ACCUSED, abi.encodeCall(desk.acknowledge, (self.id, 0)), shut);
        _refuses(ACCUSED, abi.encodeCall(desk.submitEvidence, (self.id, DIGEST)), shut);
        _acknowledge(self);
    }

    function test_afterThePayment() external {
        Case memory self = _file(_pay(CUSTOMER, 1 ether), 10_000);
        bytes memory nothing = abi.encodeWithSelector(IComplaintDesk.DigestMissing.selector);
        _refuses(CUSTOMER, abi.encodeCall(desk.submitEvidence, (self.id, 0)), nothing);
        _refuses(CUSTOMER, abi.encodeCall(desk.rate, (self.id, 3, 0)), _wrong(self, Phase.Filed));
        _offer(self, 5000);
        vm.prank(CUSTOMER);
        desk.accept(self.id, self.order, 1);
        vm.prank(CUSTOMER);
        desk.confirm(self.id);
        for (uint8 i; i < 2; ++i) {
            bytes memory stars = abi.encodeWithSelector(IComplaintDesk.StarsInvalid.selector, i * 6);
            _refuses(CUSTOMER, abi.encodeCall(desk.rate, (self.id, i * 6, 0)), stars);
        }
        vm.prank(CUSTOMER);
        desk.rate(self.id, 5, 0);
        bytes memory rated = abi.encodeWithSelector(IComplaintDesk.AlreadyRated.selector, self.id, CUSTOMER);
        _refuses(CUSTOMER, abi.encodeCall(desk.rate, (self.id, 4, 0)), rated);
        vm.prank(ADMIN);
        desk.rate(self.id, 1, 0);
    }

    // The court

    function test_stakes() external {
        vm.deal(STRANGER, 10 ether);
        for (uint8 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.TicketsInvalid.selector, i * 9, 8));
            vm.prank(STRANGER);
            court.stake{value: i * 9 * TICKET}(i * 9);
        }
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.ValueInvalid.selector, TICKET, TICKET - 1));
        vm.prank(STRANGER);
        court.stake{value: TICKET - 1}(1);
        PositionId first = PositionId.wrap(0);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.NoRewards.selector, first));
        vm.prank(_arbitrator(0));
        court.withdrawRewards(first, payable(STRANGER));
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.NotOwner.selector, first, STRANGER, _arbitrator(0)));
        vm.prank(STRANGER);
        court.requestExit(first);
    }

    function test_aRulingThatIsNotThereYet() external {
        Case memory self = _play(Stage.Escalated, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IArbitrationCourt.WrongPhase.selector, self.dispute, RoundPhase.AwaitingSeed)
        );
        court.currentRuling(self.dispute);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.SeatUnknown.selector, self.dispute, 0, 3));
        court.seat(self.dispute, 0);
        // By the same words whoever does not sit there hears of seats that there are not.
        _draw(self.dispute);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.SeatUnknown.selector, self.dispute, 3, 3));
        court.seat(self.dispute, 3);
    }

    /// The names under which these are signed, which nobody else's tests sign.
    function test_typesOfTheRest() external view {
        string memory tail = "address actor,address target,uint256 nonce,uint256 deadline)";
        IForwarder signed = IForwarder(address(forwarder));
        assert(
            signed.typeHash(desk.contest.selector) == keccak256(bytes(string.concat("Contest(uint64 complaint,", tail)))
        );
        string memory reopen = string.concat("Reopen(uint64 complaint,bytes32 digest,", tail);
        assert(signed.typeHash(desk.reopen.selector) == keccak256(bytes(reopen)));
        string memory named = string.concat("NameAccused(uint64 complaint,address account,bytes32 salt,", tail);
        assert(signed.typeHash(desk.nameAccused.selector) == keccak256(bytes(named)));
    }
}
