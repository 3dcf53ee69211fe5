// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {OrderEscrow} from "../../../contracts/OrderEscrow.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {Coin} from "./EscrowTokens.sol";
import {signAction} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// What the escrow asks of the registry, with one policy for all: the escrow's tests are about the escrow.
contract OneShopRegistry {
    uint256 public constant CONFIRM_HOURS = 72;
    uint256 public constant PROTECTION_HOURS = 336;
    address public immutable operator;
    uint16 public version = 1;

    constructor(address operator_) {
        operator = operator_;
    }

    function publish() external {
        ++version;
    }

    function windowsInForce(OrganisationId organisation) external view returns (uint16, uint24) {
        if (OrganisationId.unwrap(organisation) == 0) revert IOrganisationRegistry.OrganisationUnknown(organisation);
        return (version, uint24(CONFIRM_HOURS | PROTECTION_HOURS << 12));
    }

    function requireRole(OrganisationId organisation, address account, uint8 role) external view {
        if (account != operator || role != 2) {
            revert IOrganisationRegistry.RoleMissing(organisation, account, role);
        }
    }
}

/// An escrow whose desk is the test itself, with its people.
abstract contract EscrowHouse {
    uint256 internal constant START = 1_893_974_400;
    uint256 internal constant PROTECTED_UNTIL = START + 336 hours;
    uint256 internal constant RELEASABLE_FROM = PROTECTED_UNTIL + 3 days;
    OrganisationId internal constant SHOP = OrganisationId.wrap(1);
    ComplaintId internal constant COMPLAINT = ComplaintId.wrap(7);
    uint256 internal constant KEY = 0xc0ffee;
    uint256 internal constant OPERATOR_KEY = 0xad;
    address internal constant GUARDIAN = address(0x9a);
    address internal constant TIMELOCK = address(0x71);
    address internal constant SPONSOR = address(0x59);
    address internal constant ELSEWHERE = address(0xcafe);

    address internal customer = vm.addr(KEY);
    address internal operator = vm.addr(OPERATOR_KEY);
    Forwarder internal forwarder;
    OneShopRegistry internal registry;
    OrderEscrow internal escrow;
    Coin internal coin;

    Order[] private _known;
    address[] internal creditors;

    function setUp() public virtual {
        vm.warp(START);
        registry = new OneShopRegistry(operator);
        forwarder = new Forwarder();
        escrow = _newEscrow();
        coin = new Coin();
        _list(address(coin), 2e18);
        coin.mint(customer, 1000 ether);
        vm.prank(customer);
        coin.approve(address(escrow), type(uint256).max);
        vm.deal(customer, 1000 ether);
        creditors.push(customer);
    }

    function _newEscrow() internal returns (OrderEscrow) {
        IOrganisationRegistry registry_ = IOrganisationRegistry(address(registry));
        return new OrderEscrow(registry_, address(this), GUARDIAN, TIMELOCK, address(forwarder));
    }

    function _list(address token, uint128 rate) internal {
        vm.prank(TIMELOCK);
        escrow.setTokenRate(token, rate);
    }

    /// The facts of the customer's order number `number`.
    function _facts(address token, uint256 number) internal view returns (Order memory) {
        return Order(SHOP, 1, customer, token, bytes32(number));
    }

    function _pay(uint256 amount) internal returns (Order memory order) {
        return _payAs(customer, amount, 1);
    }

    function _payAs(address who, uint256 amount, uint256 number) internal returns (Order memory order) {
        order = Order(SHOP, 1, who, address(0), bytes32(number));
        vm.prank(who);
        escrow.pay{value: amount}(SHOP, 1, order.ref);
        _known.push(order);
    }

    function _payIn(address token, uint96 amount) internal returns (Order memory order) {
        return _payInAs(customer, token, amount, 1);
    }

    function _payInAs(address who, address token, uint96 amount, uint256 number) internal returns (Order memory order) {
        order = Order(SHOP, 1, who, token, bytes32(number));
        vm.prank(who);
        escrow.payToken(SHOP, 1, token, amount, order.ref);
        _known.push(order);
    }

    /// What the escrow owes in `token` (zero: wei): orders that have not ended, credits, the shop's balance.
    function _owed(address token) internal view returns (uint256 owed) {
        owed = escrow.organisationBalance(SHOP, token);
        for (uint256 i; i < creditors.length; ++i) {
            owed += token == address(0)
                ? escrow.credits(creditors[i])
                : escrow.tokenCredits(IERC20(token), creditors[i]);
        }
        for (uint256 i; i < _known.length; ++i) {
            OrderWord word = escrow.orders(_known[i].key());
            bool open = word.state() == OrderState.Held || word.state() == OrderState.Disputed;
            if (open && _known[i].token == token) owed += word.amount();
        }
    }

    function _checkBooks(address token) internal view {
        assert(IERC20(token).balanceOf(address(escrow)) == _owed(token));
    }

    function _checkBooks() internal view {
        assert(address(escrow).balance == _owed(address(0)));
        _checkBooks(address(coin));
    }

    /// By the customer, for the escrow.
    function _signed(bytes memory action, uint256 nonce) internal view returns (IForwarder.SignedAction memory) {
        return signAction(forwarder, address(escrow), KEY, action, nonce);
    }

    function _signedByOperator(bytes memory action, uint256 nonce)
        internal
        view
        returns (IForwarder.SignedAction memory)
    {
        return signAction(forwarder, address(escrow), OPERATOR_KEY, action, nonce);
    }

    function _act(IForwarder.SignedAction memory signed) internal {
        vm.prank(SPONSOR);
        forwarder.actWithSig(signed);
    }
}
