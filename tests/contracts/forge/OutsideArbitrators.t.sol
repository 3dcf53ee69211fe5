// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OutsideArbitrators} from "../../../contracts/OutsideArbitrators.sol";
import {IArbitrable} from "../../../contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "../../../contracts/interfaces/IArbitrator.sol";
import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IEvidence} from "../../../contracts/interfaces/IEvidence.sol";
import {IOutsideArbitrators} from "../../../contracts/interfaces/IOutsideArbitrators.sol";
import {EvidenceUri} from "../../../contracts/libraries/EvidenceUri.sol";
import {Arbitrable792, Arbiter792} from "./Erc792.sol";
import {FakeCourt} from "./FakeCourt.sol";
import {bound, pass, vm} from "./Vm.sol";

/// An arbitrator that was listed in good faith.
contract Rogue is Arbiter792 {
    enum Way {
        Honest,
        Reverts,
        Burns,
        Bombs,
        AnswersNothing,
        RulesAtOnce,
        RulesAtOnceAndMindsNot,
        QuoteReverts,
        QuoteBurns,
        QuoteBombs
    }

    Way public way;

    function setWay(Way way_) external {
        way = way_;
    }

    function createDispute(uint256 choices, bytes calldata extraData) external payable override returns (uint256 id) {
        _misbehave(Way.Reverts);
        if (way == Way.AnswersNothing) {
            assembly {
                return(0, 31)
            }
        }
        if (way == Way.RulesAtOnce) Arbitrable792(msg.sender).rule(next, 5);
        if (way == Way.RulesAtOnceAndMindsNot) {
            try Arbitrable792(msg.sender).rule(next, 5) {
                revert("it was booked");
            } catch {}
        }
        (lastChoices, lastExtraData) = (choices, extraData);
        id = next++;
        entries[id].arbitrable = Arbitrable792(msg.sender);
    }

    function arbitrationCost(bytes calldata) external view override returns (uint256) {
        _misbehave(Way.QuoteReverts);
        return fee;
    }

    function _misbehave(Way first) private view {
        if (way == first) revert("no");
        if (uint8(way) == uint8(first) + 1) while (true) {}
        if (uint8(way) == uint8(first) + 2) {
            assembly {
                revert(0, 150000)
            }
        }
    }
}

