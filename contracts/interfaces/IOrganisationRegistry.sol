// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OrganisationId} from "../types/Ids.sol";
import {Policy, PolicyWord} from "../types/Policy.sol";

/// Organisations, the people who act for them, the policies they publish and the bond they post.
///
/// Roles are bits: 1 answers complaints, 2 handles money, 4 administers (policies, operators). Who registers has all.
/// Every event is folded into `trail[organisation]`; its first argument is the organisation.
interface IOrganisationRegistry {
    /// A new organisation; `actor` has all roles.
    event OrganisationRegistered(OrganisationId indexed organisation, address indexed actor);
    /// `policy` is a policy word (types/Policy.sol); `agreement` is the SHA-256 of the agreement's manifest.
    /// In force for orders paid at or after `effectiveAt` (Unix seconds), until the next version is.
    event PolicyPublished(
        OrganisationId indexed organisation,
        address indexed actor,
        uint16 version,
        PolicyWord policy,
        bytes32 agreement,
        uint40 effectiveAt
    );
    /// Nothing changes until `operator` accepts.
    event OperatorNominated(
        OrganisationId indexed organisation, address indexed actor, address indexed operator, uint8 roles
    );
    /// `actor` took the roles it was nominated for, and is now excluded from panels that hear the organisation.
    event OperatorAccepted(OrganisationId indexed organisation, address indexed actor, uint8 roles);
    /// `operator` has no roles any more, and never will have again.
    event OperatorRemoved(OrganisationId indexed organisation, address indexed actor, address indexed operator);
    /// `amount` wei were added to the bond.
    event BondDeposited(OrganisationId indexed organisation, address indexed actor, uint256 amount);
    /// Nothing leaves the bond before `readyAt` (Unix seconds).
    event BondWithdrawalRequested(
        OrganisationId indexed organisation, address indexed actor, uint96 amount, uint40 readyAt
    );
    /// `amount` wei left the bond after notice.
    event BondWithdrawn(OrganisationId indexed organisation, address indexed actor, address to, uint96 amount);
    /// A ruling took `amount` wei for `to`. The actor is the desk.
    event BondCharged(OrganisationId indexed organisation, address indexed actor, address indexed to, uint96 amount);

    error OrganisationUnknown(OrganisationId organisation);
    error TooManyOrganisations(uint256 limit);
    /// `field` is the position in `Policy`, from 0.
    error PolicyOutOfRange(uint256 field, uint256 value, uint256 min, uint256 max);
    /// A version was published that is not in force yet; wait for it.
    error PolicyPending(OrganisationId organisation, uint16 version, uint256 effectiveAt);
    error PolicyUnknown(OrganisationId organisation, uint16 version);
    error RoleMissing(OrganisationId organisation, address account, uint8 role);
    error RolesInvalid(uint8 roles);
    error NotNominated(OrganisationId organisation, address account);
    /// Has been an operator before: whoever left stays out, so that the past of a panel never changes.
    error AlreadyOperator(OrganisationId organisation, address account);
    error NotOperator(OrganisationId organisation, address account);
    /// An administrator cannot leave alone: another one removes it, so there always is one.
    error CannotRemoveSelf(address account);
    error NoDeposit();
    error BondTooSmall(OrganisationId organisation, uint256 available, uint256 requested);
    error WithdrawalNotReady(OrganisationId organisation, uint256 readyAt, uint256 current);
    error OnlyDesk(address caller);

    /// Organisations so far; ids run from 1 to it.
    function organisationCount() external view returns (uint256);
    /// The rolling hash of the organisation's events (libraries/Trail.sol).
    function trail(OrganisationId organisation) external view returns (bytes32);
    /// The policy version in force now. Reverts with `OrganisationUnknown`.
    function currentVersion(OrganisationId organisation) external view returns (uint16);
    /// The policy in force now, with its version. Reverts with `OrganisationUnknown`.
    function currentPolicy(OrganisationId organisation) external view returns (uint16 version, PolicyWord policy);
    /// A published policy's word, also of one that is not in force yet. Reverts with `PolicyUnknown`.
    function policy(OrganisationId organisation, uint16 version) external view returns (PolicyWord);
    function agreement(OrganisationId organisation, uint16 version) external view returns (bytes32);
    function rolesOf(OrganisationId organisation, address account) external view returns (uint8);
    /// Reverts with `RoleMissing`.
    function requireRole(OrganisationId organisation, address account, uint8 role) external view;
    /// Whether `account` was an operator as block `blockNumber` began; the answer for a block already here never changes.
    function wasOperator(OrganisationId organisation, address account, uint256 blockNumber) external view returns (bool);
    /// The bond in wei, and the part that open cases hold.
    function bond(OrganisationId organisation) external view returns (uint96 balance, uint96 reserved);

    /// Registers the caller's organisation with its first policy, in force at once.
    function register(Policy calldata policy, bytes32 agreement) external returns (OrganisationId);
    /// Publishes the next version, in force after seven days. Role 4.
    function publishPolicy(OrganisationId organisation, Policy calldata policy, bytes32 agreement)
        external
        returns (uint16 version);
    /// Offers `account` the given roles. Role 4. Nothing changes until it accepts.
    function nominateOperator(OrganisationId organisation, address account, uint8 roles) external;
    function acceptOperator(OrganisationId organisation) external;
    /// For good: who comes back needs a new account. Role 4.
    function removeOperator(OrganisationId organisation, address account) external;

    /// Adds to the bond; anyone may.
    function depositBond(OrganisationId organisation) external payable;
    /// Announces a withdrawal; a later one replaces it. Role 2.
    function requestBondWithdrawal(OrganisationId organisation, uint96 amount) external;
    /// Pays out an announced withdrawal, as far as open cases do not hold it; the rest stays announced. Role 2.
    function withdrawBond(OrganisationId organisation, address payable to) external;

    /// Holds `amount` wei for a case if that much is free. Only the desk.
    function reserve(OrganisationId organisation, uint96 amount) external returns (bool held);
    /// Ends a hold of `amount` and pays `charge` of it to `to`. Only the desk.
    function settle(OrganisationId organisation, uint96 amount, uint96 charge, address to) external;
}
