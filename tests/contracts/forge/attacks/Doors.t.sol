// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "../../../../contracts/interfaces/IArbitrator.sol";
import {IComplaintDesk} from "../../../../contracts/interfaces/IComplaintDesk.sol";
import {IOutsideArbitrators} from "../../../../contracts/interfaces/IOutsideArbitrators.sol";
import {IPublicArbitrator} from "../../../../contracts/interfaces/IPublicArbitrator.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../../contracts/types/Ids.sol";
import {Arbiter792, Arbitrable792, Arbitrator792, Escrow792} from "../Erc792.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// A stranger's contract with disputes: what it does when it hears a ruling can be set.
contract Hearer {
    enum Way {
        Hears,
        Reverts,
        Bombs,
        Burns,
        Reenters
    }

    IPublicArbitrator private immutable _door;
    Way public way;
    uint256 public heard;
    uint256 public ruling;
    bool public reentered;

    constructor(IPublicArbitrator door) payable {
        _door = door;
    }

    receive() external payable {}

    function turn(Way way_) external {
        way = way_;
    }

    function dispute(uint256 choices, bytes calldata extraData) external returns (uint256) {
        return _door.createDispute{value: address(this).balance}(choices, extraData);
    }

    function appeal(uint256 id) external {
        _door.appeal{value: _door.appealCost(id, "")}(id, "");
    }

    function rule(uint256 id, uint256 ruling_) external {
        if (way == Way.Reverts) revert("no");
        if (way == Way.Burns) while (true) {}
        if (way == Way.Bombs) {
            assembly {
                revert(0, 200000)
            }
        }
        if (way == Way.Reenters) {
            (bool again,) = address(_door).call(abi.encodeCall(_door.executeRuling, (id)));
            (bool delivered,) = address(_door).call(abi.encodeCall(_door.deliver, (id)));
            reentered = again || delivered;
        }
        (heard, ruling) = (heard + 1, ruling_);
    }
}

