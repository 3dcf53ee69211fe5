// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AppealFund} from "../../../contracts/AppealFund.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {IAppealFund} from "../../../contracts/interfaces/IAppealFund.sol";
import {IComplaintDesk} from "../../../contracts/interfaces/IComplaintDesk.sol";
import {IFeePayer} from "../../../contracts/interfaces/IFeePayer.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {ComplaintWord} from "../../../contracts/types/Complaint.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {FakeCourt} from "./FakeCourt.sol";
import {signAction} from "./Signing.sol";
import {bound, pass, vm} from "./Vm.sol";

/// Knows who the parties are, and keeps the bond.
contract FakeHouse {
    ComplaintWord private _word;
    bool public shut;
    uint256 public bond;

    function setParties(address customer, uint256 organisation) external {
        // Flags and windows of the word are of no concern.
        _word = ComplaintWord.wrap(uint256(uint160(customer)) | organisation << 160 | type(uint256).max << 180);
    }

    function setShut(bool shut_) external {
        shut = shut_;
    }

    function complaints(ComplaintId) external view returns (ComplaintWord) {
        return _word;
    }

    function depositBond(OrganisationId organisation) external payable {
        require(!shut && OrganisationId.unwrap(organisation) == 77, "shut");
        bond += msg.value;
    }
}

