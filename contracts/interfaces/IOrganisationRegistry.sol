// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OrganisationId} from "../types/Ids.sol";
import {Policy, PolicyWord} from "../types/Policy.sol";

/// Organisations, the people who act for them, the policies they publish and the bond they post.
///
/// Roles are bits: 1 answers complaints, 2 handles money, 4 administers (policies, operators). Who registers has all.
/// An account goes one way: nominated, operator, gone. So no signed nomination can undo what was done after it.
/// Money leaves a bond by a ruling, or after notice; by nothing else.
/// Every event is folded into `trail[organisation]`; its first argument is the organisation, its actor who acted.
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
    /// `amount` wei were added to the bond; by the claims' contract where a claim lost its deposit.
    event BondDeposited(OrganisationId indexed organisation, address indexed actor, uint256 amount);
    /// `amount` wei may leave the bond from `readyAt` until before `lapsesAt` (Unix seconds).
    event BondWithdrawalRequested(
        OrganisationId indexed organisation, address indexed actor, uint96 amount, uint40 readyAt, uint40 lapsesAt
    );
    /// `amount` wei left the bond after notice.
    event BondWithdrawn(OrganisationId indexed organisation, address indexed actor, address to, uint96 amount);
    /// A ruling took `amount` wei of costs for `to`, out of what no claim holds. The actor is the desk, or the claims'
    /// contract.
    event BondCharged(OrganisationId indexed organisation, address indexed actor, address indexed to, uint96 amount);
    /// A claim holds `amount` wei more of the bond. The actor of this and the next two is the claims' contract.
    event BondLocked(OrganisationId indexed organisation, address indexed actor, uint96 amount);
    /// A claim holds `amount` wei no more; they are free again.
    event BondUnlocked(OrganisationId indexed organisation, address indexed actor, uint96 amount);
    /// A ruling took `amount` wei that a claim held, for `to`.
    event BondPaid(OrganisationId indexed organisation, address indexed actor, address indexed to, uint96 amount);

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
    /// Is nominated or an operator, or was: whoever left stays out, so that the past of a panel never changes.
    error AlreadyOperator(OrganisationId organisation, address account);
    error NotOperator(OrganisationId organisation, address account);
    /// An administrator cannot leave alone: another one removes it, so there always is one.
    error CannotRemoveSelf(address account);
    /// Nothing, or 2^96 wei and more.
    error AmountInvalid(uint256 amount);
    error BondTooSmall(OrganisationId organisation, uint256 available, uint256 requested);
    error WithdrawalNotReady(OrganisationId organisation, uint256 readyAt, uint256 current);
    /// Announce it again: an announcement is not a door that stays open.
    error WithdrawalLapsed(OrganisationId organisation, uint256 lapsedAt, uint256 current);
    error OnlyDesk(address caller);
    error OnlyClaims(address caller);

    /// Organisations so far; ids run from 1 to it.
    function organisationCount() external view returns (uint256);
    /// The rolling hash of the organisation's events (libraries/Trail.sol).
    function trail(OrganisationId organisation) external view returns (bytes32);
    /// The policy version in force now. Reverts with `OrganisationUnknown`.
    function currentVersion(OrganisationId organisation) external view returns (uint16);
    /// The policy version in force now, and what an order takes along of it: confirmHours 12 | protectionHours 12. Reverts
    /// with `OrganisationUnknown`.
    function windowsInForce(OrganisationId organisation) external view returns (uint16 version, uint24 windows);
    /// A published policy's word, also of one that is not in force yet. Reverts with `PolicyUnknown`.
    function policyOf(OrganisationId organisation, uint16 version) external view returns (PolicyWord);
    function agreement(OrganisationId organisation, uint16 version) external view returns (bytes32);
    function rolesOf(OrganisationId organisation, address account) external view returns (uint8);
    /// Reverts with `RoleMissing`.
    function requireRole(OrganisationId organisation, address account, uint8 role) external view;
    /// Whether `account` was an operator as block `blockNumber` began; the answer for a block already here never changes.
    function wasOperator(OrganisationId organisation, address account, uint256 blockNumber) external view returns (bool);
    /// Bit i: what `wasOperator` says of `accounts[i]`; at most 256 accounts.
    function wereOperators(OrganisationId organisation, address[] calldata accounts, uint256 blockNumber)
        external
        view
        returns (uint256 bits);
    /// The bond in wei, and the part of it that claims hold.
    function bond(OrganisationId organisation) external view returns (uint96 balance, uint96 locked);
    /// The announced withdrawal: what of it has not been paid, and when it can be (Unix seconds, half-open).
    function withdrawal(OrganisationId organisation)
        external
        view
        returns (uint96 amount, uint40 readyAt, uint40 lapsesAt);
    /// How long before a withdrawal it has to be announced (seconds): as long as the longest case can take.
    function bondNotice(OrganisationId organisation) external view returns (uint256);

    /// Registers the actor's organisation with its first policy, in force at once.
    function register(Policy calldata policy, bytes32 agreement) external returns (OrganisationId);
    /// Publishes the next version, in force after seven days. Role 4.
    function publishPolicy(OrganisationId organisation, Policy calldata policy, bytes32 agreement)
        external
        returns (uint16 version);
    /// Offers `account` the given roles, once. Role 4. Nothing changes until it accepts.
    function nominateOperator(OrganisationId organisation, address account, uint8 roles) external;
    function acceptOperator(OrganisationId organisation) external;
    /// Ends a nomination or an operator's roles, for good: who comes back needs a new account. Role 4.
    function removeOperator(OrganisationId organisation, address account) external;

    /// Adds what is sent to the bond; anyone may, unless paused.
    function depositBond(OrganisationId organisation) external payable;
    /// Announces a withdrawal; a later one replaces it. Role 2.
    function requestBondWithdrawal(OrganisationId organisation, uint96 amount) external;
    /// Pays out an announced withdrawal, as far as claims do not hold it; the rest stays announced until the announcement
    /// lapses, 30 days after it was ready. Role 2.
    function withdrawBond(OrganisationId organisation, address payable to) external;

    /// Pays up to `owed` wei of a ruling's costs to `to`, out of what no claim holds. Only the desk, or the claims'
    /// contract.
    function charge(OrganisationId organisation, uint96 owed, address to) external returns (uint96 paid);
    /// Holds `amount` wei for a claim. Reverts with `BondTooSmall`. Only the claims' contract, as all below.
    function lock(OrganisationId organisation, uint96 amount) external;
    /// Ends a hold of `amount` wei.
    function unlock(OrganisationId organisation, uint96 amount) external;
    /// Pays `amount` wei of what is held to `to`.
    function payLocked(OrganisationId organisation, uint96 amount, address to) external;
    /// Adds what is sent to the bond, paused or not: what a claim's deposit lost.
    function forfeit(OrganisationId organisation) external payable;
}
