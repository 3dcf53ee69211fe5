// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Actors} from "./Actors.sol";
import {Governed} from "./Governed.sol";
import {TokenPayouts} from "./TokenPayouts.sol";
import {ICaseFund} from "./interfaces/ICaseFund.sol";
import {IOrderEscrow} from "./interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {Trail} from "./libraries/Trail.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";
import {Order, OrderState, OrderWord, OrderWords} from "./types/Order.sol";
import {PolicyWord} from "./types/Policy.sol";

/// Payments held until they are released, refunded or divided; the interface is the manual.
contract OrderEscrow is IOrderEscrow, ICaseFund, TokenPayouts, Governed {
    using SafeERC20 for IERC20;

    uint8 internal constant ROLE_MONEY = 2;
    ComplaintId internal constant NO_COMPLAINT = ComplaintId.wrap(0);
    uint256 internal constant WHOLE = 10_000;
    uint256 internal constant MAX_FREEZE_HOURS = 168;

    /// @inheritdoc IOrderEscrow
    IOrganisationRegistry public immutable registry;
    /// @inheritdoc IOrderEscrow
    address public immutable desk;

    /// @inheritdoc IOrderEscrow
    mapping(bytes32 key => OrderWord) public orders;
    /// @inheritdoc IOrderEscrow
    mapping(address token => uint128) public tokenRate;

    /// What waits for organisations, by token 160 | organisation 24: one hash less than a mapping in a mapping.
    mapping(uint256 account => uint256) private _balances;
    /// Only of orders that were frozen or ended without a complaint: for the others, word and key say all that `Paid`
    /// said.
    mapping(bytes32 key => bytes32) private _trail;

    constructor(IOrganisationRegistry registry_, address desk_, address guardian_, address timelock_, address forwarder)
        Actors(forwarder)
        Governed(guardian_, timelock_)
    {
        (registry, desk) = (registry_, desk_);
    }

    modifier onlyDesk() {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
        _;
    }

    /// @inheritdoc IOrderEscrow
    function pay(OrganisationId organisation, uint16 version, bytes32 ref)
        external
        payable
        whenNotPaused
        returns (bytes32)
    {
        return _hold(Order(organisation, version, _actor(), address(0), ref), msg.value);
    }

    /// @inheritdoc IOrderEscrow
    function payToken(OrganisationId organisation, uint16 version, address token, uint96 amount, bytes32 ref)
        external
        whenNotPaused
        nonReentrant
        returns (bytes32)
    {
        if (tokenRate[token] == 0) revert TokenNotListed(token);
        return _take(Order(organisation, version, _actor(), token, ref), amount);
    }

    /// @inheritdoc IOrderEscrow
    function payTokenWithPermit(
        OrganisationId organisation,
        uint16 version,
        address token,
        uint96 amount,
        bytes32 ref,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external whenNotPaused nonReentrant returns (bytes32) {
        if (tokenRate[token] == 0) revert TokenNotListed(token);
        address customer = _actor();
        // Anyone can use the permit first. What counts is what may be taken now.
        try IERC20Permit(token).permit(customer, address(this), amount, permitDeadline, v, r, s) {} catch {}
        return _take(Order(organisation, version, customer, token, ref), amount);
    }

    /// @inheritdoc IOrderEscrow
    function release(Order memory order) external {
        (bytes32 key, OrderWord word) = _held(order);
        _requireThawed(key, word);
        address actor = _actor();
        uint256 until = word.releasableFrom();
        if (actor != order.customer && block.timestamp < until) revert ProtectionNotOver(key, until, block.timestamp);
        uint96 amount = uint96(word.amount());
        _end(order, key, word, OrderState.Released, Released.selector, actor);
        _balances[_account(order.organisation, order.token)] += amount;
        emit Released(key, order.organisation, actor, amount);
    }

    /// @inheritdoc IOrderEscrow
    function refund(Order memory order) external nonReentrant {
        address actor = _actor();
        registry.requireRole(order.organisation, actor, ROLE_MONEY);
        (bytes32 key, OrderWord word) = _held(order);
        _requireThawed(key, word);
        uint96 amount = uint96(word.amount());
        _end(order, key, word, OrderState.Refunded, Refunded.selector, actor);
        emit Refunded(key, order.organisation, actor, amount);
        _payCustomer(order, amount);
    }

    /// @inheritdoc IOrderEscrow
    function withdrawOrganisation(OrganisationId organisation, address token, address payable to)
        external
        nonReentrant
    {
        address actor = _actor();
        registry.requireRole(organisation, actor, ROLE_MONEY);
        uint256 account = _account(organisation, token);
        uint256 amount = _balances[account];
        if (amount == 0) revert NothingToWithdraw(actor);
        _balances[account] = 0;
        if (token == address(0)) {
            _send(to, amount);
        } else {
            uint256 left = _sendToken(IERC20(token), to, amount);
            // A release may have come in between.
            if (left != amount) _balances[account] += amount - left;
            amount = left;
        }
        emit OrganisationWithdrew(organisation, actor, to, token, amount);
    }

    /// @inheritdoc IOrderEscrow
    function freeze(Order memory order, uint256 freezeHours) external onlyGuardian {
        if (freezeHours == 0 || freezeHours > MAX_FREEZE_HOURS) revert FreezeInvalid(freezeHours, MAX_FREEZE_HOURS);
        bytes32 key = order.key();
        OrderWord word = orders[key];
        OrderState state = word.state();
        if (state != OrderState.Held && state != OrderState.Disputed) revert OrderNotOpen(key, uint8(state));
        if (word.frozenUntil() != 0) revert FrozenBefore(key, word.frozenUntil());
        uint32 until = uint32(block.timestamp + freezeHours * 1 hours);
        bytes32 arguments = keccak256(abi.encode(key, order.organisation, msg.sender, until));
        _trail[key] = Trail.fold(_openTrail(order, key, word), OrderFrozen.selector, arguments, msg.sender);
        orders[key] = word.freeze(until);
        emit OrderFrozen(key, order.organisation, msg.sender, until);
    }

    /// @inheritdoc IOrderEscrow
    function setTokenRate(address token, uint128 weiPer1e18) external onlyTimelock {
        if (token.code.length == 0) revert TokenInvalid(token);
        tokenRate[token] = weiPer1e18;
        emit TokenRateSet(token, weiPer1e18);
    }

    /// @inheritdoc ICaseFund
    function open(Order memory order, ComplaintId complaint) external onlyDesk returns (uint256, bytes32) {
        (bytes32 key, OrderWord word) = _held(order);
        uint256 until = word.protectedUntil();
        if (block.timestamp >= until) revert ProtectionOver(key, until, block.timestamp);
        return _dispute(order, key, word, complaint);
    }

    /// @inheritdoc IOrderEscrow
    function openAnchored(Order memory order, ComplaintId complaint, uint256 anchoredAt)
        external
        onlyDesk
        returns (uint256, bytes32)
    {
        (bytes32 key, OrderWord word) = _held(order);
        uint256 until = word.protectedUntil();
        if (anchoredAt >= until) revert ProtectionOver(key, until, anchoredAt);
        uint256 end = word.releasableFrom();
        if (block.timestamp >= end) revert ProtectionOver(key, end, block.timestamp);
        // Else a complaint anchored before there was an order would protect it for longer than its policy says.
        if (anchoredAt < word.paidAt()) revert PaidLater(key, word.paidAt(), anchoredAt);
        return _dispute(order, key, word, complaint);
    }

    /// @inheritdoc ICaseFund
    function close(Order memory order, ComplaintId complaint) external onlyDesk {
        (bytes32 key, OrderWord word) = _disputed(order, complaint);
        orders[key] = word.become(NO_COMPLAINT, OrderState.Held);
    }

    /// @inheritdoc ICaseFund
    function divide(Order memory order, ComplaintId complaint, uint16 share, uint96 costOwed)
        external
        onlyDesk
        nonReentrant
        returns (Division memory division)
    {
        if (share > WHOLE) revert ShareInvalid(share, WHOLE);
        (bytes32 key, OrderWord word) = _disputed(order, complaint);
        _requireThawed(key, word);
        division = _divide(word, share, order.token == address(0) ? costOwed : 0);
        orders[key] = word.become(complaint, OrderState.Split);
        if (division.toOrganisation != 0) {
            _balances[_account(order.organisation, order.token)] += division.toOrganisation;
        }
        emit Split(key, order.organisation, msg.sender, complaint, division.toCustomer, division.toOrganisation);
        // Where nobody froze it, the order's trail is as the complaint found it.
        if (word.frozenUntil() != 0) {
            division.trail = _trail[key];
            delete _trail[key];
        }
        _payCustomer(order, division.toCustomer);
    }

    /// @inheritdoc ICaseFund
    function valueOf(Order memory order, ComplaintId complaint) external view returns (uint256) {
        (, OrderWord word) = _disputed(order, complaint);
        if (order.token == address(0)) return word.amount();
        return word.amount() * tokenRate[order.token] / 1e18;
    }

    /// @inheritdoc IOrderEscrow
    function organisationBalance(OrganisationId organisation, address token) external view returns (uint256) {
        return _balances[_account(organisation, token)];
    }

    /// @inheritdoc IOrderEscrow
    function orderTrail(Order memory order) external view returns (bytes32) {
        bytes32 key = order.key();
        OrderWord word = orders[key];
        OrderState state = word.state();
        if (state == OrderState.Held || state == OrderState.Disputed) return _openTrail(order, key, word);
        return _trail[key];
    }

    /// Takes `amount` of the order's token from its customer. Callers are `nonReentrant`, so that nothing but this
    /// transfer brings or takes tokens between the two reads.
    function _take(Order memory order, uint256 amount) private returns (bytes32) {
        IERC20 token = IERC20(order.token);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(order.customer, address(this), amount);
        uint256 held = token.balanceOf(address(this));
        return _hold(order, held > before ? held - before : 0);
    }

    function _hold(Order memory order, uint256 amount) private returns (bytes32 key) {
        if (amount == 0 || amount > type(uint96).max) revert AmountInvalid(amount);
        key = order.key();
        if (orders[key].state() != OrderState.None) revert OrderExists(key);
        (uint16 current, uint24 windows) = registry.windowsInForce(order.organisation);
        if (order.version != current) revert VersionNotCurrent(order.organisation, order.version, current);
        orders[key] = OrderWords.held(amount, block.timestamp, windows);
        emit Paid(key, order.organisation, order.customer, order.version, order.token, order.ref, uint96(amount));
    }

    function _dispute(Order memory order, bytes32 key, OrderWord word, ComplaintId complaint)
        private
        returns (uint256 amount, bytes32 trail)
    {
        orders[key] = word.become(complaint, OrderState.Disputed);
        (amount, trail) = (word.amount(), _openTrail(order, key, word));
    }

    /// Ends an order that no complaint holds.
    function _end(Order memory order, bytes32 key, OrderWord word, OrderState state, bytes32 topic0, address actor)
        private
    {
        orders[key] = word.become(NO_COMPLAINT, state);
        bytes32 arguments = keccak256(abi.encode(key, order.organisation, actor, uint96(word.amount())));
        _trail[key] = Trail.fold(_openTrail(order, key, word), topic0, arguments, actor);
    }

    function _payCustomer(Order memory order, uint256 amount) private {
        if (order.token == address(0)) _pay(order.customer, amount);
        else _payToken(IERC20(order.token), order.customer, amount);
    }

    function _held(Order memory order) private view returns (bytes32 key, OrderWord word) {
        key = order.key();
        word = orders[key];
        if (word.state() != OrderState.Held) revert OrderNotHeld(key, uint8(word.state()));
    }

    function _disputed(Order memory order, ComplaintId complaint) private view returns (bytes32 key, OrderWord word) {
        key = order.key();
        word = orders[key];
        if (word.state() != OrderState.Disputed || word.complaint() != complaint) {
            revert OrderOfAnotherComplaint(key, complaint, word.complaint());
        }
    }

    function _requireThawed(bytes32 key, OrderWord word) private view {
        if (block.timestamp < word.frozenUntil()) revert Frozen(key, word.frozenUntil(), block.timestamp);
    }

    /// The trail of an order that has not ended: after `Paid` it follows from the order's facts and word alone.
    function _openTrail(Order memory order, bytes32 key, OrderWord word) private view returns (bytes32) {
        if (word.frozenUntil() != 0) return _trail[key];
        bytes32 arguments = keccak256(
            abi.encode(
                key, order.organisation, order.customer, order.version, order.token, order.ref, uint96(word.amount())
            )
        );
        return Trail.foldAt(Trail.genesis(uint256(key)), Paid.selector, arguments, order.customer, word.paidAt());
    }

    /// The award is rounded down; costs come out of the organisation's part, as far as it goes. Costs are wei, so
    /// there are none to be had from a token.
    function _divide(OrderWord word, uint16 share, uint256 costOwed) private pure returns (Division memory division) {
        uint256 amount = word.amount();
        uint256 award = amount * share / WHOLE;
        uint256 rest = amount - award;
        uint256 costPaid = costOwed < rest ? costOwed : rest;
        division.toCustomer = uint96(award + costPaid);
        division.toOrganisation = uint96(rest - costPaid);
        division.costPaid = uint96(costPaid);
        division.confirmSeconds = uint32(word.confirmSeconds());
    }

    function _account(OrganisationId organisation, address token) private pure returns (uint256) {
        return uint256(uint160(token)) << 24 | OrganisationId.unwrap(organisation);
    }
}
