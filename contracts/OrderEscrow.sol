// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payouts} from "./Payouts.sol";
import {IOrderEscrow} from "./interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {Trail} from "./libraries/Trail.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";
import {Order, OrderState, OrderWord, OrderWords} from "./types/Order.sol";

/// Payments held until they are released, refunded or divided; the interface is the manual.
contract OrderEscrow is IOrderEscrow, Payouts {
    uint8 internal constant ROLE_MONEY = 2;
    ComplaintId internal constant NO_COMPLAINT = ComplaintId.wrap(0);

    IOrganisationRegistry public immutable registry;
    address public immutable desk;

    /// @inheritdoc IOrderEscrow
    mapping(bytes32 key => OrderWord) public orders;
    /// @inheritdoc IOrderEscrow
    mapping(OrganisationId organisation => uint256) public organisationBalance;

    /// Only of orders that ended without a complaint: before that, the order's word and key say all that `Paid` said.
    mapping(bytes32 key => bytes32) private _trail;

    constructor(IOrganisationRegistry registry_, address desk_) {
        (registry, desk) = (registry_, desk_);
    }

    modifier onlyDesk() {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
        _;
    }

    /// @inheritdoc IOrderEscrow
    function pay(OrganisationId organisation, uint16 version, bytes32 ref) external payable returns (bytes32 key) {
        if (msg.value == 0 || msg.value > type(uint96).max) revert AmountInvalid(msg.value);
        Order memory order = Order(organisation, version, msg.sender, address(0), ref);
        key = order.key();
        if (orders[key].state() != OrderState.None) revert OrderExists(key);
        uint16 current = registry.currentVersion(organisation);
        if (version != current) revert VersionNotCurrent(organisation, version, current);
        orders[key] = OrderWords.pack(msg.value, block.timestamp, NO_COMPLAINT, OrderState.Held);
        emit Paid(key, organisation, msg.sender, version, address(0), ref, uint96(msg.value));
    }

    /// @inheritdoc IOrderEscrow
    function release(Order calldata order) external {
        (bytes32 key, OrderWord word) = _held(order);
        if (msg.sender != order.customer) {
            uint256 until = _protectedUntil(order, word);
            if (block.timestamp < until) revert ProtectionNotOver(key, until, block.timestamp);
        }
        uint96 amount = uint96(word.amount());
        _end(order, key, word, OrderState.Released, Released.selector);
        organisationBalance[order.organisation] += amount;
        emit Released(key, order.organisation, msg.sender, amount);
    }

    /// @inheritdoc IOrderEscrow
    function refund(Order calldata order) external nonReentrant {
        registry.requireRole(order.organisation, msg.sender, ROLE_MONEY);
        (bytes32 key, OrderWord word) = _held(order);
        uint96 amount = uint96(word.amount());
        _end(order, key, word, OrderState.Refunded, Refunded.selector);
        emit Refunded(key, order.organisation, msg.sender, amount);
        _pay(order.customer, amount);
    }

    /// @inheritdoc IOrderEscrow
    function withdrawOrganisation(OrganisationId organisation, address payable to) external nonReentrant {
        registry.requireRole(organisation, msg.sender, ROLE_MONEY);
        uint256 amount = organisationBalance[organisation];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        organisationBalance[organisation] = 0;
        emit OrganisationWithdrew(organisation, msg.sender, to, amount);
        _send(to, amount);
    }

    /// @inheritdoc IOrderEscrow
    function open(Order calldata order, ComplaintId complaint)
        external
        onlyDesk
        returns (uint256 amount, bytes32 trail)
    {
        (bytes32 key, OrderWord word) = _held(order);
        uint256 until = _protectedUntil(order, word);
        if (block.timestamp >= until) revert ProtectionOver(key, until, block.timestamp);
        amount = word.amount();
        orders[key] = OrderWords.pack(amount, word.paidAt(), complaint, OrderState.Disputed);
        trail = _paidTrail(order, key, word);
    }

    /// @inheritdoc IOrderEscrow
    function close(Order calldata order, ComplaintId complaint) external onlyDesk {
        (bytes32 key, OrderWord word) = _disputed(order, complaint);
        orders[key] = OrderWords.pack(word.amount(), word.paidAt(), NO_COMPLAINT, OrderState.Held);
    }

    /// @inheritdoc IOrderEscrow
    function split(Order calldata order, ComplaintId complaint, uint96 toCustomer)
        external
        onlyDesk
        nonReentrant
        returns (bytes32 trail)
    {
        (bytes32 key, OrderWord word) = _disputed(order, complaint);
        uint256 amount = word.amount();
        if (toCustomer > amount) revert SplitExceedsAmount(key, toCustomer, amount);
        uint96 toOrganisation = uint96(amount - toCustomer);
        orders[key] = OrderWords.pack(amount, word.paidAt(), complaint, OrderState.Split);
        if (toOrganisation != 0) organisationBalance[order.organisation] += toOrganisation;
        emit Split(key, order.organisation, msg.sender, complaint, toCustomer, toOrganisation);
        bytes32 arguments =
            keccak256(abi.encode(key, order.organisation, msg.sender, complaint, toCustomer, toOrganisation));
        trail = Trail.fold(_paidTrail(order, key, word), Split.selector, arguments, msg.sender);
        _pay(order.customer, toCustomer);
    }

    /// @inheritdoc IOrderEscrow
    function amountOf(Order calldata order, ComplaintId complaint) external view returns (uint256) {
        (, OrderWord word) = _disputed(order, complaint);
        return word.amount();
    }

    /// @inheritdoc IOrderEscrow
    function orderTrail(Order calldata order) external view returns (bytes32) {
        bytes32 key = order.key();
        OrderWord word = orders[key];
        OrderState state = word.state();
        if (state == OrderState.Held || state == OrderState.Disputed) return _paidTrail(order, key, word);
        return _trail[key];
    }

    /// Ends an order that no complaint holds.
    function _end(Order calldata order, bytes32 key, OrderWord word, OrderState state, bytes32 topic0) private {
        uint96 amount = uint96(word.amount());
        orders[key] = OrderWords.pack(amount, word.paidAt(), NO_COMPLAINT, state);
        bytes32 arguments = keccak256(abi.encode(key, order.organisation, msg.sender, amount));
        _trail[key] = Trail.fold(_paidTrail(order, key, word), topic0, arguments, msg.sender);
    }

    function _held(Order calldata order) private view returns (bytes32 key, OrderWord word) {
        key = order.key();
        word = orders[key];
        if (word.state() != OrderState.Held) revert OrderNotHeld(key, uint8(word.state()));
    }

    function _disputed(Order calldata order, ComplaintId complaint) private view returns (bytes32 key, OrderWord word) {
        key = order.key();
        word = orders[key];
        if (word.state() != OrderState.Disputed || word.complaint() != complaint) {
            revert OrderOfAnotherComplaint(key, complaint, word.complaint());
        }
    }

    function _protectedUntil(Order calldata order, OrderWord word) private view returns (uint256) {
        return word.paidAt() + registry.policy(order.organisation, order.version).protectionSeconds();
    }

    /// The trail after `Paid`, from the order's facts and word alone.
    function _paidTrail(Order calldata order, bytes32 key, OrderWord word) private view returns (bytes32) {
        bytes32 arguments = keccak256(
            abi.encode(
                key, order.organisation, order.customer, order.version, order.token, order.ref, uint96(word.amount())
            )
        );
        return Trail.foldAt(Trail.genesis(uint256(key)), Paid.selector, arguments, order.customer, word.paidAt());
    }
}
