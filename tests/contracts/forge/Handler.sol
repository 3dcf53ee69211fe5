// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {ICaseFund} from "../../../contracts/interfaces/ICaseFund.sol";
import {IComplaintDesk} from "../../../contracts/interfaces/IComplaintDesk.sol";
import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {IOutsideArbitrators} from "../../../contracts/interfaces/IOutsideArbitrators.sol";
import {Phase} from "../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {OUTSIDE} from "../../../contracts/types/Complaint.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {HandlerAnchors} from "./HandlerAnchors.sol";
import {bound, vm} from "./Vm.sol";

/// Plays everybody at random: each public function is one thing that somebody may do. Each does only what the rules allow,
/// so that a revert is a failure, or what they forbid, and then it must fail; where nothing fits, it does nothing.
contract Handler is HandlerAnchors {
    /// The longest that a case may need once only strangers and the clock act: its own windows, then four panels with
    /// their void rounds, or the time-out outside.
    uint256 private constant LONGEST = 400 days;

    function contracts() external view returns (address[10] memory) {
        return [
            address(registry),
            address(escrow),
            address(claims),
            address(court),
            address(desk),
            address(fund),
            address(outside),
            address(publicArbitrator),
            address(keys),
            address(anchor)
        ];
    }

    // Time

    function wait(uint256 seed) external {
        _wait(bound(_random(seed, 1), 1, _random(seed, 2) % 4 == 0 ? 4 days : 6 hours));
        _mine(1);
    }

    function mine(uint256 seed) external {
        _mine(_random(seed, 1) % 16 == 0 ? 8300 : bound(_random(seed, 2), 1, 300));
        _wait(1);
    }

    /// Long enough for notices to end; seldom, as it ends everything else as well.
    function sleep(uint256 seed) external {
        if (_random(seed, 1) % 4 == 0) _wait(20 days);
    }

    /// From an order to a hearing at once.
    function begin(uint256 seed) external {
        if (_random(seed, 1) % 2 == 0) pay(seed);
        else claim(seed);
        file(_random(seed, 2));
        answer(_random(seed, 3));
    }

    /// One complaint goes some steps of its usual way.
    function course(uint256 seed) external {
        if (complaintCount == 0) return;
        uint256 id = _random(seed, 1) % complaintCount + 1;
        for (uint256 step = _random(seed, 2) % 6; step != 0; --step) {
            uint256 random = _random(seed, 2 + step);
            Phase phase = desk.phase(_id(id));
            if (phase == Phase.Filed) answer(random);
            else if (phase == Phase.Asked || phase == Phase.Offered) reply(random);
            else if (phase == Phase.Pledged || phase == Phase.Delivered) keep(random);
            else if (phase != Phase.Escalated) _execute(id);
            else if (!desk.complaints(_id(id)).flag(OUTSIDE)) _hear(id, random);
        }
    }

    function _hear(uint256 id, uint256 random) private {
        RoundPhase phase = court.phase(id);
        if (phase == RoundPhase.AwaitingSeed) vm.roll(_block() + 5);
        if (court.phase(id) == RoundPhase.Drawable) _drawn(id, random, STRANGER);
        else if (phase == RoundPhase.Missed) _rearmed(id);
        else if (phase == RoundPhase.HandOver || phase == RoundPhase.Commit) _committed(id, random);
        else if (phase == RoundPhase.Reveal) _revealed(id, random);
        else if (phase == RoundPhase.Insufficient) _voided(id);
        else if (phase == RoundPhase.Appealable && random % 2 == 0) _contributed(id, random);
        else if (phase == RoundPhase.Appealable) vm.warp(court.rounds(id).appealEnds());
        else _execute(id);
    }

    /// Whatever waits for nobody in particular.
    function execute(uint256 seed) external {
        uint256 count = complaintCount;
        for (uint256 i; i < count; ++i) {
            uint256 id = (_random(seed, 1) % count + i) % count + 1;
            if (_execute(id)) return;
        }
    }

    function _execute(uint256 id) private returns (bool) {
        Phase phase = desk.phase(_id(id));
        if (phase == Phase.None || phase >= Phase.Paid && phase <= Phase.Withdrawn || !_isThawed(id)) return false;
        bool isOutside = desk.complaints(_id(id)).flag(OUTSIDE);
        if (phase == Phase.Escalated) {
            if (isOutside ? !_isDecidedOutside(id) : court.phase(id) != RoundPhase.Decidable) return false;
        } else if (phase == Phase.Overdue && isClaim(id)) {
            _escalateOverdue(id, STRANGER, id);
            return true;
        } else if (phase != Phase.Overdue && phase != Phase.Lapsed && phase != Phase.Broken && phase != Phase.Kept) {
            return false;
        }
        if (phase == Phase.Escalated && !isOutside) _note(id);
        else _noted = 0;
        bytes memory data = abi.encodeCall(IComplaintDesk.execute, (_id(id), _orderOf(id)));
        _send(STRANGER, address(desk), data, 0);
        if (executed[id] == 1) _mustFail(STRANGER, address(desk), data, "executed twice");
        ++counted[phase == Phase.Escalated ? bytes32("ruled") : bytes32("executed")];
        return true;
    }

    function _isDecidedOutside(uint256 id) private view returns (bool) {
        IOutsideArbitrators.CaseState state = outside.cases(id).state;
        return state == IOutsideArbitrators.CaseState.Ruled || state == IOutsideArbitrators.CaseState.Waiting
            && _now() >= outside.cases(id).deadline;
    }

    function _rearmed(uint256 id) private {
        _send(STRANGER, address(court), abi.encodeCall(IArbitrationCourt.rearm, (id)), 0);
    }

    // What nobody may do

    function trespass(uint256 seed) external {
        uint256 count = complaintCount;
        if (count == 0) return;
        uint256 id = _random(seed, 1) % count + 1;
        address who = people[_random(seed, 2) % 16];
        Order memory order = _orderOf(id);
        ICaseFund fund_ = ICaseFund(isClaim(id) ? address(claims) : address(escrow));
        _mustFail(who, address(fund_), abi.encodeCall(ICaseFund.divide, (order, _id(id), 10_000, 0)), "split");
        _mustFail(who, address(fund_), abi.encodeCall(ICaseFund.close, (order, _id(id))), "closed");
        _mustFail(who, address(court), abi.encodeCall(ICourt.concludeCase, (id, who)), "concluded");
        _mustFail(who, address(court), abi.encodeCall(ICourt.settleCase, (id, 0, who)), "settled");
        _mustFail(who, address(court), abi.encodeCall(IArbitrationCourt.appeal, (id, who)), "appealed");
        _mustFail(
            who, address(registry), abi.encodeCall(IOrganisationRegistry.charge, (ORGANISATION, 1, who)), "charged"
        );
        _mustFail(
            who, address(registry), abi.encodeCall(IOrganisationRegistry.payLocked, (ORGANISATION, 1, who)), "paid"
        );
        _mustFail(who, address(registry), abi.encodeCall(IOrganisationRegistry.unlock, (ORGANISATION, 1)), "unlocked");
        RoundPhase phase = court.phase(id);
        if (phase != RoundPhase.Missed) {
            _mustFail(who, address(court), abi.encodeCall(IArbitrationCourt.rearm, (id)), "rearmed");
        }
        if (phase != RoundPhase.Insufficient) {
            _mustFail(who, address(court), abi.encodeCall(IArbitrationCourt.voidRound, (id)), "voided");
        }
        OrderWord word = escrow.orders(order.key());
        if (word.state() == OrderState.Disputed) {
            _mustFail(order.customer, address(escrow), abi.encodeCall(IOrderEscrow.release, (order)), "released");
            _mustFail(ADMIN, address(escrow), abi.encodeCall(IOrderEscrow.refund, (order)), "refunded");
        }
    }

    // The end of a campaign

    /// Brings a complaint to its end by the clock and a stranger alone.
    function finish(uint256 id) external {
        uint256 began = _now();
        for (uint256 step; step < 200; ++step) {
            Phase phase = desk.phase(_id(id));
            if (phase >= Phase.Paid && phase <= Phase.Withdrawn) {
                _require(_now() - began <= LONGEST, "too long", id);
                return;
            }
            if (_execute(id)) continue;
            bool atCourt = phase == Phase.Escalated && !desk.complaints(_id(id)).flag(OUTSIDE);
            if (!atCourt || !_push(id)) _wait(1 days);
        }
        _require(false, "stuck", id);
    }

    function finishPublic(uint256 dispute) external {
        uint256 began = _now();
        for (uint256 step; step < 200 && !publicArbitrator.disputes(dispute).ruled; ++step) {
            if (court.phase(dispute) == RoundPhase.Decidable) _executedRuling(dispute);
            else if (!_push(dispute)) _wait(1 days);
        }
        _require(publicArbitrator.disputes(dispute).ruled && _now() - began <= LONGEST, "stuck", dispute);
    }

    function _push(uint256 dispute) private returns (bool) {
        RoundPhase phase = court.phase(dispute);
        if (phase == RoundPhase.AwaitingSeed) vm.roll(_block() + 5);
        else if (phase == RoundPhase.Drawable) _drawn(dispute, dispute, STRANGER);
        else if (phase == RoundPhase.Missed) _rearmed(dispute);
        else if (phase == RoundPhase.Insufficient) _voided(dispute);
        else return false;
        return true;
    }

    /// What is left of appeals goes to whoever it belongs to; an order without a complaint goes where it was meant to.
    function settleUp(uint256 id) external {
        for (uint256 level; level <= fund.levels(_id(id)); ++level) {
            _collected(id, level, id);
        }
    }

    function releaseAll() external {
        _wait(60 days);
        for (uint256 i; i < _orders.length; ++i) {
            Order memory order = _orders[i];
            if (escrow.orders(order.key()).state() != OrderState.Held) continue;
            _send(STRANGER, address(escrow), abi.encodeCall(IOrderEscrow.release, (order)), 0);
        }
    }
}
