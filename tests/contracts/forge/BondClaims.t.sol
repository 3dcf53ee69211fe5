// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClaimState, IBondClaims as I} from "../../../contracts/interfaces/IBondClaims.sol";
import {ICaseFund} from "../../../contracts/interfaces/ICaseFund.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ComplaintState} from "../../../contracts/types/Complaint.sol";
import {ComplaintId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {Refusal} from "./EscrowReceivers.sol";
import {RegistryHouse} from "./RegistryHouse.sol";
import {checkType} from "./Signing.sol";
import {Vm, vm} from "./Vm.sol";

/// Claims against a bond, each by itself. (tests/contracts/claims.tree)
contract BondClaimsTest is RegistryHouse {
    ComplaintId private constant FIRST = ComplaintId.wrap(1);
    ComplaintId private constant NONE = ComplaintId.wrap(0);
    uint96 private constant DEPOSIT = 0.02 ether;

    function setUp() external {
        _build();
        registry.depositBond{value: 100 ether}(ORGANISATION);
    }

    function test_RevertWhen_theClaimIsNotAllowed() external {
        bytes4 tooLarge = I.ClaimTooLarge.selector;
        _refuse(1, 2 ether + 1, 0, abi.encodeWithSelector(tooLarge, ORGANISATION, 2 ether + 1, 2 ether));
        _refuse(2, 1 ether, DEPOSIT, abi.encodeWithSelector(I.VersionNotCurrent.selector, ORGANISATION, 2, 1));
        _refuse(1, 0, 0, abi.encodeWithSelector(I.AmountInvalid.selector, 0));
        bytes4 deposit = I.DepositInvalid.selector;
        _refuse(1, 1 ether, DEPOSIT - 1, abi.encodeWithSelector(deposit, DEPOSIT - 1, DEPOSIT));
        _refuse(1, 1 ether, DEPOSIT + 1, abi.encodeWithSelector(deposit, DEPOSIT + 1, DEPOSIT));
        // One wei of claim costs one wei of deposit.
        _refuse(1, 1, 0, abi.encodeWithSelector(deposit, 0, 1));
        _claim(1 ether, 0);
        bytes32 key = _order(0).key();
        _refuse(1, 1 ether, DEPOSIT, abi.encodeWithSelector(I.ClaimExists.selector, key));
        vm.prank(address(claims));
        registry.lock(ORGANISATION, 85 ether);
        (uint16 version, uint256 most) = claims.limit(ORGANISATION);
        assert(version == 1 && most == 0.4 ether);
        _refuse(1, 0.4 ether + 1, 0, abi.encodeWithSelector(tooLarge, ORGANISATION, 0.4 ether + 1, 0.4 ether));
        _claim(0.4 ether, 1);
    }

    function test_aClaimHoldsItsAmountEvenWhilePaused() external {
        vm.prank(GUARDIAN);
        registry.setPaused(true);
        vm.recordLogs();
        _claim(1 ether, 0);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 100 ether && locked == 1 ether && address(claims).balance == DEPOSIT);
        bytes32 key = _order(0).key();
        (uint96 amount, ComplaintId complaint, uint40 claimedAt, ClaimState state, address payer) = claims.claims(key);
        assert(amount == 1 ether && complaint == FIRST && claimedAt == START && state == ClaimState.Open);
        assert(payer == CUSTOMER && claims.claimOf(FIRST) == key);
        assert(claims.valueOf(_order(0), FIRST) == 1 ether);
        // The trail: genesis, then what was emitted.
        bytes32 trail = keccak256(abi.encode("redress-trail/1", block.chainid, address(claims), key));
        trail = _folded(trail, vm.getRecordedLogs()[0], 3, START);
        vm.warp(START + 5 days);
        assert(claims.claimTrail(_order(0)) == trail);
        vm.recordLogs();
        bytes32 last = desk.divide(_order(0), FIRST, 4000, 1 ether).trail;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == I.Split.selector) trail = _folded(trail, logs[i], 3, START + 5 days);
        }
        assert(last == trail && claims.claimTrail(_order(0)) == 0 && claims.claimTrail(_order(9)) == 0);
    }

    function test_onlyTheDeskDecides() external {
        _claim(1 ether, 0);
        Order memory order = _order(0);
        bytes memory refused = abi.encodeWithSelector(ICaseFund.OnlyDesk.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(refused);
        claims.open(order, FIRST);
        vm.expectRevert(refused);
        claims.close(order, FIRST);
        vm.expectRevert(refused);
        claims.divide(order, FIRST, 0, 0);
        vm.expectRevert(refused);
        claims.splitFunded(order, FIRST, 0);
    }

    function test_theDeskCannotTakeAnotherClaimFor() external {
        _claim(1 ether, 0);
        bytes4 selector = I.ClaimOfAnotherComplaint.selector;
        ComplaintId other = ComplaintId.wrap(2);
        bytes32 key = _order(0).key();
        vm.expectRevert(abi.encodeWithSelector(selector, key, other, FIRST));
        desk.divide(_order(0), other, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(selector, key, other, FIRST));
        desk.splitFunded(_order(0), other, 0);
        vm.expectRevert(abi.encodeWithSelector(selector, key, other, FIRST));
        desk.close(_order(0), other);
        vm.expectRevert(abi.encodeWithSelector(selector, key, other, FIRST));
        claims.valueOf(_order(0), other);
        bytes32 unknown = _order(1).key();
        vm.expectRevert(abi.encodeWithSelector(selector, unknown, FIRST, NONE));
        desk.close(_order(1), FIRST);
        // Filed at the desk as if it were an order: there is no such money.
        vm.expectRevert(abi.encodeWithSelector(I.ClaimNotFiling.selector, unknown, ClaimState.None));
        desk.open(_order(1), other);
        vm.expectRevert(abi.encodeWithSelector(I.ClaimNotFiling.selector, key, ClaimState.Open));
        desk.open(_order(0), other);
        // Divided once.
        desk.divide(_order(0), FIRST, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(selector, key, FIRST, FIRST));
        desk.divide(_order(0), FIRST, 10_000, 0);
    }

    function test_aWithdrawnClaimLeavesAllAsItWas() external {
        _claim(1 ether, 0);
        desk.close(_order(0), FIRST);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 100 ether && locked == 0);
        assert(CUSTOMER.balance == 1000 ether && address(claims).balance == 0);
        _refuse(1, 1 ether, DEPOSIT, abi.encodeWithSelector(I.ClaimExists.selector, _order(0).key()));
    }

    /// The whole of 1 ether + 1 wei, whose deposit is 0.02 ether + 1 wei, at any share, with any costs.
    function testFuzz_aRulingDividesTheHeldAmount(uint16 share, uint96 owed) external {
        share %= 10_001;
        owed %= 200 ether;
        uint96 amount = 1 ether + 1;
        uint256 deposit = DEPOSIT + 1;
        assert(claims.depositFor(amount) == deposit);
        _claim(amount, 0);
        ICaseFund.Division memory d = desk.divide(_order(0), FIRST, share, owed);
        uint256 part = uint256(amount) * share / 10_000;
        uint256 back = share >= 5000 ? deposit : deposit * share / 5000;
        uint256 free = 100 ether - part + deposit - back;
        assert(d.costPaid == (owed < free ? owed : free));
        assert(d.toCustomer == part + d.costPaid && d.toOrganisation == amount - part);
        assert(d.confirmSeconds == 72 hours);
        assert(CUSTOMER.balance == 1000 ether - deposit + back + d.toCustomer);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == free - d.costPaid && locked == 0);
        assert(address(registry).balance == balance && address(claims).balance == 0);
    }

    function test_theDepositGoesBackToWhoeverPaidIt() external {
        bytes memory action = abi.encodeCall(claims.claim, (ORGANISATION, 1, 1 ether, 0, 10_000, 2, 0));
        _act(address(claims), CUSTOMER_KEY, 0, action, DEPOSIT);
        desk.divide(_order(0), FIRST, 2500, 0);
        assert(CUSTOMER.balance == 1000.25 ether && RELAYER.balance == 1000 ether - DEPOSIT / 2);
        (uint256 balance,) = _bond();
        assert(balance == 99.75 ether + DEPOSIT / 2);
    }

    function test_whatIsRefusedWaits() external {
        Refusal refusing = new Refusal();
        vm.deal(address(refusing), DEPOSIT);
        vm.prank(address(refusing));
        claims.claim{value: DEPOSIT}(ORGANISATION, 1, 1 ether, 0, 10_000, 2, 0);
        Order memory order = Order(ORGANISATION, 1, address(refusing), address(claims), 0);
        desk.divide(order, FIRST, 5000, 0);
        assert(registry.credits(address(refusing)) == 0.5 ether && claims.credits(address(refusing)) == DEPOSIT);
        vm.prank(address(refusing));
        claims.withdrawTo(payable(STRANGER));
        assert(STRANGER.balance == 1000 ether + DEPOSIT);
    }

    function test_RevertWhen_moneyIsSentForNoClaim() external {
        vm.expectRevert(abi.encodeWithSelector(I.ClaimNotOpen.selector, FIRST));
        claims.fund{value: 1}(FIRST);
        _claim(1 ether, 0);
        vm.expectRevert(abi.encodeWithSelector(I.AmountInvalid.selector, 0));
        claims.fund(FIRST);
        vm.deal(address(this), 1 << 96);
        vm.expectRevert(abi.encodeWithSelector(I.AmountInvalid.selector, 1 << 96));
        claims.fund{value: 1 << 96}(FIRST);
        desk.close(_order(0), FIRST);
        vm.expectRevert(abi.encodeWithSelector(I.ClaimNotOpen.selector, FIRST));
        claims.fund{value: 1}(FIRST);
    }

    function test_anAgreementIsPaidOutOfWhatWasSent() external {
        _claim(1 ether, 0);
        assert(!claims.covers(FIRST, 1) && claims.covers(FIRST, 0));
        vm.expectRevert(abi.encodeWithSelector(I.FundingTooSmall.selector, FIRST, 0, 0.3 ether));
        desk.splitFunded(_order(0), FIRST, 3000);
        _fund(ADMIN, 0.3 ether - 1);
        assert(!claims.covers(FIRST, 3000));
        _fund(STRANGER, 1);
        assert(claims.covers(FIRST, 3000) && !claims.covers(FIRST, 3001));
        _fund(STRANGER, 0.3 ether - 1);
        ICaseFund.Division memory d = desk.splitFunded(_order(0), FIRST, 3000);
        assert(d.toCustomer == 0.3 ether && d.toOrganisation == 0.7 ether && d.costPaid == 0);
        assert(CUSTOMER.balance == 1000.3 ether);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 100 ether && locked == 0);
        // Half of all that was sent is left, to each in proportion, the odd wei to the last.
        assert(_takeBack(ADMIN) == 0.15 ether - 1 && _takeBack(STRANGER) == 0.15 ether);
        assert(address(claims).balance == 0);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingToWithdraw.selector, ADMIN));
        _takeBack(ADMIN);
    }

    function test_whatWasSentIsBoundOnlyWhileAnOfferStandsOnIt() external {
        _claim(1 ether, 0);
        ComplaintState[3] memory free = [ComplaintState.Filed, ComplaintState.Asked, ComplaintState.Escalated];
        for (uint256 i; i < free.length; ++i) {
            _fund(ADMIN, 1 ether);
            desk.say(FIRST, free[i]);
            assert(_takeBack(ADMIN) == 1 ether);
        }
        _fund(ADMIN, 1 ether);
        desk.say(FIRST, ComplaintState.Offered);
        vm.expectRevert(abi.encodeWithSelector(I.FundingBound.selector, FIRST));
        _takeBack(ADMIN);
        // What the desk does is the desk's, but the end of the claim is known here.
        desk.close(_order(0), FIRST);
        address refusing = address(new Refusal());
        vm.expectRevert(abi.encodeWithSelector(IPayouts.TransferFailed.selector, refusing, 1 ether));
        vm.prank(ADMIN);
        claims.withdrawFunding(FIRST, payable(refusing));
        assert(_takeBack(ADMIN) == 1 ether && address(claims).balance == 0);
    }

    function test_aRulingLeavesWhatWasSentAlone() external {
        _claim(1 ether, 0);
        _fund(ADMIN, 1 ether);
        desk.divide(_order(0), FIRST, 10_000, 0);
        assert(_takeBack(ADMIN) == 1 ether);
    }

    function test_everyActionBySignature() external {
        _act(
            address(claims),
            CUSTOMER_KEY,
            0,
            abi.encodeCall(claims.claim, (ORGANISATION, 1, 1 ether, 0, 10_000, 2, 0)),
            DEPOSIT
        );
        // What a relayer sends is the relayer's, whoever asked for it.
        _act(address(claims), ADMIN_KEY, 0, abi.encodeCall(claims.fund, (FIRST)), 1 ether);
        assert(claims.sentBy(FIRST, RELAYER) == 1 ether && claims.sentBy(FIRST, ADMIN) == 0);
        _fund(ADMIN, 2 ether);
        _act(address(claims), ADMIN_KEY, 1, abi.encodeCall(claims.withdrawFunding, (FIRST, payable(STRANGER))), 0);
        assert(STRANGER.balance == 1002 ether);
        (uint96 sent, uint96 left) = claims.funding(FIRST);
        assert(sent == 1 ether && left == 1 ether);
        checkType(
            forwarder,
            I.claim.selector,
            "Claim(uint24 organisation,uint16 version,uint96 amount,bytes32 ref,uint16 demand,uint8 category,bytes32 digest,"
        );
        checkType(forwarder, I.fund.selector, "Fund(uint64 complaint,");
        checkType(forwarder, I.withdrawFunding.selector, "WithdrawFunding(uint64 complaint,address to,");
        assert(
            forwarder.typeHash(IPayouts.withdrawTo.selector) != 0 && forwarder.typeHash(ICaseFund.divide.selector) == 0
        );
    }

    function _order(uint256 ref) private view returns (Order memory) {
        return Order(ORGANISATION, 1, CUSTOMER, address(claims), bytes32(ref));
    }

    function _claim(uint96 amount, uint256 ref) private {
        uint256 deposit = claims.depositFor(amount);
        vm.prank(CUSTOMER);
        claims.claim{value: deposit}(ORGANISATION, 1, amount, bytes32(ref), 10_000, 2, 0);
    }

    function _refuse(uint16 version, uint96 amount, uint256 value, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(CUSTOMER);
        claims.claim{value: value}(ORGANISATION, version, amount, 0, 10_000, 2, 0);
    }

    function _fund(address payer, uint256 amount) private {
        vm.prank(payer);
        claims.fund{value: amount}(FIRST);
    }

    function _takeBack(address payer) private returns (uint256) {
        uint256 before = payer.balance;
        vm.prank(payer);
        claims.withdrawFunding(FIRST, payable(payer));
        return payer.balance - before;
    }
}
