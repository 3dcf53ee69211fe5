// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBondClaims} from "../../../contracts/interfaces/IBondClaims.sol";
import {IGoverned} from "../../../contracts/interfaces/IGoverned.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ITokenPayouts} from "../../../contracts/interfaces/ITokenPayouts.sol";
import {OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {HandlerPeople} from "./HandlerPeople.sol";
import {Mode} from "./EscrowTokens.sol";
import {bound, vm} from "./Vm.sol";

/// Orders and bonds, from the payment to the withdrawal.
abstract contract HandlerShop is HandlerPeople {
    uint256 private _lastRef;

    function pay(uint256 seed) public {
        if (escrow.paused()) return;
        address customer = _customers[_random(seed, 1) % 4];
        OrganisationId organisation = _random(seed, 2) % 4 == 0 ? ABROAD : ORGANISATION;
        uint16 version = registry.currentVersion(organisation);
        uint96 amount = uint96(bound(_random(seed, 3), 1, 3 ether));
        if (_random(seed, 4) % 16 == 0) amount = uint96(bound(amount, 1, 20));
        uint256 coin = _random(seed, 5) % 4;
        address token = coin < 2 ? address(0) : coin == 2 ? address(_coin) : address(_turncoat);
        if (coin == 3 && _turncoat.mode() > Mode.ReturnsNothing && _turncoat.mode() != Mode.TakesFee) return;
        Order memory order = Order(organisation, version, customer, token, bytes32(++_lastRef));
        // A tenth of this must not be lost on the way.
        if (coin == 3) amount = uint96(bound(amount, 100, 3 ether));
        _remember(order);
        if (coin < 2) {
            _act(
                customer,
                address(escrow),
                abi.encodeCall(IOrderEscrow.pay, (organisation, version, order.ref)),
                amount,
                seed
            );
        } else {
            if (coin == 2) _coin.mint(customer, amount);
            else _turncoat.mint(customer, uint256(amount) * 2);
            bytes memory data = abi.encodeCall(IOrderEscrow.payToken, (organisation, version, token, amount, order.ref));
            _act(customer, address(escrow), data, 0, seed);
        }
        ++counted["paid"];
    }

    /// The signer or whoever sends it is the customer: `pay` counts for who acts.
    function release(uint256 seed) external {
        (bool found, Order memory order) = _pickOrder(seed);
        if (!found || _random(seed, 2) % 4 != 0) return;
        bool due = _now() >= escrow.orders(order.key()).releasableFrom();
        bytes memory data = abi.encodeCall(IOrderEscrow.release, (order));
        if (!due) _mustFail(STRANGER, address(escrow), data, "released before the grace was over");
        _act(due ? STRANGER : order.customer, address(escrow), data, 0, seed);
        ++counted["released"];
    }

    function refund(uint256 seed) external {
        (bool found, Order memory order) = _pickOrder(seed);
        if (!found || _random(seed, 2) % 4 != 0) return;
        _act(ADMIN, address(escrow), abi.encodeCall(IOrderEscrow.refund, (order)), 0, seed);
        ++counted["refunded"];
    }

    function freeze(uint256 seed) external {
        if (_orders.length == 0 || _random(seed, 1) % 4 != 0) return;
        Order memory order = _orders[_random(seed, 2) % _orders.length];
        OrderWord word = escrow.orders(order.key());
        if (word.state() != OrderState.Held && word.state() != OrderState.Disputed || word.frozenUntil() != 0) return;
        uint256 hours_ = bound(_random(seed, 3), 1, 168);
        _send(GUARDIAN, address(escrow), abi.encodeCall(IOrderEscrow.freeze, (order, hours_)), 0);
        ++counted["frozen"];
    }

    function withdrawOrganisation(uint256 seed) external {
        OrganisationId organisation = OrganisationId.wrap(uint24(1 + seed % 2));
        address token = [address(0), address(_coin), address(_turncoat)][_random(seed, 1) % 3];
        if (token == address(_turncoat) && !_leaves()) return;
        if (escrow.organisationBalance(organisation, token) == 0) return;
        address to = _random(seed, 2) % 2 == 0 ? ADMIN : STRANGER;
        _act(
            ADMIN,
            address(escrow),
            abi.encodeCall(IOrderEscrow.withdrawOrganisation, (organisation, token, payable(to))),
            0,
            seed
        );
    }

    /// Whoever is owed a credit takes it where it can be had.
    function withdrawCredits(uint256 seed) external {
        address[5] memory all = [address(escrow), address(registry), address(claims), address(court), address(fund)];
        IPayouts payer = IPayouts(all[seed % 5]);
        for (uint256 i; i < 4; ++i) {
            address account = _customers[i];
            if (payer.credits(account) == 0) continue;
            _act(account, address(payer), abi.encodeCall(IPayouts.withdrawTo, (payable(STRANGER))), 0, seed);
            ++counted["credits"];
        }
        for (uint256 i; i < 4 && _leaves(); ++i) {
            IERC20 token = IERC20(address(_turncoat));
            if (escrow.tokenCredits(token, _customers[i]) == 0) continue;
            bytes memory data = abi.encodeCall(ITokenPayouts.withdrawTokenTo, (token, STRANGER));
            _act(_customers[i], address(escrow), data, 0, seed);
            ++counted["token credits"];
        }
    }

    function turn(uint256 seed) external {
        uint256 mode = _random(seed, 1) % 3 == 0 ? _random(seed, 2) % 7 : 0;
        _turncoat.turn(Mode(mode));
    }

    /// The guardian stops what is new, or lets it go on; mostly the latter.
    function pause(uint256 seed) external {
        address[3] memory all = [address(escrow), address(registry), address(court)];
        bytes memory data = abi.encodeCall(IGoverned.setPaused, (_random(seed, 1) % 6 == 0));
        _send(GUARDIAN, all[seed % 3], data, 0);
    }

    // Bonds

    function depositBond(uint256 seed) external {
        if (registry.paused()) return;
        bytes memory data =
            abi.encodeCall(IOrganisationRegistry.depositBond, (OrganisationId.wrap(uint24(1 + seed % 2))));
        _act(ADMIN, address(registry), data, bound(_random(seed, 1), 1, 1 ether), seed);
    }

    function moveBond(uint256 seed) external {
        OrganisationId organisation = OrganisationId.wrap(uint24(1 + seed % 2));
        (uint96 amount, uint40 readyAt, uint40 lapsesAt) = registry.withdrawal(organisation);
        (uint96 balance, uint96 locked) = registry.bond(organisation);
        bytes memory take = abi.encodeCall(IOrganisationRegistry.withdrawBond, (organisation, payable(ADMIN)));
        if (amount == 0 || _now() >= lapsesAt) {
            _mustFail(ADMIN, address(registry), take, "a bond left without notice");
            uint96 wanted = uint96(bound(_random(seed, 1), 0, balance));
            _act(
                ADMIN,
                address(registry),
                abi.encodeCall(IOrganisationRegistry.requestBondWithdrawal, (organisation, wanted)),
                0,
                seed
            );
        } else if (_now() < readyAt || balance == locked) {
            _mustFail(ADMIN, address(registry), take, "a bond left before its time");
        } else {
            _act(ADMIN, address(registry), take, 0, seed);
            ++counted["bond withdrawn"];
        }
    }

    function claim(uint256 seed) public {
        OrganisationId organisation = _random(seed, 1) % 4 == 0 ? ABROAD : ORGANISATION;
        (uint16 version, uint256 most) = claims.limit(organisation);
        if (most == 0 || _random(seed, 2) % 2 == 0) return;
        address customer = _customers[_random(seed, 3) % 4];
        uint96 amount = uint96(bound(_random(seed, 4), 1, most));
        Order memory order = Order(organisation, version, customer, address(claims), bytes32(++_lastRef));
        _remember(order);
        bytes memory data = abi.encodeCall(
            IBondClaims.claim,
            (organisation, version, amount, order.ref, uint16(bound(_random(seed, 5), 1, 10_000)), 2, bytes32(seed))
        );
        _act(customer, address(claims), data, claims.depositFor(amount), seed);
        ++counted["claimed"];
    }

    /// Whether the token lets go of what it was told to.
    function _leaves() internal view returns (bool) {
        Mode mode = _turncoat.mode();
        return mode == Mode.Honest || mode == Mode.ReturnsNothing || mode == Mode.TakesFee;
    }

    /// An order that is held and not frozen.
    function _pickOrder(uint256 seed) private view returns (bool found, Order memory order) {
        uint256 count = _orders.length;
        for (uint256 i; i < count && i < 8; ++i) {
            order = _orders[(_random(seed, 1) % count + i) % count];
            OrderWord word = escrow.orders(order.key());
            if (word.state() == OrderState.Held && _now() >= word.frozenUntil()) return (true, order);
        }
    }
}
