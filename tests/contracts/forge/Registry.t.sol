// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IOrganisationRegistry as I} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {OrganisationId} from "../../../contracts/types/Ids.sol";
import {Policy, PolicyWord} from "../../../contracts/types/Policy.sol";
import {RegistryHouse} from "./RegistryHouse.sol";
import {Vm, vm} from "./Vm.sol";

/// Organisations, operators and policies. (tests/contracts/registry.tree)
contract RegistryTest is RegistryHouse {
    address private constant CLERK = address(0xc1e);

    function setUp() external {
        _build();
    }

    function test_RevertWhen_aFieldIsOutOfRange() external {
        // field, below the least, the least, the greatest, above it
        uint256[5][7] memory cases = [
            [uint256(1), 59, 60, 48 hours, 48 hours + 1],
            [uint256(2), 59, 60, 48 hours, 48 hours + 1],
            [uint256(3), 47, 48, 240, 241],
            [uint256(4), 23, 24, 4095, 4096],
            [uint256(5), 23, 24, 4095, 4096],
            [uint256(6), 8, 0, 7, 8],
            [uint256(7), 9, 10, 99, 100]
        ];
        for (uint256 i; i < cases.length; ++i) {
            (uint256 field, uint256 min, uint256 max) = (cases[i][0], cases[i][2], cases[i][3]);
            for (uint256 j = 1; j < 5; ++j) {
                Policy memory policy = _with(field, cases[i][j]);
                if (j == 1 || j == 4) {
                    vm.expectRevert(abi.encodeWithSelector(I.PolicyOutOfRange.selector, field, cases[i][j], min, max));
                }
                registry.register(policy, AGREEMENT);
            }
        }
        assert(registry.organisationCount() == 1 + 14);
    }

    function test_theCapIsADigitAndItsZeros() external {
        uint256[2][6] memory caps = [
            [uint256(0), 0],
            [uint256(10), 1e12],
            [uint256(13), 0.001 ether],
            [uint256(16), 1 ether],
            [uint256(59), 5000 ether],
            [uint256(99), 9000 ether]
        ];
        for (uint256 i; i < caps.length; ++i) {
            OrganisationId id = registry.register(_with(7, caps[i][0]), AGREEMENT);
            PolicyWord word = registry.policyOf(id, 1);
            assert(word.claimCap() == caps[i][1]);
            assert(word.track() == 0 && word.windows() >> 12 == 240);
        }
        PolicyWord outside = registry.policyOf(registry.register(_with(6, 7), AGREEMENT), 1);
        assert(outside.track() == 7 && outside.claimCap() == 2 ether);
    }

    function test_RevertWhen_thereAreTooMany() external {
        // The count is the first word of the contract that is 1.
        for (uint256 slot; registry.organisationCount() == 1; ++slot) {
            vm.store(address(registry), bytes32(slot), bytes32(uint256((1 << 20) - 1)));
        }
        vm.expectRevert(abi.encodeWithSelector(I.TooManyOrganisations.selector, (1 << 20) - 1));
        registry.register(_policy(), AGREEMENT);
    }

    function test_aNewVersionIsInForceAfterSevenDaysToTheSecond() external {
        vm.expectRevert(abi.encodeWithSelector(I.RoleMissing.selector, ORGANISATION, STRANGER, 4));
        vm.prank(STRANGER);
        registry.publishPolicy(ORGANISATION, _policy(), AGREEMENT);
        vm.prank(ADMIN);
        assert(registry.publishPolicy(ORGANISATION, _with(7, 11), bytes32(0)) == 2);
        vm.warp(START + 7 days - 1);
        _checkInForce(1, 2 ether);
        vm.expectRevert(abi.encodeWithSelector(I.PolicyPending.selector, ORGANISATION, 2, START + 7 days));
        vm.prank(ADMIN);
        registry.publishPolicy(ORGANISATION, _policy(), AGREEMENT);
        vm.warp(START + 7 days);
        _checkInForce(2, 1e13);
        vm.prank(ADMIN);
        assert(registry.publishPolicy(ORGANISATION, _policy(), AGREEMENT) == 3);
        _checkInForce(2, 1e13);
        vm.warp(START + 14 days + 1);
        _checkInForce(3, 2 ether);
        assert(registry.agreement(ORGANISATION, 2) == 0 && registry.agreement(ORGANISATION, 3) == AGREEMENT);
    }

    function test_RevertWhen_unknown() external {
        OrganisationId nobody = OrganisationId.wrap(9);
        vm.expectRevert(abi.encodeWithSelector(I.OrganisationUnknown.selector, nobody));
        registry.currentVersion(nobody);
        vm.expectRevert(abi.encodeWithSelector(I.OrganisationUnknown.selector, nobody));
        registry.windowsInForce(nobody);
        vm.expectRevert(abi.encodeWithSelector(I.OrganisationUnknown.selector, nobody));
        registry.depositBond{value: 1}(nobody);
        vm.expectRevert(abi.encodeWithSelector(I.PolicyUnknown.selector, ORGANISATION, 2));
        registry.policyOf(ORGANISATION, 2);
    }

    function test_anAccountGoesOneWay() external {
        vm.startPrank(ADMIN);
        for (uint8 roles; roles < 9; roles += 8) {
            vm.expectRevert(abi.encodeWithSelector(I.RolesInvalid.selector, roles));
            registry.nominateOperator(ORGANISATION, CLERK, roles);
        }
        registry.nominateOperator(ORGANISATION, CLERK, 3);
        _refuseNomination(CLERK);
        assert(registry.rolesOf(ORGANISATION, CLERK) == 0);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(I.NotNominated.selector, ORGANISATION, STRANGER));
        vm.prank(STRANGER);
        registry.acceptOperator(ORGANISATION);
        vm.roll(100);
        vm.prank(CLERK);
        registry.acceptOperator(ORGANISATION);
        assert(registry.rolesOf(ORGANISATION, CLERK) == 3);
        vm.startPrank(ADMIN);
        _refuseNomination(CLERK);
        vm.roll(200);
        registry.removeOperator(ORGANISATION, CLERK);
        _refuseNomination(CLERK);
        vm.expectRevert(abi.encodeWithSelector(I.NotOperator.selector, ORGANISATION, CLERK));
        registry.removeOperator(ORGANISATION, CLERK);
        vm.expectRevert(abi.encodeWithSelector(I.CannotRemoveSelf.selector, ADMIN));
        registry.removeOperator(ORGANISATION, ADMIN);
        // A nomination that was taken back stays so: an old signature cannot bring it again.
        registry.nominateOperator(ORGANISATION, STRANGER, 4);
        registry.removeOperator(ORGANISATION, STRANGER);
        _refuseNomination(STRANGER);
        vm.stopPrank();
        _checkPast();
    }

    function test_RevertWhen_theCallerIsNoAdministrator() external {
        vm.startPrank(STRANGER);
        bytes memory refused = abi.encodeWithSelector(I.RoleMissing.selector, ORGANISATION, STRANGER, 4);
        vm.expectRevert(refused);
        registry.nominateOperator(ORGANISATION, CLERK, 1);
        vm.expectRevert(refused);
        registry.removeOperator(ORGANISATION, ADMIN);
    }

    function test_onlyTheGuardianPauses() external {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.OnlyGuardian.selector, STRANGER));
        vm.prank(STRANGER);
        registry.setPaused(true);
        vm.prank(GUARDIAN);
        registry.setPaused(true);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.Paused.selector));
        registry.depositBond{value: 1}(ORGANISATION);
    }

    /// One call that reads one word.
    function test_theWindowsInForceAreCheapToRead() external view {
        uint256 before = gasleft();
        registry.windowsInForce(ORGANISATION);
        // 2 600 for the account, 2 100 for each word (one is this test's own), and what the code itself costs.
        assert(before - gasleft() < 2600 + 2 * 2100 + 1900);
    }

    /// Every event of every action, folded in order, gives the word on chain.
    function test_theTrailIsTheFoldOfTheEvents() external {
        bytes32 trail = registry.trail(ORGANISATION);
        vm.recordLogs();
        vm.startPrank(ADMIN);
        registry.publishPolicy(ORGANISATION, _with(6, 5), AGREEMENT);
        registry.nominateOperator(ORGANISATION, CLERK, 7);
        vm.stopPrank();
        vm.prank(CLERK);
        registry.acceptOperator(ORGANISATION);
        vm.prank(ADMIN);
        registry.removeOperator(ORGANISATION, CLERK);
        registry.depositBond{value: 10 ether}(ORGANISATION);
        vm.prank(address(desk));
        registry.charge(ORGANISATION, 1 ether, STRANGER);
        vm.startPrank(address(claims));
        registry.lock(ORGANISATION, 4 ether);
        registry.payLocked(ORGANISATION, 1 ether, STRANGER);
        registry.unlock(ORGANISATION, 3 ether);
        vm.stopPrank();
        vm.prank(ADMIN);
        registry.requestBondWithdrawal(ORGANISATION, 1 ether);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assert(logs.length == 10);
        for (uint256 i; i < logs.length; ++i) {
            trail = _folded(trail, logs[i], 2, START);
        }
        assert(registry.trail(ORGANISATION) == trail);
        vm.warp(START + 492 days);
        vm.recordLogs();
        vm.prank(ADMIN);
        registry.withdrawBond(ORGANISATION, payable(STRANGER));
        assert(registry.trail(ORGANISATION) == _folded(trail, vm.getRecordedLogs()[0], 2, START + 492 days));
    }

    function _with(uint256 field, uint256 value) private pure returns (Policy memory policy) {
        policy = _policy();
        if (field == 1) policy.acknowledgePeak = uint32(value);
        if (field == 2) policy.acknowledgeOffPeak = uint32(value);
        if (field == 3) policy.answerHours = uint16(value);
        if (field == 4) policy.confirmHours = uint16(value);
        if (field == 5) policy.protectionHours = uint16(value);
        if (field == 6) policy.track = uint8(value);
        if (field == 7) policy.claimCap = uint8(value);
    }

    function _checkInForce(uint16 version, uint256 cap) private view {
        (uint16 current, uint24 windows) = registry.windowsInForce(ORGANISATION);
        assert(current == version && registry.currentVersion(ORGANISATION) == version);
        PolicyWord word = registry.policyOf(ORGANISATION, version);
        assert(word.claimCap() == cap && word.windows() == windows);
    }

    function _refuseNomination(address account) private {
        vm.expectRevert(abi.encodeWithSelector(I.AlreadyOperator.selector, ORGANISATION, account));
        registry.nominateOperator(ORGANISATION, account, 1);
    }

    /// The clerk accepted in block 100 and was removed in block 200; the stranger never accepted.
    function _checkPast() private view {
        assert(!registry.wasOperator(ORGANISATION, CLERK, 100) && registry.wasOperator(ORGANISATION, CLERK, 101));
        assert(registry.wasOperator(ORGANISATION, CLERK, 200) && !registry.wasOperator(ORGANISATION, CLERK, 201));
        address[] memory all = new address[](4);
        (all[0], all[1], all[2], all[3]) = (ADMIN, STRANGER, CLERK, ADMIN);
        assert(registry.wereOperators(ORGANISATION, all, 150) == 13);
        assert(registry.wereOperators(ORGANISATION, all, 201) == 9);
        assert(registry.wereOperators(ORGANISATION, new address[](0), 201) == 0);
    }
}