/// Stands for the desk and the timelock.
contract OutsideArbitratorsTest {
    FakeCourt private house = new FakeCourt();
    OutsideArbitrators private door;
    Rogue private arbiter = new Rogue();
    bytes private constant EXTRA = "twenty-one bytes long";
    uint8 private constant TRACK = 6;

    function setUp() public {
        vm.warp(1_893_974_400);
        vm.deal(address(this), 100 ether);
        door = new OutsideArbitrators(address(this), ICourt(address(house)), address(this), "meta");
        door.list(2, IArbitrator(address(arbiter)), EXTRA, 0.05 ether, 30);
    }

    // The list

    function test_MetaEvidenceOnceAtTheStart() public {
        vm.expectEmit(vm.computeCreateAddress(address(this), vm.getNonce(address(this))));
        emit IEvidence.MetaEvidence(0, EvidenceUri.fromDigest("meta"));
        new OutsideArbitrators(address(this), ICourt(address(house)), address(this), "meta");
    }

    function test_List() public {
        vm.expectEmit(address(door));
        emit IOutsideArbitrators.Listed(3, IArbitrator(address(arbiter)), "x", 7, 365, 1);
        door.list(3, IArbitrator(address(arbiter)), "x", 7, 365);
        IOutsideArbitrators.Listing memory listing = door.listed(3);
        require(listing.costCap == 7 && listing.timeOutDays == 365, "listed");
        require(door.listing(0).costCap == 0.05 ether, "the first one stays");
        require(address(door.listed(0).arbitrator) == address(0), "none");
    }

    function test_RevertWhen_ListedWrongly() public {
        vm.prank(address(1));
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.OnlyTimelock.selector, address(1)));
        door.list(0, IArbitrator(address(arbiter)), "", 1, 30);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.NumberInvalid.selector, 4, 3));
        door.list(4, IArbitrator(address(arbiter)), "", 1, 30);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.NumberInvalid.selector, 4, 3));
        door.listed(4);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.TimeOutInvalid.selector, 29, 30, 365));
        door.list(0, IArbitrator(address(arbiter)), "", 1, 29);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.TimeOutInvalid.selector, 366, 30, 365));
        door.list(0, IArbitrator(address(arbiter)), "", 1, 366);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.NoContract.selector, address(0xe0a)));
        door.list(0, IArbitrator(address(0xe0a)), "", 1, 30);
    }

    // The price

    function test_QuoteWithinTheCap() public {
        _quotes(0, 0.05 ether);
        arbiter.setFee(0.05 ether + 1);
        _quotesTheHouse();
    }

    function test_QuoteOfTheHouse() public {
        for (uint8 way = uint8(Rogue.Way.QuoteReverts); way <= uint8(Rogue.Way.QuoteBombs); ++way) {
            arbiter.setWay(Rogue.Way(way));
            _quotesTheHouse();
        }
        arbiter.setWay(Rogue.Way.Honest);
        door.list(2, IArbitrator(address(0)), "", 1 ether, 30);
        _quotesTheHouse();
        (uint256 seats,) = door.quote(4, 1 ether);
        require(seats == 3, "never listed");
    }

    function test_FuzzLittleGasIsNoReasonForTheHouse(uint256 gas_) public {
        gas_ = bound(gas_, 1000, 200_000);
        try door.quote{gas: gas_}(TRACK, 1 ether) returns (uint256 seats, uint256) {
            require(seats == 0, "the house");
        } catch {}
        try door.acceptCase{value: 0.05 ether, gas: 5 * gas_ + 200_000}(1, TRACK, 0, 1 ether) {}
        catch (bytes memory why) {
            require(bytes4(why) != IOutsideArbitrators.OutsideUnavailable.selector, "the house by starving");
        }
        require(door.cases(1).cost == 0 || door.cases(1).id == 1, "half open");
    }

    function test_RevertWhen_TooLittleGas() public {
        (bool done, bytes memory why) = address(door).call{gas: 60_000}(abi.encodeCall(door.quote, (TRACK, 1)));
        require(!done && bytes4(why) == IOutsideArbitrators.GasTooLow.selector, "quote");
        (done, why) =
            address(door).call{gas: 900_000, value: 0.05 ether}(abi.encodeCall(door.acceptCase, (1, TRACK, 0, 1)));
        require(!done && bytes4(why) == IOutsideArbitrators.GasTooLow.selector, "open");
    }

    function _quotes(uint256 seats, uint256 cost) private view {
        (uint256 seats_, uint256 cost_) = door.quote(TRACK, 1 ether);
        require(seats_ == seats && cost_ == cost, "another price");
    }

    function _quotesTheHouse() private view {
        _quotes(3, 0.03 ether);
    }

    // Opening

    function test_Open() public {
        uint40 deadline = uint40(block.timestamp + 30 days);
        uint256 terms = uint256(keccak256(abi.encode(address(arbiter), 1, 0, 0.05 ether, deadline)));
        vm.expectEmit(address(door));
        emit IOutsideArbitrators.Opened(9, IArbitrator(address(arbiter)), 1, 0, 0.05 ether, deadline, terms);
        vm.expectEmit(address(door));
        emit IEvidence.Dispute(IArbitrator(address(arbiter)), 1, 0, 9);
        require(_open(9) == terms, "terms");
        require(arbiter.lastChoices() == 5 && keccak256(arbiter.lastExtraData()) == keccak256(EXTRA), "as listed");
        require(door.disputeOf(IArbitrator(address(arbiter)), 1) == 9 && door.evidenceOpen(9), "known");
        require(address(arbiter).balance == 0.05 ether && address(door).balance == 0, "paid");
        vm.expectEmit(address(door));
        emit IEvidence.Evidence(IArbitrator(address(arbiter)), 9, address(7), EvidenceUri.fromDigest("d"));
        door.showEvidence(9, address(7), "d");
    }

    function test_ArbitratorTakesNothing() public {
        for (uint8 way = uint8(Rogue.Way.Reverts); way <= uint8(Rogue.Way.RulesAtOnce); ++way) {
            arbiter.setWay(Rogue.Way(way));
            _unavailable(1, 0.05 ether);
        }
        arbiter.setWay(Rogue.Way.Honest);
        _unavailable(1, 0.05 ether + 1);
        door.list(2, IArbitrator(address(0)), "", 1 ether, 30);
        _unavailable(1, 0.05 ether);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.OutsideUnavailable.selector, 5));
        door.acceptCase(1, 5, 0, 0);
        require(address(this).balance == 100 ether, "money lost");
        require(arbiter.next() == 1, "the arbitrator keeps a dispute");
    }

    function test_NumberUsedTwice() public {
        _open(1);
        arbiter.setNext(1);
        _unavailable(2, 0.05 ether);
        require(door.disputeOf(IArbitrator(address(arbiter)), 1) == 1, "whose it was");
        _decide(1, 3);
        door.concludeCase(1, address(0));
        // Also when the first one is over.
        _unavailable(2, 0.05 ether);
        // Another arbitrator's number 1 is another dispute.
        door.list(2, IArbitrator(address(new Rogue())), "", 1 ether, 30);
        _open(2);
    }

    function test_RulingFromInsideCreateDisputeIsNotBooked() public {
        arbiter.setWay(Rogue.Way.RulesAtOnceAndMindsNot);
        _open(1);
        require(door.cases(1).state == IOutsideArbitrators.CaseState.Waiting, "booked");
    }

    function test_RevertWhen_OpenedTwice() public {
        _open(1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.DisputeExists.selector, 1));
        door.acceptCase{value: 0.05 ether}(1, TRACK, 0, 0);
    }

    function test_RevertWhen_NotTheDesk() public {
        _open(1);
        bytes memory onlyDesk = abi.encodeWithSelector(ICourt.OnlyDesk.selector, address(1));
        vm.startPrank(address(1));
        vm.expectRevert(onlyDesk);
        door.acceptCase(2, TRACK, 0, 0);
        vm.expectRevert(onlyDesk);
        door.concludeCase(1, address(1));
        vm.expectRevert(onlyDesk);
        door.settleCase(1, 0, address(1));
        vm.expectRevert(onlyDesk);
        door.showEvidence(1, address(1), "d");
        vm.stopPrank();
    }

    // Rulings

    function test_EachChoice() public {
        for (uint256 choice = 1; choice <= 5; ++choice) {
            _open(choice);
            vm.expectEmit(address(door));
            emit IArbitrable.Ruling(IArbitrator(address(arbiter)), choice, choice);
            _decide(choice, choice);
            require(!door.evidenceOpen(choice), "too late for evidence");
            ICourt.Conclusion memory end = door.concludeCase(choice, address(0));
            require(end.ruling == (choice - 1) * 2500 && !end.refused && end.cost == 0.05 ether, "ruling");
            bytes32 record = keccak256(abi.encode(address(arbiter), choice, choice, 0.05 ether, block.timestamp));
            require(end.record == record, "record");
        }
    }

    function test_FuzzOutOfRangeIsRefused(uint256 ruling) public {
        if (ruling >= 1 && ruling <= 5) ruling = 0;
        _open(1);
        _decide(1, ruling);
        ICourt.Conclusion memory end = door.concludeCase(1, address(0));
        require(end.refused && end.ruling == 0, "a ruling");
        require(door.cases(1).choice == 0, "a choice");
    }

    function test_SecondRulingIsIgnored() public {
        _open(1);
        _decide(1, 2);
        _ignored(1, 5);
        require(door.concludeCase(1, address(0)).ruling == 2500, "the first one");
        _ignored(1, 5);
    }

    function test_RulingAfterASettlementIsIgnored() public {
        _open(1);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.RoundInvalid.selector, 1));
        door.settleCase(1, 1, address(0));
        ICourt.Conclusion memory end = door.settleCase(1, 0, address(0));
        require(end.ruling == 0 && !end.refused && end.cost == 0.05 ether, "cost is spent");
        _ignored(1, 5);
        require(!door.evidenceOpen(1), "ended");
    }

    function test_TimeOut() public {
        uint256 deadline = block.timestamp + 30 days;
        _open(1);
        _open(2);
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.NotDecided.selector, 1, deadline, deadline - 1));
        door.concludeCase(1, address(0));
        require(door.evidenceOpen(1), "still open");
        _decide(2, 5);
        vm.warp(deadline);
        require(!door.evidenceOpen(1), "t");
        _ignored(1, 5);
        ICourt.Conclusion memory end = door.concludeCase(1, address(0));
        require(end.refused && end.cost == 0.05 ether, "refused");
        vm.warp(deadline + 1);
        require(door.concludeCase(2, address(0)).ruling == 10_000, "a ruling in time stands");
    }

    function test_LateRulingBeforeTheConclusionIsIgnored() public {
        _open(1);
        pass(30 days + 1);
        _ignored(1, 5);
        require(door.concludeCase(1, address(0)).refused, "refused");
    }

    function test_RevertWhen_RuledByAnybodyElse() public {
        _open(1);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.IdUnknown.selector, address(this), 1));
        door.rule(1, 5);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.IdUnknown.selector, address(arbiter), 2));
        _decide(2, 5);
    }

    function test_RevertWhen_ConcludedTwice() public {
        _open(1);
        _decide(1, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IOutsideArbitrators.NotWaiting.selector, 1, IOutsideArbitrators.CaseState.Ruled)
        );
        door.settleCase(1, 0, address(0));
        door.concludeCase(1, address(0));
        uint256 deadline = door.cases(1).deadline;
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.NotDecided.selector, 1, deadline, block.timestamp));
        door.concludeCase(1, address(0));
    }

    // Appeals outside

    function test_AppealsAtTheArbitratorAsOpened() public {
        _open(1);
        // The list moves on; the dispute does not.
        door.list(2, IArbitrator(address(new Rogue())), "other", 1, 60);
        arbiter.decide(1, 1);
        (uint256 start, uint256 end) = door.appealPeriod(1);
        require(start == block.timestamp && end == start + 1 days, "window");
        uint256 cost = door.appealCost(1);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.ValueInvalid.selector, cost, cost - 1));
        door.appeal{value: cost - 1}(1);
        arbiter.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.ValueInvalid.selector, 2, cost));
        door.appeal{value: cost}(1);
        arbiter.setFee(0.05 ether);
        vm.expectEmit(address(door));
        emit IOutsideArbitrators.Appealed(1, address(this), cost);
        door.appeal{value: cost}(1);
        require(keccak256(arbiter.lastExtraData()) == keccak256(EXTRA), "other extra data");
        require(address(arbiter).balance == 0.05 ether + cost, "paid");
        arbiter.decide(1, 5);
        pass(1 days);
        arbiter.execute(1);
        ICourt.Conclusion memory conclusion = door.concludeCase(1, address(0));
        require(conclusion.ruling == 10_000 && conclusion.cost == 0.05 ether, "an appeal is its payer's");
    }

    function test_InterfaceIds() public view {
        require(type(IArbitrable).interfaceId == type(Arbitrable792).interfaceId, "not the published interface");
        require(door.supportsInterface(type(Arbitrable792).interfaceId), "IArbitrable");
        require(door.supportsInterface(0x01ffc9a7) && !door.supportsInterface(0xffffffff), "ERC-165");
    }

    function _open(uint256 dispute) private returns (uint256 terms) {
        return door.acceptCase{value: 0.05 ether}(dispute, TRACK, 0, 1 ether);
    }

    function _unavailable(uint256 dispute, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IOutsideArbitrators.OutsideUnavailable.selector, TRACK));
        door.acceptCase{value: value, gas: 4_000_000}(dispute, TRACK, 0, 1 ether);
    }

    function _decide(uint256 id, uint256 ruling) private {
        arbiter.dictate(Arbitrable792(address(door)), id, ruling);
    }

    function _ignored(uint256 dispute, uint256 ruling) private {
        vm.expectEmit(address(door));
        emit IOutsideArbitrators.RulingIgnored(dispute, ruling);
        _decide(dispute, ruling);
    }
}
