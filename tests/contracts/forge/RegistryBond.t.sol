// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IOrganisationRegistry as I} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {Policy} from "../../../contracts/types/Policy.sol";
import {Refusal} from "./EscrowReceivers.sol";
import {RegistryHouse} from "./RegistryHouse.sol";
import {checkType, signAction} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// The bond, and each action by signature. (tests/contracts/registry.tree)
contract RegistryBondTest is RegistryHouse {
    uint256 private constant HOUSE_NOTICE = 247 days;
    uint256 private constant OUTSIDE_NOTICE = 492 days;
    uint256 private constant CLERK_KEY = 0xc1e;

    function setUp() external {
        _build();
        registry.depositBond{value: 100 ether}(ORGANISATION);
    }

    function test_RevertWhen_theAmountIsInvalid() external {
        vm.expectRevert(abi.encodeWithSelector(I.AmountInvalid.selector, 0));
        registry.depositBond(ORGANISATION);
        vm.deal(address(this), 1 << 96);
        vm.expectRevert(abi.encodeWithSelector(I.AmountInvalid.selector, 1 << 96));
        registry.depositBond{value: 1 << 96}(ORGANISATION);
        vm.startPrank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(I.BondTooSmall.selector, ORGANISATION, 100 ether, 100 ether + 1));
        registry.requestBondWithdrawal(ORGANISATION, 100 ether + 1);
    }

    function test_RevertWhen_theCallerHasNotTheMoney() external {
        vm.startPrank(STRANGER);
        bytes memory refused = abi.encodeWithSelector(I.RoleMissing.selector, ORGANISATION, STRANGER, 2);
        vm.expectRevert(refused);
        registry.requestBondWithdrawal(ORGANISATION, 1);
        vm.expectRevert(refused);
        registry.withdrawBond(ORGANISATION, payable(STRANGER));
    }

    function test_aWithdrawalWaitsAndLapsesToTheSecond() external {
        vm.startPrank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(I.WithdrawalNotReady.selector, ORGANISATION, 0, START));
        registry.withdrawBond(ORGANISATION, payable(ADMIN));
        registry.requestBondWithdrawal(ORGANISATION, 60 ether);
        uint256 readyAt = START + HOUSE_NOTICE;
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(I.WithdrawalNotReady.selector, ORGANISATION, readyAt, readyAt - 1));
        registry.withdrawBond(ORGANISATION, payable(ADMIN));
        vm.stopPrank();
        vm.prank(address(claims));
        registry.lock(ORGANISATION, 90 ether);
        vm.startPrank(ADMIN);
        vm.warp(readyAt);
        _withdraw(10 ether);
        vm.expectRevert(abi.encodeWithSelector(I.BondTooSmall.selector, ORGANISATION, 0, 50 ether));
        registry.withdrawBond(ORGANISATION, payable(STRANGER));
        vm.stopPrank();
        vm.prank(address(claims));
        registry.unlock(ORGANISATION, 20 ether);
        vm.startPrank(ADMIN);
        vm.warp(readyAt + 1);
        _withdraw(20 ether);
        vm.warp(readyAt + 30 days - 1);
        registry.depositBond{value: 1 ether}(ORGANISATION);
        _withdraw(1 ether);
        for (uint256 late; late < 2; ++late) {
            uint256 lapsedAt = readyAt + 30 days;
            vm.warp(lapsedAt + late);
            vm.expectRevert(
                abi.encodeWithSelector(I.WithdrawalLapsed.selector, ORGANISATION, lapsedAt, lapsedAt + late)
            );
            registry.withdrawBond(ORGANISATION, payable(ADMIN));
        }
    }

    function test_anAnnouncedAmountIsPaidOnce() external {
        vm.startPrank(ADMIN);
        registry.requestBondWithdrawal(ORGANISATION, 60 ether);
        uint256 readyAt = START + HOUSE_NOTICE;
        vm.warp(readyAt);
        address refusing = address(new Refusal());
        vm.expectRevert(abi.encodeWithSelector(IPayouts.TransferFailed.selector, refusing, 60 ether));
        registry.withdrawBond(ORGANISATION, payable(refusing));
        _withdraw(60 ether);
        vm.expectRevert(abi.encodeWithSelector(I.WithdrawalNotReady.selector, ORGANISATION, readyAt, readyAt));
        registry.withdrawBond(ORGANISATION, payable(ADMIN));
        // The next announcement starts the clock anew, and replaces the one before.
        registry.requestBondWithdrawal(ORGANISATION, 1 ether);
        registry.requestBondWithdrawal(ORGANISATION, 2 ether);
        (uint96 amount, uint40 ready, uint40 lapses) = registry.withdrawal(ORGANISATION);
        assert(amount == 2 ether && ready == readyAt + HOUSE_NOTICE && lapses == ready + 30 days);
    }

    function test_whoHasEverNamedArbitratorsOutsideWaitsForThem() external {
        assert(registry.bondNotice(ORGANISATION) == HOUSE_NOTICE);
        Policy memory policy = _policy();
        policy.track = 4;
        vm.startPrank(ADMIN);
        registry.publishPolicy(ORGANISATION, policy, AGREEMENT);
        assert(registry.bondNotice(ORGANISATION) == OUTSIDE_NOTICE);
        vm.warp(START + 7 days);
        registry.publishPolicy(ORGANISATION, _policy(), AGREEMENT);
        assert(registry.bondNotice(ORGANISATION) == OUTSIDE_NOTICE);
        registry.requestBondWithdrawal(ORGANISATION, 1 ether);
        (, uint40 readyAt,) = registry.withdrawal(ORGANISATION);
        assert(readyAt == START + 7 days + OUTSIDE_NOTICE);
    }

    function test_aChargeTakesWhatIsFree() external {
        vm.expectRevert(abi.encodeWithSelector(I.OnlyDesk.selector, STRANGER));
        vm.prank(STRANGER);
        registry.charge(ORGANISATION, 1, STRANGER);
        vm.prank(address(claims));
        registry.lock(ORGANISATION, 90 ether);
        address refusing = address(new Refusal());
        vm.startPrank(address(desk));
        assert(registry.charge(ORGANISATION, 4 ether, STRANGER) == 4 ether);
        assert(STRANGER.balance == 1004 ether);
        assert(registry.charge(ORGANISATION, 7 ether, refusing) == 6 ether);
        assert(registry.credits(refusing) == 6 ether);
        bytes32 trail = registry.trail(ORGANISATION);
        assert(registry.charge(ORGANISATION, 1, STRANGER) == 0 && registry.charge(ORGANISATION, 0, STRANGER) == 0);
        assert(registry.trail(ORGANISATION) == trail);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 90 ether && locked == 90 ether);
        assert(address(registry).balance == balance + 6 ether);
        vm.stopPrank();
        vm.prank(address(claims));
        assert(registry.charge(ORGANISATION, 1, STRANGER) == 0);
    }

    function test_onlyClaimsHoldTheBond() external {
        bytes memory refused = abi.encodeWithSelector(I.OnlyClaims.selector, address(desk));
        vm.deal(address(desk), 1);
        vm.startPrank(address(desk));
        vm.expectRevert(refused);
        registry.lock(ORGANISATION, 1);
        vm.expectRevert(refused);
        registry.unlock(ORGANISATION, 1);
        vm.expectRevert(refused);
        registry.payLocked(ORGANISATION, 1, STRANGER);
        vm.expectRevert(refused);
        registry.forfeit{value: 1}(ORGANISATION);
        vm.stopPrank();
        vm.deal(address(claims), 1 ether);
        vm.startPrank(address(claims));
        vm.expectRevert(abi.encodeWithSelector(I.BondTooSmall.selector, ORGANISATION, 100 ether, 100 ether + 1));
        registry.lock(ORGANISATION, 100 ether + 1);
        registry.lock(ORGANISATION, 100 ether);
        vm.stopPrank();
        vm.prank(GUARDIAN);
        registry.setPaused(true);
        vm.startPrank(address(claims));
        registry.forfeit{value: 1 ether}(ORGANISATION);
        registry.payLocked(ORGANISATION, 100 ether, STRANGER);
        assert(STRANGER.balance == 1100 ether);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 1 ether && locked == 0);
        // Not held any more: the arithmetic refuses.
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        registry.payLocked(ORGANISATION, 1, STRANGER);
    }

    function test_everyActionBySignature() external {
        address clerk = vm.addr(CLERK_KEY);
        _act(
            address(registry),
            ADMIN_KEY,
            0,
            abi.encodeCall(registry.publishPolicy, (ORGANISATION, _policy(), AGREEMENT)),
            0
        );
        assert(registry.agreement(ORGANISATION, 2) == AGREEMENT);
        _act(address(registry), ADMIN_KEY, 1, abi.encodeCall(registry.nominateOperator, (ORGANISATION, clerk, 2)), 0);
        _act(address(registry), CLERK_KEY, 0, abi.encodeCall(registry.acceptOperator, (ORGANISATION)), 0);
        assert(registry.rolesOf(ORGANISATION, clerk) == 2);
        _act(
            address(registry), CLERK_KEY, 1, abi.encodeCall(registry.requestBondWithdrawal, (ORGANISATION, 1 ether)), 0
        );
        vm.warp(START + HOUSE_NOTICE);
        _act(
            address(registry), CLERK_KEY, 2, abi.encodeCall(registry.withdrawBond, (ORGANISATION, payable(STRANGER))), 0
        );
        assert(STRANGER.balance == 1001 ether);
        _act(address(registry), ADMIN_KEY, 2, abi.encodeCall(registry.removeOperator, (ORGANISATION, clerk)), 0);
        assert(registry.rolesOf(ORGANISATION, clerk) == 0);
        _act(address(registry), CLERK_KEY, 3, abi.encodeCall(registry.register, (_policy(), AGREEMENT)), 0);
        assert(registry.organisationCount() == 2);
        _act(address(registry), CLERK_KEY, 4, abi.encodeCall(registry.depositBond, (ORGANISATION)), 3 ether);
        (uint256 balance,) = _bond();
        assert(balance == 102 ether && RELAYER.balance == 997 ether);
        // What anyone else signs carries the signer's own rights, whoever brings it.
        bytes memory action = abi.encodeCall(registry.requestBondWithdrawal, (ORGANISATION, 1));
        IForwarder.SignedAction memory signed = signAction(forwarder, address(registry), CLERK_KEY, action, 5);
        vm.expectRevert(abi.encodeWithSelector(I.RoleMissing.selector, ORGANISATION, clerk, 2));
        vm.prank(ADMIN);
        forwarder.actWithSig(signed);
    }

    function test_theTypesSayWhatIsCalled() external view {
        string memory policy = "uint168 peakMask,uint32 acknowledgePeak,uint32 acknowledgeOffPeak,uint16 answerHours,"
            "uint16 confirmHours,uint16 protectionHours,uint8 track,uint8 claimCap,bytes32 agreement,";
        checkType(forwarder, I.register.selector, string.concat("Register(", policy));
        checkType(forwarder, I.publishPolicy.selector, string.concat("PublishPolicy(uint24 organisation,", policy));
        checkType(
            forwarder, I.nominateOperator.selector, "NominateOperator(uint24 organisation,address account,uint8 roles,"
        );
        checkType(forwarder, I.acceptOperator.selector, "AcceptOperator(uint24 organisation,");
        checkType(forwarder, I.removeOperator.selector, "RemoveOperator(uint24 organisation,address account,");
        checkType(forwarder, I.depositBond.selector, "DepositBond(uint24 organisation,");
        checkType(
            forwarder, I.requestBondWithdrawal.selector, "RequestBondWithdrawal(uint24 organisation,uint96 amount,"
        );
        checkType(forwarder, I.withdrawBond.selector, "WithdrawBond(uint24 organisation,address to,");
        assert(forwarder.typeHash(IPayouts.withdrawTo.selector) != 0);
        assert(forwarder.typeHash(I.charge.selector) == 0 && forwarder.typeHash(I.payLocked.selector) == 0);
    }

    function _withdraw(uint256 expected) private {
        uint256 before = STRANGER.balance;
        registry.withdrawBond(ORGANISATION, payable(STRANGER));
        assert(STRANGER.balance - before == expected);
        (uint256 balance,) = _bond();
        assert(address(registry).balance == balance);
    }
}
