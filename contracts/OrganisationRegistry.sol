// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {Governed} from "./Governed.sol";
import {Payouts} from "./Payouts.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {Trail} from "./libraries/Trail.sol";
import {OrganisationId} from "./types/Ids.sol";
import {Policy, PolicyWord, PolicyWords} from "./types/Policy.sol";

/// Who the organisations are, what they promise and what stands behind it; the interface is the manual.
contract OrganisationRegistry is IOrganisationRegistry, Payouts, Governed {
    uint8 internal constant ROLE_MONEY = 2;
    uint8 internal constant ROLE_ADMIN = 4;
    uint8 internal constant ALL_ROLES = 7;

    /// The id must fit 20 bits of a complaint's word.
    uint256 internal constant MAX_ORGANISATIONS = (1 << 20) - 1;
    uint256 internal constant POLICY_NOTICE = 7 days;
    /// How long a case can take after it was filed, so that no bond is gone before the ruling that charges it: the answer
    /// with two requests for information (240 h + 2 x (72 h + 24 h)), four offers, one of them a pledge (60 days to
    /// deliver, 7 to reopen, 7 to go on), and the guardian's freeze.
    uint256 internal constant BEFORE_ARBITRATION = 18 days + 4 * 7 days + (60 days + 7 days + 7 days) + 7 days;
    /// Four panels (3, 7, 15, 31 seats), each with three rounds of three windows and one more to appeal, of 72 h at most.
    uint256 internal constant HOUSE_NOTICE = BEFORE_ARBITRATION + 4 * (3 * 3 + 1) * 72 hours;
    /// The longest time-out that an arbitrator outside can have, in which its appeals fall.
    uint256 internal constant OUTSIDE_NOTICE = BEFORE_ARBITRATION + 365 days;
    /// An announcement that never lapsed would be a bond that can leave at any moment.
    uint256 internal constant WITHDRAWAL_WINDOW = 30 days;
    uint256 internal constant FIRST_OUTSIDE_TRACK = 4;

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
        /// Whether any version so far has named an arbitrator outside.
        bool outside;
        /// Of the newest version and of the one before (types/Policy.sol): so a payment reads one word here.
        uint24 windows;
        uint24 lastWindows;
    }

    struct Bond {
        uint96 balance;
        uint96 locked;
    }

    struct Withdrawal {
        uint96 amount;
        uint40 readyAt;
        uint40 lapsesAt;
    }

    address public immutable desk;
    address public immutable claims;

    /// @inheritdoc IOrganisationRegistry
    uint256 public organisationCount;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => bytes32) public trail;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => mapping(uint16 version => bytes32)) public agreement;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => Bond) public bond;
    /// @inheritdoc IOrganisationRegistry
    mapping(OrganisationId organisation => Withdrawal) public withdrawal;

    mapping(OrganisationId organisation => Versions) private _versions;
    mapping(OrganisationId organisation => mapping(uint16 version => PolicyWord)) private _policies;
    mapping(OrganisationId organisation => mapping(address account => Operator)) private _operators;
    /// Bit n: an account whose last byte is n has acted for the organisation. Most arbitrators are cleared by one look at
    /// it, which saves every draw two words.
    mapping(OrganisationId organisation => uint256) private _lastBytes;

    constructor(address desk_, address claims_, address guardian_, address timelock_, address forwarder)
        Actors(forwarder)
        Governed(guardian_, timelock_)
    {
        (desk, claims) = (desk_, claims_);
    }

    modifier onlyClaims() {
        if (msg.sender != claims) revert OnlyClaims(msg.sender);
        _;
    }

    /// @inheritdoc IOrganisationRegistry
    function register(Policy calldata policy_, bytes32 agreement_) external returns (OrganisationId organisation) {
        if (organisationCount == MAX_ORGANISATIONS) revert TooManyOrganisations(MAX_ORGANISATIONS);
        organisation = OrganisationId.wrap(uint24(++organisationCount));
        address actor = _actor();
        _operators[organisation][actor] =
            Operator({since: uint64(block.number), until: 0, roles: ALL_ROLES, nominated: 0});
        _lastBytes[organisation] = _lastByte(actor);
        trail[organisation] = Trail.genesis(OrganisationId.unwrap(organisation));
        emit OrganisationRegistered(organisation, actor);
        _fold(organisation, OrganisationRegistered.selector, actor, abi.encode(organisation, actor));
        _publish(organisation, Versions(1, uint40(block.timestamp), false, 0, 0), actor, policy_, agreement_);
    }

    /// @inheritdoc IOrganisationRegistry
    function publishPolicy(OrganisationId organisation, Policy calldata policy_, bytes32 agreement_)
        external
        returns (uint16 version)
    {
        address actor = _actor();
        requireRole(organisation, actor, ROLE_ADMIN);
        Versions memory versions = _versions[organisation];
        if (block.timestamp < versions.effectiveAt) {
            revert PolicyPending(organisation, versions.newest, versions.effectiveAt);
        }
        version = versions.newest + 1;
        (versions.newest, versions.effectiveAt) = (version, uint40(block.timestamp + POLICY_NOTICE));
        _publish(organisation, versions, actor, policy_, agreement_);
    }

    /// @inheritdoc IOrganisationRegistry
    function nominateOperator(OrganisationId organisation, address account, uint8 roles) external {
        address actor = _actor();
        requireRole(organisation, actor, ROLE_ADMIN);
        if (roles == 0 || roles > ALL_ROLES) revert RolesInvalid(roles);
        Operator storage operator = _operators[organisation][account];
        if (operator.nominated != 0 || operator.since != 0 || operator.until != 0) {
            revert AlreadyOperator(organisation, account);
        }
        operator.nominated = roles;
        emit OperatorNominated(organisation, actor, account, roles);
        _fold(organisation, OperatorNominated.selector, actor, abi.encode(organisation, actor, account, roles));
    }

    /// @inheritdoc IOrganisationRegistry
    function acceptOperator(OrganisationId organisation) external {
        address actor = _actor();
        Operator storage operator = _operators[organisation][actor];
        uint8 roles = operator.nominated;
        if (roles == 0) revert NotNominated(organisation, actor);
        (operator.since, operator.roles, operator.nominated) = (uint64(block.number), roles, 0);
        _lastBytes[organisation] |= _lastByte(actor);
        emit OperatorAccepted(organisation, actor, roles);
        _fold(organisation, OperatorAccepted.selector, actor, abi.encode(organisation, actor, roles));
    }

    /// @inheritdoc IOrganisationRegistry
    function removeOperator(OrganisationId organisation, address account) external {
        address actor = _actor();
        requireRole(organisation, actor, ROLE_ADMIN);
        if (account == actor) revert CannotRemoveSelf(account);
        Operator storage operator = _operators[organisation][account];
        if (operator.roles == 0 && operator.nominated == 0) revert NotOperator(organisation, account);
        (operator.until, operator.roles, operator.nominated) = (uint64(block.number), 0, 0);
        emit OperatorRemoved(organisation, actor, account);
        _fold(organisation, OperatorRemoved.selector, actor, abi.encode(organisation, actor, account));
    }

    /// @inheritdoc IOrganisationRegistry
    function depositBond(OrganisationId organisation) external payable whenNotPaused {
        _deposit(organisation);
    }

    /// @inheritdoc IOrganisationRegistry
    function requestBondWithdrawal(OrganisationId organisation, uint96 amount) external {
        address actor = _actor();
        requireRole(organisation, actor, ROLE_MONEY);
        uint96 balance = bond[organisation].balance;
        if (amount > balance) revert BondTooSmall(organisation, balance, amount);
        uint40 readyAt = uint40(block.timestamp + bondNotice(organisation));
        uint40 lapsesAt = uint40(readyAt + WITHDRAWAL_WINDOW);
        withdrawal[organisation] = Withdrawal(amount, readyAt, lapsesAt);
        emit BondWithdrawalRequested(organisation, actor, amount, readyAt, lapsesAt);
        bytes memory arguments = abi.encode(organisation, actor, amount, readyAt, lapsesAt);
        _fold(organisation, BondWithdrawalRequested.selector, actor, arguments);
    }

    /// @inheritdoc IOrganisationRegistry
    function withdrawBond(OrganisationId organisation, address payable to) external nonReentrant {
        address actor = _actor();
        requireRole(organisation, actor, ROLE_MONEY);
        Withdrawal memory announced = withdrawal[organisation];
        if (announced.amount == 0 || block.timestamp < announced.readyAt) {
            revert WithdrawalNotReady(organisation, announced.readyAt, block.timestamp);
        }
        if (block.timestamp >= announced.lapsesAt) {
            revert WithdrawalLapsed(organisation, announced.lapsesAt, block.timestamp);
        }
        Bond storage bond_ = bond[organisation];
        uint96 free = bond_.balance - bond_.locked;
        if (free == 0) revert BondTooSmall(organisation, free, announced.amount);
        uint96 amount = announced.amount < free ? announced.amount : free;
        bond_.balance -= amount;
        // What a claim still holds stays announced, or one small claim at a time would keep the whole bond here.
        withdrawal[organisation].amount = announced.amount - amount;
        emit BondWithdrawn(organisation, actor, to, amount);
        _fold(organisation, BondWithdrawn.selector, actor, abi.encode(organisation, actor, to, amount));
        _send(to, amount);
    }

    /// @inheritdoc IOrganisationRegistry
    function charge(OrganisationId organisation, uint96 owed, address to) external nonReentrant returns (uint96 paid) {
        if (msg.sender != desk && msg.sender != claims) revert OnlyDesk(msg.sender);
        Bond storage bond_ = bond[organisation];
        uint96 free = bond_.balance - bond_.locked;
        paid = owed < free ? owed : free;
        if (paid == 0) return 0;
        bond_.balance -= paid;
        emit BondCharged(organisation, msg.sender, to, paid);
        _fold(organisation, BondCharged.selector, msg.sender, abi.encode(organisation, msg.sender, to, paid));
        _pay(to, paid);
    }

    /// @inheritdoc IOrganisationRegistry
    function lock(OrganisationId organisation, uint96 amount) external onlyClaims {
        Bond storage bond_ = bond[organisation];
        uint96 free = bond_.balance - bond_.locked;
        if (amount > free) revert BondTooSmall(organisation, free, amount);
        bond_.locked += amount;
        emit BondLocked(organisation, msg.sender, amount);
        _fold(organisation, BondLocked.selector, msg.sender, abi.encode(organisation, msg.sender, amount));
    }

    /// @inheritdoc IOrganisationRegistry
    function unlock(OrganisationId organisation, uint96 amount) external onlyClaims {
        bond[organisation].locked -= amount;
        emit BondUnlocked(organisation, msg.sender, amount);
        _fold(organisation, BondUnlocked.selector, msg.sender, abi.encode(organisation, msg.sender, amount));
    }

    /// @inheritdoc IOrganisationRegistry
    function payLocked(OrganisationId organisation, uint96 amount, address to) external onlyClaims nonReentrant {
        Bond storage bond_ = bond[organisation];
        (bond_.balance, bond_.locked) = (bond_.balance - amount, bond_.locked - amount);
        emit BondPaid(organisation, msg.sender, to, amount);
        _fold(organisation, BondPaid.selector, msg.sender, abi.encode(organisation, msg.sender, to, amount));
        _pay(to, amount);
    }

    /// @inheritdoc IOrganisationRegistry
    function forfeit(OrganisationId organisation) external payable onlyClaims {
        _deposit(organisation);
    }

    /// @inheritdoc IOrganisationRegistry
    function currentVersion(OrganisationId organisation) public view returns (uint16 version) {
        Versions storage versions = _versions[organisation];
        version = versions.newest;
        if (version == 0) revert OrganisationUnknown(organisation);
        if (block.timestamp < versions.effectiveAt) --version;
    }

    /// @inheritdoc IOrganisationRegistry
    function windowsInForce(OrganisationId organisation) external view returns (uint16 version, uint24 windows) {
        Versions memory versions = _versions[organisation];
        if (versions.newest == 0) revert OrganisationUnknown(organisation);
        if (block.timestamp >= versions.effectiveAt) return (versions.newest, versions.windows);
        return (versions.newest - 1, versions.lastWindows);
    }

    /// @inheritdoc IOrganisationRegistry
    function policyOf(OrganisationId organisation, uint16 version) external view returns (PolicyWord word) {
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
    function wasOperator(OrganisationId organisation, address account, uint256 blockNumber) public view returns (bool) {
        Operator storage operator = _operators[organisation][account];
        (uint256 since, uint256 until) = (operator.since, operator.until);
        if (since == 0 || since >= blockNumber) return false;
        return until == 0 || until >= blockNumber;
    }

    /// @inheritdoc IOrganisationRegistry
    function wereOperators(OrganisationId organisation, address[] calldata accounts, uint256 blockNumber)
        external
        view
        returns (uint256 bits)
    {
        uint256 lastBytes = _lastBytes[organisation];
        for (uint256 i; i < accounts.length; ++i) {
            address account = accounts[i];
            if (lastBytes & _lastByte(account) == 0) continue;
            if (wasOperator(organisation, account, blockNumber)) bits |= 1 << i;
        }
    }

    /// @inheritdoc IOrganisationRegistry
    function bondNotice(OrganisationId organisation) public view returns (uint256) {
        return _versions[organisation].outside ? OUTSIDE_NOTICE : HOUSE_NOTICE;
    }

    function _lastByte(address account) private pure returns (uint256) {
        return 1 << uint8(uint160(account));
    }

    function _deposit(OrganisationId organisation) private {
        if (msg.value == 0 || msg.value > type(uint96).max) revert AmountInvalid(msg.value);
        if (trail[organisation] == 0) revert OrganisationUnknown(organisation);
        address actor = _actor();
        bond[organisation].balance += uint96(msg.value);
        emit BondDeposited(organisation, actor, msg.value);
        _fold(organisation, BondDeposited.selector, actor, abi.encode(organisation, actor, msg.value));
    }

    function _publish(
        OrganisationId organisation,
        Versions memory versions,
        address actor,
        Policy calldata policy_,
        bytes32 agreement_
    ) private {
        _check(policy_);
        if (policy_.track >= FIRST_OUTSIDE_TRACK) versions.outside = true;
        (uint16 version, uint40 effectiveAt) = (versions.newest, versions.effectiveAt);
        PolicyWord word = PolicyWords.pack(policy_);
        (versions.windows, versions.lastWindows) = (word.windows(), versions.windows);
        _policies[organisation][version] = word;
        agreement[organisation][version] = agreement_;
        _versions[organisation] = versions;
        emit PolicyPublished(organisation, actor, version, word, agreement_, effectiveAt);
        bytes memory arguments = abi.encode(organisation, actor, version, word, agreement_, effectiveAt);
        _fold(organisation, PolicyPublished.selector, actor, arguments);
    }

    function _check(Policy calldata policy_) private pure {
        _inRange(3, policy_.answerHours, 48, 240);
        // An acknowledgement that is due after the answer would be no promise.
        uint256 answerSeconds = uint256(policy_.answerHours) * 1 hours;
        _inRange(1, policy_.acknowledgePeak, 1 minutes, answerSeconds);
        _inRange(2, policy_.acknowledgeOffPeak, 1 minutes, answerSeconds);
        _inRange(4, policy_.confirmHours, 24, (1 << 12) - 1);
        _inRange(5, policy_.protectionHours, 24, (1 << 12) - 1);
        _inRange(6, policy_.track, 0, 7);
        if (policy_.claimCap != 0) _inRange(7, policy_.claimCap, 10, 99);
    }

    function _inRange(uint256 field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert PolicyOutOfRange(field, value, min, max);
    }

    function _fold(OrganisationId organisation, bytes32 topic0, address actor, bytes memory arguments) private {
        trail[organisation] = Trail.fold(trail[organisation], topic0, keccak256(arguments), actor);
    }
}
