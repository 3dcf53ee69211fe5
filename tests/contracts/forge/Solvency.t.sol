// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArbitrationCourt} from "../../../contracts/ArbitrationCourt.sol";
import {ComplaintDesk} from "../../../contracts/ComplaintDesk.sol";
import {OrderEscrow} from "../../../contracts/OrderEscrow.sol";
import {OrganisationRegistry} from "../../../contracts/OrganisationRegistry.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {ComplaintId, OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {People} from "./People.sol";

/// Whatever people do, in any order: held = owed + unclaimed, in each contract; and every case has an end.
contract SolvencyTest {
    OrganisationId private constant ORGANISATION = OrganisationId.wrap(1);

    People private _people;
    OrganisationRegistry private _registry;
    OrderEscrow private _escrow;
    ArbitrationCourt private _court;
    ComplaintDesk private _desk;

    function setUp() external {
        _people = new People();
        (address registry, address escrow, address court, address desk) = _people.contracts();
        (_registry, _escrow) = (OrganisationRegistry(registry), OrderEscrow(escrow));
        (_court, _desk) = (ArbitrationCourt(court), ComplaintDesk(desk));
    }

    /// forge asks for it: only the people act.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_people);
    }

    /// forge asks for it: `finish` and `drawOne` are for the end.
    function excludeSelectors() external view returns (FuzzSelector[] memory excluded) {
        excluded = new FuzzSelector[](1);
        excluded[0].addr = address(_people);
        excluded[0].selectors = new bytes4[](2);
        (excluded[0].selectors[0], excluded[0].selectors[1]) = (People.finish.selector, People.drawOne.selector);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// forge-config: default.invariant.runs = 40
    /// forge-config: default.invariant.depth = 150
    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_heldIsOwed() external view {
        _checkEscrow();
        _checkCourt();
        _checkRegistry();
        assert(address(_desk).balance == 0);
        assert(_desk.complaintCount() == _people.complaintCount());
    }

    /// Every case ends by the clock and strangers alone, and then nothing is held for it.
    function afterInvariant() external {
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            _people.finish(id);
        }
        (, uint96 reserved) = _registry.bond(ORGANISATION);
        assert(reserved == 0);
        for (uint256 i; i < _people.positionCount(); ++i) {
            assert(_court.positions(PositionId.wrap(uint32(i))).seats() == 0);
        }
        _checkEscrow();
        _checkCourt();
        _checkRegistry();
    }

    function _checkEscrow() private view {
        uint256 owed = _escrow.organisationBalance(ORGANISATION) + _credits(_escrow.credits);
        for (uint256 i; i < _people.orderCount(); ++i) {
            (OrganisationId o, uint16 version, address customer, address token, bytes32 ref) = _people.orders(i);
            Order memory order = Order(o, version, customer, token, ref);
            OrderState state = _escrow.orders(order.key()).state();
            if (state == OrderState.Held || state == OrderState.Disputed) owed += _escrow.orders(order.key()).amount();
        }
        assert(address(_escrow).balance == owed);
    }

    function _checkCourt() private view {
        uint256 owed = _credits(_court.credits);
        uint256 seats;
        for (uint256 i; i < _people.positionCount(); ++i) {
            owed += _court.positions(PositionId.wrap(uint32(i))).balance() * 1 gwei;
            seats += _court.positions(PositionId.wrap(uint32(i))).seats();
        }
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            Round round = _court.rounds(id);
            if (Round.unwrap(round) == 0 || round.concluded()) continue;
            owed += _people.advance(id);
            if (round.drawn()) seats -= round.seats();
        }
        assert(address(_court).balance == owed);
        assert(seats == 0);
    }

    function _checkRegistry() private view {
        (uint96 balance, uint96 held) = _registry.bond(ORGANISATION);
        uint256 reserved;
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            RoundPhase phase = _court.phase(id);
            assert(_desk.trail(ComplaintId.wrap(uint64(id))) != 0);
            bool open = phase != RoundPhase.None && phase != RoundPhase.Concluded;
            if (open && _people.reserved(id)) reserved += _people.advance(id);
        }
        assert(held == reserved && held <= balance);
        assert(address(_registry).balance == balance + _credits(_registry.credits));
    }

    function _credits(function(address) external view returns (uint256) creditOf) private view returns (uint256 sum) {
        for (uint256 i; i < 3; ++i) {
            sum += creditOf(_people.customers(i));
        }
    }
}
