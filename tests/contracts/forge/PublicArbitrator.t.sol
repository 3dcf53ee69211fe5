// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PublicArbitrator} from "../../../contracts/PublicArbitrator.sol";
import {IArbitrable} from "../../../contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "../../../contracts/interfaces/IArbitrator.sol";
import {IPublicArbitrator} from "../../../contracts/interfaces/IPublicArbitrator.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {Arbitrator792, Escrow792, Reality792} from "./Erc792.sol";
import {FakeCourt} from "./FakeCourt.sol";
import {bound, pass, vm} from "./Vm.sol";

/// An arbitrable that takes rulings as its mood is, and knows how often it heard one.
contract Moody is IArbitrable {
    enum Mood {
        Good,
        Refuses,
        Burns,
        Bombs,
        Reenters,
        AsksAgain,
        Hungry
    }

    PublicArbitrator public immutable door;
    Mood public mood;
    uint256 public heard;
    uint256 public ruling;
    bool public cut;

    constructor(PublicArbitrator door_) {
        door = door_;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function ask(uint256 choices, bytes calldata extraData) external payable returns (uint256) {
        return door.createDispute{value: msg.value}(choices, extraData);
    }

    function appeal(uint256 dispute) external payable {
        door.appeal{value: msg.value}(dispute, "");
    }

    function rule(uint256 dispute, uint256 ruling_) external {
        if (mood == Mood.Refuses) revert("no");
        if (mood == Mood.Burns) while (true) ++ruling;
        if (mood == Mood.Bombs) {
            assembly {
                return(0, 500000)
            }
        }
        if (mood == Mood.Reenters) {
            // One of the two doors must be shut, and both are.
            try door.executeRuling(dispute) {
                heard += 100;
            } catch {}
            try door.deliver(dispute) {
                heard += 100;
            } catch {}
        }
        if (mood == Mood.AsksAgain) door.createDispute{value: 0.03 ether}(2, "");
        if (mood == Mood.Hungry) {
            // Notes that it was starved, and is content.
            try this.work() {}
            catch {
                cut = true;
            }
        }
        ++heard;
        ruling = ruling_;
    }

    function work() external view {
        uint256 from = gasleft();
        while (from - gasleft() < 800_000) {}
    }
}

contract PublicArbitratorTest {
    uint256 private constant FIRST = 2 ** 64 + 1;
    uint256 private constant MEDIAN = 1 << 255;

    FakeCourt private court = new FakeCourt();
    PublicArbitrator private door = new PublicArbitrator(court, address(0));
    Moody private moody = new Moody(door);

    receive() external payable {}

    function setUp() public {
        vm.warp(1_893_974_400);
        vm.deal(address(this), 100 ether);
    }

    // What strangers do with it

    function test_EscrowOfAStrangerWithAnAppeal() public {
        address payee = address(0xbee);
        Escrow792 escrow = new Escrow792{value: 1 ether}(Arbitrator792(address(door)), "", payable(payee));
        vm.expectEmit(address(door));
        emit IArbitrator.DisputeCreation(FIRST, IArbitrable(address(escrow)));
        escrow.dispute{value: 0.03 ether}();
        require(_status(FIRST) == IArbitrator.DisputeStatus.Waiting, "waits");

        court.count(FIRST, 1);
        require(door.currentRuling(FIRST) == 1 && _status(FIRST) == IArbitrator.DisputeStatus.Appealable, "appealable");
        vm.deal(payee, 1 ether);
        uint256 cost = door.appealCost(FIRST, "");
        payable(escrow).transfer(cost);
        vm.expectEmit(address(door));
        emit IArbitrator.AppealPossible(FIRST, IArbitrable(address(escrow)));
        vm.expectEmit(address(door));
        emit IArbitrator.AppealDecision(FIRST, IArbitrable(address(escrow)));
        vm.prank(payee);
        escrow.appeal();
        require(_status(FIRST) == IArbitrator.DisputeStatus.Waiting, "heard again");
        require(door.currentRuling(FIRST) == 0, "none for now");

        court.count(FIRST, 2);
        pass(1 days);
        require(_status(FIRST) == IArbitrator.DisputeStatus.Solved, "solved");
        vm.expectEmit(address(door));
        emit IPublicArbitrator.Ruled(FIRST, 2, bytes32(FIRST));
        door.executeRuling(FIRST);
        // The escrow is paid what it held; the appeal was paid from what came for it.
        require(escrow.resolved() && payee.balance == 2 ether, "the payee won");
        require(_status(FIRST) == IArbitrator.DisputeStatus.Solved && door.currentRuling(FIRST) == 2, "known for good");
        require(address(door).balance == 0, "nothing stays");
    }

    function test_RealityProxyWithAllItsChoices() public {
        Reality792 reality = new Reality792(Arbitrator792(address(door)));
        uint256 dispute = reality.ask{value: 0.31 ether}();
        (,, uint256 seats, uint256 choices,,,,,,) = court.rounds(dispute);
        require(seats == 31 && choices == type(uint256).max - 1, "as asked");
        _ruled(dispute, type(uint256).max - 1);
        require(reality.answer(dispute) == bytes32(type(uint256).max - 2), "the last answer");

        dispute = reality.ask{value: 0.31 ether}();
        _ruled(dispute, 0);
        require(reality.answer(dispute) == bytes32(type(uint256).max), "refused: invalid");
    }

    function test_InterfaceIds() public view {
        require(type(IArbitrator).interfaceId == type(Arbitrator792).interfaceId, "not the published interface");
        require(door.supportsInterface(type(Arbitrator792).interfaceId), "IArbitrator");
        require(door.supportsInterface(0x01ffc9a7), "ERC-165");
        require(!door.supportsInterface(0xffffffff), "none");
    }

    function test_NumbersHaveNoGaps() public {
        for (uint256 i; i < 3; ++i) {
            require(_ask() == FIRST + i, "a gap");
        }
        require(door.disputeCount() == 3, "count");
    }

    // Extra data

    function test_ExtraData() public {
        _opens("", 2, 0, 3, 2);
        _opens(new bytes(31), 2, 0, 3, 2);
        _opens(abi.encode(3), 2, 3, 3, 2);
        _opens(abi.encode(MEDIAN), 10_000, 0, 3, 0);
        _opens(abi.encode(MEDIAN | 1), 10_000, 1, 3, 0);
        // Another bit: nothing of the word counts.
        _opens(abi.encode(MEDIAN | 8 | 1), 10_000, 0, 3, 10_000);
        _opens(abi.encode(uint256(9)), 2, 0, 3, 2);
        _opens(abi.encode(uint256(1 << 254)), 2, 0, 3, 2);
        // Too short for the second word; more than two words.
        _opens(bytes.concat(abi.encode(1), new bytes(31)), 2, 1, 3, 2);
        _opens(abi.encode(1, 4, 99), 2, 1, 5, 2);
        _opens(abi.encode(0, 31), 1, 0, 31, 1);
        _opens(abi.encode(0, 32), 1, 0, 3, 1);
        _opens(abi.encode(0, type(uint256).max), 1, 0, 3, 1);
    }

    function test_FuzzSeatsAreTheNextPanel(uint256 wanted) public view {
        wanted = bound(wanted, 0, 31);
        uint256 seats = door.arbitrationCost(abi.encode(0, wanted)) / 0.01 ether;
        require(seats == 3 || seats == 5 || seats == 7 || seats == 15 || seats == 31, "no panel");
        require(seats >= wanted && (seats == 3 || seats / 2 < wanted), "not the next");
    }

    function _opens(bytes memory extraData, uint256 choices, uint8 track, uint256 seats, uint256 inCourt) private {
        uint256 cost = door.arbitrationCost(extraData);
        require(cost == court.costOf(track, seats), "another price");
        uint256 dispute = door.createDispute{value: cost}(choices, extraData);
        (, uint8 track_, uint256 seats_, uint256 choices_,,,,,,) = court.rounds(dispute);
        require(track_ == track && seats_ == seats && choices_ == inCourt, "opened otherwise");
    }

    // Money

    function test_WhatIsTooMuchGoesBack() public {
        uint256 before = address(this).balance;
        door.createDispute{value: 1 ether}(2, "");
        require(address(this).balance == before - 0.03 ether, "pushed");
        moody.ask{value: 1 ether}(2, "");
        require(door.credits(address(moody)) == 0.97 ether && address(door).balance == 0.97 ether, "credited");
    }

    function test_WhatTheCourtDoesNotSpendIsTheArbitrables() public {
        uint256 dispute = _ask();
        court.count(dispute, 1);
        moody.appeal{value: door.appealCost(dispute, "")}(dispute);
        require(_refundee(dispute) == address(moody), "of the appeal");
        dispute = door.createDispute{value: 0.03 ether}(2, "");
        require(_refundee(dispute) == address(0), "not said yet");
        _ruled(dispute, 1);
        require(_refundee(dispute) == address(this), "of the first fees");
    }

    function _refundee(uint256 dispute) private view returns (address payer) {
        (,,,,,,, payer,,) = court.rounds(dispute);
    }

    function test_AppealTooHighlyPaid() public {
        uint256 dispute = _ask();
        court.count(dispute, 1);
        uint256 cost = door.appealCost(dispute, "");
        moody.appeal{value: cost + 5}(dispute);
        require(door.credits(address(moody)) == 5 && address(door).balance == 5, "the rest is the payer's");
    }

    // Windows

    function test_AppealWindow() public {
        uint256 dispute = _ask();
        (uint256 start, uint256 end) = door.appealPeriod(dispute);
        require(start == 0 && end == 0, "no window yet");
        uint256 now_ = block.timestamp;
        court.count(dispute, 1);
        (start, end) = door.appealPeriod(dispute);
        require(start == now_ && end == now_ + 1 days, "window");
        vm.expectRevert(abi.encodeWithSelector(FakeCourt.Refused.selector, RoundPhase.Appealable));
        door.executeRuling(dispute);
        vm.warp(end - 1);
        require(_status(dispute) == IArbitrator.DisputeStatus.Appealable, "t-1");
        vm.warp(end);
        _requireOver(dispute);
        vm.warp(end + 1);
        _requireOver(dispute);
        (start, end) = door.appealPeriod(1);
        require(start == 0 && end == 0, "unknown: no window");
    }

    function _requireOver(uint256 dispute) private {
        require(_status(dispute) == IArbitrator.DisputeStatus.Solved, "not solved");
        (uint256 start, uint256 end) = door.appealPeriod(dispute);
        require(start == 0 && end == 0, "not over");
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.NotAppealable.selector, dispute));
        moody.appeal{value: 1 ether}(dispute);
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.NotAppealable.selector, dispute));
        door.announce(dispute);
    }

    function test_AnnouncedOnceAWindow() public {
        uint256 dispute = _ask();
        court.count(dispute, 1);
        vm.expectEmit(address(door));
        emit IArbitrator.AppealPossible(dispute, moody);
        door.announce(dispute);
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.AlreadyAnnounced.selector, dispute));
        door.announce(dispute);
        moody.appeal{value: door.appealCost(dispute, "")}(dispute);
        pass(1);
        court.count(dispute, 2);
        door.announce(dispute);
    }

    // Arbitrables in a mood

    function test_RefusalDelaysOnlyDelivery() public {
        _delayed(Moody.Mood.Refuses);
    }

    function test_BurningGasDelaysOnlyDelivery() public {
        _delayed(Moody.Mood.Burns);
    }

    function _delayed(Moody.Mood mood) private {
        uint256 dispute = _ask();
        moody.setMood(mood);
        court.count(dispute, 2);
        pass(1 days);
        vm.expectEmit(address(door));
        emit IPublicArbitrator.DeliveryFailed(dispute);
        door.executeRuling(dispute);
        require(door.disputes(dispute).ruled && !door.disputes(dispute).delivered, "stands");
        require(door.currentRuling(dispute) == 2, "known");
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.DeliveryRefused.selector, dispute));
        door.deliver{gas: 3_000_000}(dispute);
        moody.setMood(Moody.Mood.Good);
        door.deliver(dispute);
        require(moody.heard() == 1 && moody.ruling() == 2, "heard");
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.AlreadyDelivered.selector, dispute));
        door.deliver(dispute);
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.AlreadyRuled.selector, dispute));
        door.executeRuling(dispute);
    }

    function test_ReturnBombCostsTheBomberOnly() public {
        uint256 dispute = _ask();
        moody.setMood(Moody.Mood.Bombs);
        court.count(dispute, 2);
        pass(1 days);
        uint256 before = gasleft();
        door.executeRuling(dispute);
        // Most of it is what the arbitrable paid for its own memory; copying it again would cost nearly as much.
        require(before - gasleft() < 800_000, "the caller paid for the bomb");
        require(door.disputes(dispute).delivered, "stands");
    }

    function test_ReenteringHearsOnce() public {
        uint256 dispute = _ask();
        moody.setMood(Moody.Mood.Reenters);
        _ruled(dispute, 1);
        require(moody.heard() == 1, "once");
    }

    function test_ANewDisputeFromInsideRule() public {
        uint256 dispute = _ask();
        vm.deal(address(moody), 1 ether);
        moody.setMood(Moody.Mood.AsksAgain);
        _ruled(dispute, 1);
        require(door.disputeCount() == 2 && moody.heard() == 1, "asked again");
    }

    function test_FuzzLittleGasNeverLosesTheRuling(uint256 gas_) public {
        gas_ = bound(gas_, 30_000, 1_600_000);
        uint256 dispute = _ask();
        moody.setMood(Moody.Mood.Hungry);
        court.count(dispute, 1);
        pass(1 days);
        try door.executeRuling{gas: gas_}(dispute) {
            require(door.disputes(dispute).delivered && moody.heard() == 1, "not heard");
        } catch {
            require(moody.heard() == 0 && !door.disputes(dispute).ruled, "half done");
            door.executeRuling(dispute);
        }
        require(!moody.cut(), "starved");
    }

    function test_RevertWhen_TooLittleGasToDeliver() public {
        uint256 dispute = _ask();
        moody.setMood(Moody.Mood.Refuses);
        _ruled(dispute, 1);
        moody.setMood(Moody.Mood.Hungry);
        (bool done, bytes memory why) = address(door).call{gas: 900_000}(abi.encodeCall(door.deliver, (dispute)));
        require(!done && bytes4(why) == IPublicArbitrator.GasTooLow.selector, "starved");
        door.deliver(dispute);
        require(!moody.cut() && moody.heard() == 1, "well fed");
    }

    // What is refused

    function test_RevertWhen_ChoicesAreInvalid() public {
        _refusesChoices(0, "");
        _refusesChoices(type(uint256).max, "");
        _refusesChoices(9999, abi.encode(MEDIAN));
        _refusesChoices(10_001, abi.encode(MEDIAN));
    }

    function _refusesChoices(uint256 choices, bytes memory extraData) private {
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.ChoicesInvalid.selector, choices));
        door.createDispute{value: 1 ether}(choices, extraData);
    }

    function test_RevertWhen_PaidTooLittle() public {
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.ValueTooLow.selector, 0.03 ether, 0.03 ether - 1));
        door.createDispute{value: 0.03 ether - 1}(2, "");
        uint256 dispute = _ask();
        court.count(dispute, 1);
        uint256 cost = door.appealCost(dispute, "");
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.ValueTooLow.selector, cost, cost - 1));
        moody.appeal{value: cost - 1}(dispute);
    }

    function test_RevertWhen_NotTheArbitrableAppeals() public {
        uint256 dispute = _ask();
        court.count(dispute, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPublicArbitrator.NotArbitrable.selector, dispute, address(this), address(moody))
        );
        door.appeal{value: 1 ether}(dispute, "");
    }

    function test_RevertWhen_Unknown() public {
        // A complaint's dispute is no business of this door.
        bytes memory unknown = abi.encodeWithSelector(IPublicArbitrator.DisputeUnknown.selector, 1);
        vm.expectRevert(unknown);
        door.executeRuling(1);
        vm.expectRevert(unknown);
        door.deliver(1);
        vm.expectRevert(unknown);
        door.announce(1);
        vm.expectRevert(unknown);
        door.appeal(1, "");
        vm.expectRevert(unknown);
        door.appealCost(1, "");
        vm.expectRevert(unknown);
        door.currentRuling(1);
        vm.expectRevert(unknown);
        door.disputeStatus(1);
        uint256 dispute = _ask();
        vm.expectRevert(abi.encodeWithSelector(IPublicArbitrator.NotRuled.selector, dispute));
        door.deliver(dispute);
    }

    function _ask() private returns (uint256) {
        return moody.ask{value: 0.03 ether}(2, "");
    }

    function _ruled(uint256 dispute, uint256 ruling) private {
        court.count(dispute, ruling);
        pass(1 days);
        door.executeRuling(dispute);
    }

    function _status(uint256 dispute) private view returns (IArbitrator.DisputeStatus) {
        return door.disputeStatus(dispute);
    }
}
