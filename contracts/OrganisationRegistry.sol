// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payouts} from "./Payouts.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {Trail} from "./libraries/Trail.sol";
import {OrganisationId} from "./types/Ids.sol";
import {Policy, PolicyWord, PolicyWords} from "./types/Policy.sol";

/// Who the organisations are, what they promise and what stands behind it; the interface is the manual.
contract OrganisationRegistry is IOrganisationRegistry, Payouts {
    uint8 internal constant ROLE_MONEY = 2;
    uint8 internal constant ROLE_ADMIN = 4;
    uint8 internal constant ALL_ROLES = 7;

    /// The id must fit 20 bits of a complaint's word.
    uint256 internal constant MAX_ORGANISATIONS = (1 << 20) - 1;
    uint256 internal constant POLICY_NOTICE = 7 days;
    /// Longer than the longest case: answer and information requests 18 days, four offers 28, three rounds of voting 48.
    uint256 internal constant BOND_NOTICE = 120 days;

    /// Since which block, until which block (0: still) and with which roles an account acts.
    struct Operator {
        uint64 since;
        uint64 until;
        uint8 roles;
        uint8 nominated;
    }

    struct Versions {
        /// The newest version, in force from `effectiveAt`; before that the one below it is.
        uint16 newest;
        uint40 effectiveAt;
    }

    struct Bond {
        uint96 balance;
        uint96 reserved;
    }

    struct Withdrawal {
        uint96 amount;
        uint40 readyAt;
    }

    address public immutable desk;

    /// @inheritdoc IOrganisationRegistry
    uint256 public organisationCount;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => bytes32) public trail;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => mapping(uint16 version => bytes32)) public agreement;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => Bond) public bond;
    mapping(OrganisationId organisation => Withdrawal) public withdrawal;

    mapping(OrganisationId organisation => Versions) private _versions;
    mapping(OrganisationId organisation => mapping(uint16 version => PolicyWord)) private _policies;
    mapping(OrganisationId organisation => mapping(address account => Operator)) private _operators;

    constructor(address desk_) {
        desk = desk_;
    }

    modifier onlyDesk() {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
        _;
    }

    /// @inheritdoc IOrganisationRegistry
    function register(Policy calldata policy_, bytes32 agreement_) external returns (OrganisationId organisation) {
        if (organisationCount == MAX_ORGANISATIONS) revert TooManyOrganisations(MAX_ORGANISATIONS);
        organisation = OrganisationId.wrap(uint24(++organisationCount));
        _operators[organisation][msg.sender] =
            Operator({since: uint64(block.number), until: 0, roles: ALL_ROLES, nominated: 0});
        trail[organisation] = Trail.genesis(OrganisationId.unwrap(organisation));
        emit OrganisationRegistered(organisation, msg.sender);
        _fold(organisation, OrganisationRegistered.selector, abi.encode(organisation, msg.sender));
        _publish(organisation, 1, policy_, agreement_, block.timestamp);
    }

    /// @inheritdoc IOrganisationRegistry
    function publishPolicy(OrganisationId organisation, Policy calldata policy_, bytes32 agreement_)
        external
        returns (uint16 version)
    {
        requireRole(organisation, msg.sender, ROLE_ADMIN);
        Versions memory versions = _versions[organisation];
        if (block.timestamp < versions.effectiveAt) {
            revert PolicyPending(organisation, versions.newest, versions.effectiveAt);
        }
        version = versions.newest + 1;
        _publish(organisation, version, policy_, agreement_, block.timestamp + POLICY_NOTICE);
    }

    /// @inheritdoc IOrganisationRegistry
    function nominateOperator(OrganisationId organisation, address account, uint8 roles) external {
        requireRole(organisation, msg.sender, ROLE_ADMIN);
        if (roles == 0 || roles > ALL_ROLES) revert RolesInvalid(roles);
        Operator storage operator = _operators[organisation][account];
        if (operator.since != 0) revert AlreadyOperator(organisation, account);
        operator.nominated = roles;
        emit OperatorNominated(organisation, msg.sender, account, roles);
        _fold(organisation, OperatorNominated.selector, abi.encode(organisation, msg.sender, account, roles));
    }

    /// @inheritdoc IOrganisationRegistry
    function acceptOperator(OrganisationId organisation) external {
        Operator storage operator = _operators[organisation][msg.sender];
        uint8 roles = operator.nominated;
        if (roles == 0) revert NotNominated(organisation, msg.sender);
        // A nomination that was taken back before left an end behind.
        (operator.since, operator.until) = (uint64(block.number), 0);
        (operator.roles, operator.nominated) = (roles, 0);
        emit OperatorAccepted(organisation, msg.sender, roles);
        _fold(organisation, OperatorAccepted.selector, abi.encode(organisation, msg.sender, roles));
    }

    /// @inheritdoc IOrganisationRegistry
    function removeOperator(OrganisationId organisation, address account) external {
        requireRole(organisation, msg.sender, ROLE_ADMIN);
        if (account == msg.sender) revert CannotRemoveSelf(account);
        Operator storage operator = _operators[organisation][account];
        if (operator.roles == 0 && operator.nominated == 0) revert NotOperator(organisation, account);
        (operator.until, operator.roles, operator.nominated) = (uint64(block.number), 0, 0);
        emit OperatorRemoved(organisation, msg.sender, account);
        _fold(organisation, OperatorRemoved.selector, abi.encode(organisation, msg.sender, account));
    }

    /// @inheritdoc IOrganisationRegistry
    function depositBond(OrganisationId organisation) external payable {
        if (msg.value == 0) revert NoDeposit();
        if (trail[organisation] == 0) revert OrganisationUnknown(organisation);
        bond[organisation].balance += uint96(msg.value);
        emit BondDeposited(organisation, msg.sender, msg.value);
        _fold(organisation, BondDeposited.selector, abi.encode(organisation, msg.sender, msg.value));
    }

    /// @inheritdoc IOrganisationRegistry
    function requestBondWithdrawal(OrganisationId organisation, uint96 amount) external {
        requireRole(organisation, msg.sender, ROLE_MONEY);
        uint96 balance = bond[organisation].balance;
        if (amount > balance) revert BondTooSmall(organisation, balance, amount);
        uint40 readyAt = uint40(block.timestamp + BOND_NOTICE);
        withdrawal[organisation] = Withdrawal({amount: amount, readyAt: readyAt});
        emit BondWithdrawalRequested(organisation, msg.sender, amount, readyAt);
        _fold(organisation, BondWithdrawalRequested.selector, abi.encode(organisation, msg.sender, amount, readyAt));
    }

    /// @inheritdoc IOrganisationRegistry
    function withdrawBond(OrganisationId organisation, address payable to) external nonReentrant {
        requireRole(organisation, msg.sender, ROLE_MONEY);
        Withdrawal memory announced = withdrawal[organisation];
        if (announced.amount == 0 || block.timestamp < announced.readyAt) {
            revert WithdrawalNotReady(organisation, announced.readyAt, block.timestamp);
        }
        Bond storage held = bond[organisation];
        uint96 free = held.balance - held.reserved;
        if (free == 0) revert BondTooSmall(organisation, free, announced.amount);
        uint96 amount = announced.amount < free ? announced.amount : free;
        held.balance -= amount;
        // What a case still holds stays announced, or one small dispute at a time would keep the whole bond here.
        withdrawal[organisation].amount = announced.amount - amount;
        emit BondWithdrawn(organisation, msg.sender, to, amount);
        _fold(organisation, BondWithdrawn.selector, abi.encode(organisation, msg.sender, to, amount));
        _send(to, amount);
    }

    /// @inheritdoc IOrganisationRegistry
    function reserve(OrganisationId organisation, uint96 amount) external onlyDesk returns (bool held) {
        Bond storage bond_ = bond[organisation];
        held = bond_.balance - bond_.reserved >= amount;
        if (held) bond_.reserved += amount;
    }

    /// @inheritdoc IOrganisationRegistry
    function settle(OrganisationId organisation, uint96 amount, uint96 charge, address to)
        external
        onlyDesk
        nonReentrant
    {
        Bond storage bond_ = bond[organisation];
        bond_.reserved -= amount;
        if (charge == 0) return;
        bond_.balance -= charge;
        emit BondCharged(organisation, msg.sender, to, charge);
        _fold(organisation, BondCharged.selector, abi.encode(organisation, msg.sender, to, charge));
        _pay(to, charge);
    }

    /// @inheritdoc IOrganisationRegistry
    function currentVersion(OrganisationId organisation) external view returns (uint16) {
        Versions memory versions = _versions[organisation];
        if (versions.newest == 0) revert OrganisationUnknown(organisation);
        return block.timestamp >= versions.effectiveAt ? versions.newest : versions.newest - 1;
    }

    /// @inheritdoc IOrganisationRegistry
    function policy(OrganisationId organisation, uint16 version) external view returns (PolicyWord word) {
        word = _policies[organisation][version];
        if (PolicyWord.unwrap(word) == 0) revert PolicyUnknown(organisation, version);
    }

    /// @inheritdoc IOrganisationRegistry
    function rolesOf(OrganisationId organisation, address account) external view returns (uint8) {
        return _operators[organisation][account].roles;
    }

    /// @inheritdoc IOrganisationRegistry
    function requireRole(OrganisationId organisation, address account, uint8 role) public view {
        if (_operators[organisation][account].roles & role == 0) revert RoleMissing(organisation, account, role);
    }

    /// @inheritdoc IOrganisationRegistry
    function wasOperator(OrganisationId organisation, address account, uint256 blockNumber)
        external
        view
        returns (bool)
    {
        Operator memory operator = _operators[organisation][account];
        if (operator.since == 0 || operator.since >= blockNumber) return false;
        return operator.until == 0 || operator.until >= blockNumber;
    }

    function _publish(
        OrganisationId organisation,
        uint16 version,
        Policy calldata policy_,
        bytes32 agreement_,
        uint256 effectiveAt
    ) private {
        _check(policy_);
        PolicyWord word = PolicyWords.pack(policy_);
        _policies[organisation][version] = word;
        agreement[organisation][version] = agreement_;
        _versions[organisation] = Versions({newest: version, effectiveAt: uint40(effectiveAt)});
        emit PolicyPublished(organisation, msg.sender, version, word, agreement_, uint40(effectiveAt));
        _fold(
            organisation,
            PolicyPublished.selector,
            abi.encode(organisation, msg.sender, version, word, agreement_, uint40(effectiveAt))
        );
    }

    function _check(Policy calldata policy_) private pure {
        _inRange(3, policy_.answerHours, 48, 240);
        // An acknowledgement that is due after the answer would be no promise.
        uint256 answerSeconds = uint256(policy_.answerHours) * 1 hours;
        _inRange(1, policy_.acknowledgePeak, 1 minutes, answerSeconds);
        _inRange(2, policy_.acknowledgeOffPeak, 1 minutes, answerSeconds);
        _inRange(4, policy_.confirmHours, 24, (1 << 12) - 1);
        _inRange(5, policy_.protectionHours, 24, (1 << 12) - 1);
        _inRange(6, policy_.track, 0, 15);
    }

    function _inRange(uint256 field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert PolicyOutOfRange(field, value, min, max);
    }

    /// The actor is the caller: the registry's events are its caller's doing (the desk's for a charge).
    function _fold(OrganisationId organisation, bytes32 topic0, bytes memory arguments) private {
        trail[organisation] = Trail.fold(trail[organisation], topic0, keccak256(arguments), msg.sender);
    }
}