/// Attacks through the doors: strangers' disputes at our court, and our cases at strangers' courts.
contract DoorAttacksTest is Play {
    uint256 private constant FIRST = (1 << 64) + 1;

    Hearer private _hearer;

    function setUp() external {
        _build(24);
        _hearer = new Hearer{value: 1 ether}(publicArbitrator);
    }

    /// An arbitrable that does not want to hear its ruling: the ruling stands, the arbitrators are paid, and it can be told
    /// again. Whatever it does, what it costs others is bounded.
    function test_arbitrableThatRevertsInRule() external {
        uint256 snapshot = vm.snapshotState();
        for (uint8 way = uint8(Hearer.Way.Reverts); way <= uint8(Hearer.Way.Burns); ++way) {
            _dispute(2, "");
            _vote(FIRST, Stage.Decidable, 1);
            _hearer.turn(Hearer.Way(way));
            PositionId position = _positionOf(FIRST, 0);
            uint256 staked = court.positions(position).balance();
            uint256 before = gasleft();
            publicArbitrator.executeRuling(FIRST);
            assert(before - gasleft() < 1_500_000);
            _same(court.positions(position).balance(), staked + FEE / 1 gwei);
            assert(court.phase(FIRST) == RoundPhase.None && _hearer.heard() == 0);
            _same(publicArbitrator.currentRuling(FIRST), 1);
            vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.AlreadyRuled.selector, FIRST));
            publicArbitrator.executeRuling(FIRST);
            vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.DeliveryRefused.selector, FIRST));
            publicArbitrator.deliver{gas: 5_000_000}(FIRST);
            _hearer.turn(Hearer.Way.Hears);
            publicArbitrator.deliver(FIRST);
            assert(_hearer.heard() == 1 && _hearer.ruling() == 1);
            vm.revertToState(snapshot);
        }
    }

    /// The arbitrable executes its own ruling once more from inside it.
    function test_rulingReenteredByTheArbitrable() external {
        _dispute(2, "");
        _vote(FIRST, Stage.Decidable, 2);
        _hearer.turn(Hearer.Way.Reenters);
        publicArbitrator.executeRuling(FIRST);
        assert(!_hearer.reentered() && _hearer.heard() == 1 && _hearer.ruling() == 2);
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.AlreadyDelivered.selector, FIRST));
        publicArbitrator.deliver(FIRST);
    }

    /// One vote for each of three choices: choice 0, and nobody loses for it.
    function test_tieOfChoices() external {
        _dispute(3, "");
        _toCommit(FIRST);
        uint256[] memory votes = new uint256[](3);
        (votes[0], votes[1], votes[2]) = (1, 2, 3);
        _commitEach(FIRST, votes);
        _revealAll(FIRST);
        _same(publicArbitrator.currentRuling(FIRST), 0);
        uint256[3] memory before;
        PositionId[3] memory who;
        for (uint8 seat; seat < 3; ++seat) {
            who[seat] = _positionOf(FIRST, seat);
            before[seat] = court.positions(who[seat]).balance();
        }
        _toEnd(FIRST);
        publicArbitrator.executeRuling(FIRST);
        for (uint256 i; i < 3; ++i) {
            _same(court.positions(who[i]).balance(), before[i] + FEE / 1 gwei);
        }
        assert(_hearer.heard() == 1 && _hearer.ruling() == 0);
    }

    /// A choice beyond the last can't be voted for, however large the numbers are.
    function test_choicesOutOfRange() external {
        _dispute(type(uint256).max - 1, "");
        _vote(FIRST, Stage.Decidable, type(uint256).max - 1);
        publicArbitrator.executeRuling(FIRST);
        _same(_hearer.ruling(), type(uint256).max - 1);
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.ChoicesInvalid.selector, type(uint256).max));
        _hearer.dispute(type(uint256).max, "");
    }

    /// The arbitrable appeals, and nobody in its place; what the court does not spend is the arbitrable's.
    function test_appealOfAnotherContractsDispute() external {
        _dispute(2, "");
        _vote(FIRST, Stage.Revealed, 1);
        Hearer thief = new Hearer{value: 1 ether}(publicArbitrator);
        vm.expectRevert(
            abi.encodeWithSelector(IPublicArbitrator.NotArbitrable.selector, FIRST, address(thief), address(_hearer))
        );
        thief.appeal(FIRST);
        vm.deal(address(_hearer), 1 ether);
        _hearer.appeal(FIRST);
        _draw(FIRST);
        for (uint256 i; i < 2; ++i) {
            vm.warp(court.rounds(FIRST).appealEnds());
            court.voidRound(FIRST);
            if (i == 0) _draw(FIRST);
        }
        publicArbitrator.executeRuling(FIRST);
        _same(_hearer.ruling(), 1);
        _same(address(_hearer).balance, 1 ether - BOUNTY);
    }

    /// A stranger's escrow, written for any ERC-792 arbitrator, plays a dispute with an appeal at our court.
    function test_aStrangersEscrowAtTheRealCourt() external {
        (address payable payer, address payable payee) = (payable(address(0xaa1)), payable(address(0xaa2)));
        vm.deal(payer, 10 ether);
        vm.deal(payee, 10 ether);
        vm.prank(payer);
        Escrow792 stranger = new Escrow792{value: 1 ether}(Arbitrator792(address(publicArbitrator)), "", payee);
        uint256 cost = publicArbitrator.arbitrationCost("");
        vm.prank(payer);
        stranger.dispute{value: cost}();
        _draw(FIRST);
        _vote(FIRST, Stage.Revealed, 1);
        cost = publicArbitrator.appealCost(FIRST, "");
        vm.prank(payee);
        stranger.appeal{value: cost}();
        _draw(FIRST);
        _vote(FIRST, Stage.Decidable, 2);
        publicArbitrator.executeRuling(FIRST);
        assert(stranger.resolved());
        _same(payee.balance, 10 ether - cost + 1 ether);
    }

    /// An arbitrator outside rules twice, out of range, or about a case that the parties have settled: the first word
    /// counts, and money moves once.
    function test_rulingTwiceAtTheDesk() external {
        (Case memory self, Arbiter792 arbiter) = _outsideCase();
        arbiter.dictate(Arbitrable792(address(outside)), 1, 3);
        arbiter.dictate(Arbitrable792(address(outside)), 1, 5);
        _execute(self);
        _same(CUSTOMER.balance, 1000 ether + 0.5 ether + 0.005 ether);
        arbiter.dictate(Arbitrable792(address(outside)), 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, Phase.Paid));
        _execute(self);
        _same(escrow.organisationBalance(ORGANISATION, address(0)), 0.5 ether - 0.005 ether);
    }

    /// Out of range is no ruling: the middle between the two positions, and half of the costs.
    function test_rulingOutOfRangeAtTheDesk() external {
        (Case memory self, Arbiter792 arbiter) = _outsideCase();
        arbiter.dictate(Arbitrable792(address(outside)), 1, type(uint256).max);
        _execute(self);
        _same(CUSTOMER.balance, 1000 ether + 0.5 ether + 0.005 ether);
    }

    /// It never rules: after the time-out, anyone ends the case.
    function test_rulingNeverComesToTheDesk() external {
        (Case memory self,) = _outsideCase();
        _wait(30 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IOutsideArbitrators.NotDecided.selector, self.dispute, _now() + 1, _now())
        );
        _execute(self);
        _wait(1);
        _execute(self);
        assert(desk.phase(self.id) == Phase.Paid);
        _same(CUSTOMER.balance, 1000 ether + 0.5 ether + 0.005 ether);
    }

    /// A new list, price or time-out is for later cases.
    function test_anArbitratorTakenOffTheListMidDispute() external {
        (Case memory self, Arbiter792 arbiter) = _outsideCase();
        vm.prank(address(timelock));
        outside.list(0, IArbitrator(address(0)), "", 0, 365);
        arbiter.dictate(Arbitrable792(address(outside)), 1, 5);
        _execute(self);
        _same(CUSTOMER.balance, 1000 ether + 1 ether + 0.01 ether);
        Case memory next = _play(Stage.Escalated, 0);
        assert(court.phase(next.dispute) == RoundPhase.AwaitingSeed);
    }

    /// A party's evidence goes to the arbitrator that has the case, whose readers watch the contract that opened it.
    function test_evidenceThatTheArbitratorNeverSees() external {
        (Case memory self,) = _outsideCase();
        vm.expectCall(
            address(outside), abi.encodeCall(outside.showEvidence, (self.dispute, CUSTOMER, keccak256("photograph")))
        );
        vm.prank(CUSTOMER);
        desk.submitEvidence(self.id, keccak256("photograph"));
    }

    /// An order of 1 coin, in front of an arbitrator outside whose fee is a hundredth.
    function _outsideCase() private returns (Case memory self, Arbiter792 arbiter) {
        arbiter = new Arbiter792();
        arbiter.setFee(0.01 ether);
        vm.prank(address(timelock));
        outside.list(0, IArbitrator(address(arbiter)), "", 1 ether, 30);
        vm.prank(ADMIN);
        registry.publishPolicy(ORGANISATION, _policy(4), keccak256("outside"));
        _wait(7 days);
        self = _play(Stage.Offered, 0);
        vm.prank(CUSTOMER);
        desk.escalate{value: 1 ether}(self.id, self.order, 1, 10_000, 0);
        vm.deal(CUSTOMER, 1000 ether);
    }

    function _dispute(uint256 choices, bytes memory extraData) private {
        _same(_hearer.dispute(choices, extraData), FIRST);
        _draw(FIRST);
    }
}