contract AppealFundTest {
    ComplaintId private constant CASE = ComplaintId.wrap(5);
    OrganisationId private constant ORGANISATION = OrganisationId.wrap(77);
    address private constant CUSTOMER = address(0xc0c0);
    address private constant ANN = address(0xa11);
    address private constant BOB = address(0xb0b);
    uint256 private constant COST = 0.07 ether + 1;
    uint256 private constant STAKE = COST / 2;
    uint256 private constant TARGET = COST + STAKE;

    FakeCourt private court = new FakeCourt();
    FakeHouse private house = new FakeHouse();
    Forwarder private forwarder = new Forwarder();
    AppealFund private fund = new AppealFund(
        court, IOrganisationRegistry(address(house)), IComplaintDesk(address(house)), address(forwarder)
    );

    receive() external payable {}

    function setUp() public {
        vm.warp(1_893_974_400);
        house.setParties(CUSTOMER, 77);
        vm.deal(address(this), 100 ether);
        vm.deal(ANN, 10 ether);
        vm.deal(BOB, 10 ether);
        court.count(5, 4000);
    }

    // Filling pots

    function test_TwoFillThePotAndTheRestGoesBack() public {
        _give(ANN, true, 0.03 ether);
        require(fund.missing(CASE, true) == TARGET - 0.03 ether && fund.missing(CASE, false) == TARGET, "missing");
        vm.expectEmit(address(fund));
        emit IAppealFund.Contributed(CASE, 0, true, BOB, uint96(TARGET - 0.03 ether));
        vm.expectEmit(address(fund));
        emit IAppealFund.Appealed(CASE, 0, true, uint96(COST), uint96(STAKE), 4000);
        _give(BOB, true, 1 ether);
        require(BOB.balance == 10 ether - TARGET + 0.03 ether, "the rest");
        require(address(court).balance == COST && address(fund).balance == STAKE, "price and stake");
        require(fund.levels(CASE) == 1 && court.phase(5) == RoundPhase.AwaitingSeed, "appealed");
        IAppealFund.Appeal memory appeal = fund.appeals(CASE, 0);
        require(appeal.higher && appeal.rulingBefore == 4000 && appeal.stake == STAKE && appeal.cost == COST, "appeal");
    }

    function test_OneWeiShortOpensNothing() public {
        _give(ANN, false, TARGET - 1);
        require(fund.levels(CASE) == 0, "opened");
        _give(ANN, false, 1);
        require(fund.levels(CASE) == 1, "not opened");
    }

    function test_Window() public {
        uint256 end = block.timestamp + 1 days;
        vm.warp(end - 1);
        _give(ANN, true, 1 ether - 0.95 ether);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NotRefundable.selector, CASE, 0, true));
        fund.refund(CASE, 0, true, ANN);
        for (uint256 late; late < 2; ++late) {
            vm.warp(end + late);
            vm.expectRevert(abi.encodeWithSelector(IAppealFund.WrongPhase.selector, CASE, RoundPhase.Decidable));
            fund.contribute{value: 1}(CASE, true);
        }
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.WrongPhase.selector, CASE, RoundPhase.Decidable));
        fund.missing(CASE, true);
        vm.warp(end);
        vm.expectEmit(address(fund));
        emit IAppealFund.Refunded(CASE, 0, true, ANN, 0.05 ether);
        fund.refund(CASE, 0, true, ANN);
        _allBackTo(ANN);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToRefund.selector, ANN));
        fund.refund(CASE, 0, true, ANN);
    }

    function test_RevertWhen_NothingIsGiven() public {
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingGiven.selector));
        fund.contribute(CASE, true);
    }

    // Refunds

    function test_TheUnfundedSideLosesNothing() public {
        _give(BOB, false, TARGET - 1);
        _give(ANN, true, TARGET);
        // Anyone may send it home, at once, and only once.
        fund.refund(CASE, 0, false, BOB);
        _allBackTo(BOB);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToRefund.selector, BOB));
        fund.refund(CASE, 0, false, BOB);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToRefund.selector, ANN));
        fund.refund(CASE, 0, false, ANN);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NotRefundable.selector, CASE, 0, true));
        fund.refund(CASE, 0, true, ANN);
    }

    function test_FuzzRefundsAreWhatWasPaid(uint96[6] calldata amounts, uint256 sides) public {
        uint256 total;
        uint256[6] memory given;
        for (uint256 i; i < 6; ++i) {
            bool higher = sides >> i & 1 == 1;
            uint256 amount = bound(amounts[i], 1, TARGET / 4);
            if (fund.missing(CASE, higher) <= amount) continue;
            _give(_payer(i), higher, amount);
            (given[i], total) = (amount, total + amount);
        }
        require(address(fund).balance == total, "held");
        pass(1 days);
        for (uint256 i; i < 6; ++i) {
            _drain(0, _payer(i));
            require(_payer(i).balance == given[i], "another amount than was paid");
        }
        require(address(fund).balance == 0, "something is left");
    }

    /// Whatever happened, everybody can take what is theirs, and no more than dust stays.
    function test_FuzzSolvent(uint256 random) public {
        uint256 spent;
        uint256 paid;
        for (uint256 step; step < 24; ++step) {
            random = uint256(keccak256(abi.encode(random)));
            bool higher = random & 1 == 1;
            uint256 left = fund.missing(CASE, higher);
            uint256 amount = bound(random >> 8, 1, left + left / 4);
            uint256 cost = court.appealCost(5);
            _give(_payer(random >> 2 & 3), higher, amount);
            paid += amount < left ? amount : left;
            if (amount < left) continue;
            spent += cost;
            court.count(5, random >> 16 & 0x1fff);
        }
        uint256 level = fund.levels(CASE);
        require(address(fund).balance == paid - spent, "held");
        if (level != 0) court.giveBack(5, 1 + random % level, 999);
        _ends(random & 2 == 2, random >> 16 & 0x1fff);
        for (uint256 i; i <= level; ++i) {
            if (i < level) fund.resolve(CASE, i);
            for (uint256 k; k < 4; ++k) {
                _drain(i, _payer(k));
                require(fund.credits(_payer(k)) == 0, "not paid out");
            }
        }
        require(address(fund).balance <= 8 * (level + 1), "more than dust");
    }

    function _payer(uint256 i) private pure returns (address) {
        return address(uint160(0xf000 + i));
    }

    function _drain(uint256 level, address payer) private {
        for (uint256 side; side < 2; ++side) {
            try fund.refund(CASE, level, side == 1, payer) {} catch {}
            vm.prank(payer);
            try fund.withdrawShare(CASE, level, side == 1) {} catch {}
        }
    }

    // The stake

    function test_MovedFarEnough() public {
        _appealed(true);
        _ends(false, 4500);
        vm.expectEmit(address(fund));
        emit IAppealFund.Resolved(CASE, 0, false, 4500, uint96(STAKE), 0);
        fund.resolve(CASE, 0);
        _share(ANN, true, STAKE);
        require(ANN.balance == 10 ether - COST, "the price is spent");
        _nothingToShare(ANN, true, 0);
    }

    function test_NotFarEnoughOrTheOtherWay() public {
        _appealed(true);
        _ends(false, 4499);
        vm.expectEmit(address(fund));
        emit IAppealFund.Resolved(CASE, 0, false, 4499, 0, uint96(STAKE));
        vm.expectEmit(address(fund));
        emit IAppealFund.BondPaid(ORGANISATION, uint96(STAKE));
        fund.resolve(CASE, 0);
        require(house.bond() == STAKE && address(fund).balance == 0, "to the bond");
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.AlreadyResolved.selector, CASE, 0));
        fund.resolve(CASE, 0);
    }

    function test_LowerGoesToTheCustomer() public {
        _appealed(false);
        _ends(false, 9000);
        fund.resolve(CASE, 0);
        require(CUSTOMER.balance == STAKE && address(fund).balance == 0 && house.bond() == 0, "to the customer");
    }

    function test_LowerMoved() public {
        _appealed(false);
        _ends(false, 3500);
        _share(ANN, false, STAKE);
    }

    function test_LowerMovedTooLittle() public {
        _appealed(false);
        _ends(false, 3501);
        fund.resolve(CASE, 0);
        require(CUSTOMER.balance == STAKE, "to the customer");
    }

    function test_RefusedOrSettledReturnsTheStake() public {
        _appealed(true);
        _ends(true, 0);
        _share(ANN, true, STAKE);
        require(house.bond() == 0, "the bond");
    }

    /// An appellant could have paid into the other pot as well, and so got its own stake back.
    function test_FuzzTheOtherPotGetsNothingOfTheStake(uint256 ann, uint256 bob) public {
        (ann, bob) = (bound(ann, 1, TARGET / 2), bound(bob, 1, TARGET / 2 - 1));
        _give(ANN, false, ann);
        _give(BOB, false, bob);
        fund.contribute{value: TARGET}(CASE, true);
        // Refunds before or after make no difference.
        fund.refund(CASE, 0, false, ANN);
        _ends(false, 100);
        fund.resolve(CASE, 0);
        require(house.bond() == STAKE, "party");
        _nothingToShare(ANN, false, 0);
        _nothingToShare(BOB, false, 0);
        _nothingToShare(address(this), true, 0);
        fund.refund(CASE, 0, false, BOB);
        _allBackTo(ANN);
        _allBackTo(BOB);
        require(address(fund).balance == 0, "something is left");
    }

    function test_EachLevelHasItsOwnPots() public {
        _appealed(true);
        // Higher came to 6000; Bob appeals that, lower, and is wrong.
        court.count(5, 6000);
        _give(ANN, true, 7);
        uint256 missing = fund.missing(CASE, false);
        require(missing == (COST + 1) + (COST + 1) / 2, "the price of the second");
        _give(BOB, false, missing);
        // The first stake is decided by the ruling that the second appeal was brought against.
        fund.resolve(CASE, 0);
        _share(ANN, true, STAKE);
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NotEnded.selector, CASE, 1));
        fund.resolve(CASE, 1);
        _ends(false, 6000);
        fund.resolve(CASE, 1);
        require(CUSTOMER.balance == (COST + 1) / 2, "to the customer");
        _nothingToShare(ANN, true, 1);
        fund.refund(CASE, 1, true, ANN);
        require(address(fund).balance == 0, "nothing stays");
    }

    function test_RevertWhen_ThereIsNoAppeal() public {
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.AppealUnknown.selector, CASE, 0));
        fund.resolve(CASE, 0);
        _give(ANN, true, 1);
        _nothingToShare(ANN, true, 0);
    }

    // The bond refuses

    function test_ABondThatRefusesDelaysNobody() public {
        _give(BOB, false, 5);
        _appealed(true);
        house.setShut(true);
        _ends(false, 4000);
        fund.resolve(CASE, 0);
        require(fund.owedToBond(ORGANISATION) == STAKE, "owed");
        fund.refund(CASE, 0, false, BOB);
        require(address(fund).balance == STAKE, "held for the bond");
        fund.payBond(ORGANISATION);
        require(fund.owedToBond(ORGANISATION) == STAKE, "still owed");
        house.setShut(false);
        fund.payBond(ORGANISATION);
        require(house.bond() == STAKE && address(fund).balance == 0, "paid");
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingOwed.selector, ORGANISATION));
        fund.payBond(ORGANISATION);
    }

    // Fees that come back

    function test_FeesComeBackBeforeAndAfterTheStake() public {
        _give(BOB, true, TARGET / 3);
        _appealed(true);
        court.giveBack(5, 1, 300);
        _share(BOB, true, 300 * (TARGET / 3) / TARGET);
        _ends(false, 4000);
        fund.resolve(CASE, 0);
        court.giveBack(5, 1, 700);
        _share(BOB, true, 1000 * (TARGET / 3) / TARGET - 300 * (TARGET / 3) / TARGET);
        _share(ANN, true, 1000 * (TARGET - TARGET / 3) / TARGET);
        require(address(fund).balance == 1, "the remainder");
    }

    function test_RevertWhen_FeesComeFromElsewhere() public {
        vm.expectRevert(abi.encodeWithSelector(IFeePayer.OnlyCourt.selector, address(this)));
        fund.takeBack{value: 1}(5, 1);
        _appealed(true);
        for (uint256 payment; payment < 3; payment += 2) {
            vm.expectRevert(abi.encodeWithSelector(IAppealFund.PaymentUnknown.selector, CASE, payment));
            court.giveBack(5, payment, 1);
        }
    }

    // Signed

    function test_ShareBySignature() public {
        address signer = vm.addr(0x516);
        vm.deal(signer, 1 ether);
        _give(signer, true, TARGET);
        _ends(true, 0);
        _act(0x516, abi.encodeCall(fund.withdrawShare, (CASE, 0, true)), 0);
        require(signer.balance == 1 ether - COST, "by signature");
    }

    function test_ASponsorsMoneyIsTheSponsors() public {
        _act(0x516, abi.encodeCall(fund.contribute, (CASE, true)), 50);
        require(fund.contribution(CASE, 0, true, address(this)).amount == 50, "the sponsor's");
        require(fund.pot(CASE, 0, true).raised == 50, "raised");
        // What is too much goes back to the sponsor, and nothing to the signer.
        _act(0x517, abi.encodeCall(fund.contribute, (CASE, true)), 1 ether);
        require(address(this).balance == 100 ether - TARGET && vm.addr(0x517).balance == 0, "the change");
    }

    function _act(uint256 key, bytes memory action, uint256 value) private {
        IForwarder.SignedAction memory signed = signAction(forwarder, address(fund), key, action, 9);
        forwarder.actWithSig{value: value}(signed);
    }

    // Parts of the above

    function _give(address payer, bool higher, uint256 amount) private {
        if (payer.balance < amount) vm.deal(payer, amount);
        vm.prank(payer);
        fund.contribute{value: amount}(CASE, higher);
    }

    /// Ann fills the pot with what is missing.
    function _appealed(bool higher) private {
        _give(ANN, higher, fund.missing(CASE, higher));
    }

    function _ends(bool refused, uint256 ruling) private {
        court.end(5, refused, ruling);
    }

    function _share(address payer, bool higher, uint256 amount) private {
        _share(payer, higher, 0, amount);
    }

    function _share(address payer, bool higher, uint256 level, uint256 amount) private {
        uint256 before = payer.balance;
        vm.prank(payer);
        fund.withdrawShare(CASE, level, higher);
        require(payer.balance == before + amount, "another share");
    }

    function _nothingToShare(address payer, bool higher, uint256 level) private {
        vm.expectRevert(abi.encodeWithSelector(IAppealFund.NothingToShare.selector, payer));
        vm.prank(payer);
        fund.withdrawShare(CASE, level, higher);
    }

    function _allBackTo(address payer) private view {
        require(payer.balance == 10 ether, "lost money");
    }
}
