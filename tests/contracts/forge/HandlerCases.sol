// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBondClaims} from "../../../contracts/interfaces/IBondClaims.sol";
import {IComplaintDesk} from "../../../contracts/interfaces/IComplaintDesk.sol";
import {Phase} from "../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {
    ACCUSING,
    ACKNOWLEDGED,
    CONTESTED,
    ComplaintWord,
    OUTSIDE,
    RATED_BY_CUSTOMER
} from "../../../contracts/types/Complaint.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {HandlerShop} from "./HandlerShop.sol";
import {bound} from "./Vm.sol";

/// What customers and organisations do at the desk.
abstract contract HandlerCases is HandlerShop {
    /// What was offered first is a pledge, and it has not failed to please.
    mapping(uint256 complaint => bool) internal _isPledged;

    function file(uint256 seed) public {
        uint256 count = _orders.length;
        for (uint256 i; i < count && i < 8; ++i) {
            Order memory order = _orders[(_random(seed, 1) % count + i) % count];
            OrderWord word = escrow.orders(order.key());
            if (word.state() != OrderState.Held || _now() >= word.protectedUntil()) continue;
            bytes memory data = abi.encodeCall(
                IComplaintDesk.file,
                (order, uint16(bound(_random(seed, 2), 1, 10_000)), 2, bytes32(_random(seed, 3) % 2))
            );
            return _act(order.customer, address(desk), data, 0, seed);
        }
    }

    /// What the organisation may do about a complaint that waits for it.
    function answer(uint256 seed) public {
        uint256 id = _pick(seed, Phase.Filed);
        if (id == 0) return;
        ComplaintWord word = desk.complaints(_id(id));
        uint256 what = _random(seed, 2) % 8;
        if (what == 0 && !word.flag(ACKNOWLEDGED)) {
            _atDesk(ADMIN, abi.encodeCall(IComplaintDesk.acknowledge, (_id(id), bytes32(seed))), seed);
        } else if (what == 1 && word.askCount() < 2) {
            _atDesk(ADMIN, abi.encodeCall(IComplaintDesk.ask, (_id(id), bytes32(0))), seed);
        } else if (what == 2) {
            pledge(seed);
        } else {
            offer(seed);
        }
    }

    function offer(uint256 seed) public {
        uint256 id = _pick(seed, _random(seed, 3) % 3 == 0 ? Phase.Offered : Phase.Filed);
        if (id == 0) return;
        ComplaintWord word = desk.complaints(_id(id));
        bool again = word.offerCount() != 0;
        uint256 least = desk.phase(_id(id)) == Phase.Offered ? word.offer() : 0;
        if (again) least += 500;
        if (word.offerCount() == 4 || least > 10_000) return;
        uint16 share = uint16(bound(_random(seed, 4), least, least + (10_000 - least) / 3));
        if (!again && _random(seed, 5) % 4 == 0) share = 0;
        if (isClaim(id) && !_fund(id, share, seed)) share = 0;
        if (share < least) return;
        _atDesk(ADMIN, abi.encodeCall(IComplaintDesk.offer, (_id(id), share, bytes32(0))), seed);
        ++counted["offered"];
    }

    function pledge(uint256 seed) public {
        uint256 id = _pick(seed, Phase.Filed);
        if (id == 0 || desk.complaints(_id(id)).offerCount() != 0) return;
        uint16 refund = uint16(bound(_random(seed, 5), 1, 10_000));
        if (isClaim(id) && !_fund(id, refund, seed)) return;
        uint16 hours_ = uint16(bound(_random(seed, 6), 24, 200));
        _atDesk(ADMIN, abi.encodeCall(IComplaintDesk.pledge, (_id(id), 1, hours_, refund, bytes32(0))), seed);
        _isPledged[id] = true;
        ++counted["pledged"];
    }

    /// Sends money along for an offer on a claim; sometimes too little. Whoever carries it is the payer.
    function _fund(uint256 id, uint16 share, uint256 seed) internal returns (bool) {
        if (claims.covers(_id(id), share)) return true;
        uint256 needed = amountOf[_keyOfCase(id)] * share / 10_000;
        uint256 part = _random(seed, 7) % 4 == 0 ? needed / 2 + 1 : needed;
        _act(ADMIN, address(claims), abi.encodeCall(IBondClaims.fund, (_id(id))), part, _random(seed, 8));
        return claims.covers(_id(id), share);
    }

    /// Who sent money along takes back what is left of it, when it is not bound.
    function withdrawFunding(uint256 seed) external {
        uint256 count = complaintCount;
        for (uint256 i; i < count; ++i) {
            uint256 id = (_random(seed, 1) % count + i) % count + 1;
            if (!isClaim(id)) continue;
            address payer = _random(seed, 2) % 2 == 0 ? ADMIN : RELAYER;
            if (claims.sentBy(_id(id), payer) == 0) continue;
            bytes memory data = abi.encodeCall(IBondClaims.withdrawFunding, (_id(id), payable(STRANGER)));
            Phase phase = desk.phase(_id(id));
            bool bound_ = phase == Phase.Offered || phase == Phase.Lapsed || phase == Phase.Pledged
                || phase == Phase.Delivered || phase == Phase.Broken || phase == Phase.Kept;
            if (bound_) return _mustFail(payer, address(claims), data, "bound funding left");
            _act(payer, address(claims), data, 0, seed);
            ++counted["funding withdrawn"];
            return;
        }
    }

    /// What the customer may do about a complaint that is not before a court.
    function reply(uint256 seed) public {
        uint256 id = _pick(seed, Phase.Asked);
        if (id == 0 || _random(seed, 9) % 4 == 0) id = _pick(seed, Phase.Offered);
        if (id == 0) return;
        ComplaintWord word = desk.complaints(_id(id));
        address customer = word.customer();
        uint256 what = _random(seed, 2) % 16;
        if (what == 0 && word.flag(ACKNOWLEDGED) && !word.flag(CONTESTED)) {
            return _atDesk(customer, abi.encodeCall(IComplaintDesk.contest, (_id(id))), seed);
        }
        if (what == 1 && !word.flag(ACCUSING)) return _accuse(id, customer, seed);
        if (what == 2) {
            bytes memory data =
                abi.encodeCall(IComplaintDesk.withdraw, (_id(id), _orderOf(id), uint8(word.offerCount())));
            ++counted["withdrawn"];
            return _atDesk(customer, data, seed);
        }
        if (desk.phase(_id(id)) == Phase.Asked) {
            return _atDesk(customer, abi.encodeCall(IComplaintDesk.inform, (_id(id), bytes32(seed))), seed);
        }
        if (what < 6) accept(id, seed);
        else escalate(id, seed);
    }

    /// An arbitrator: it may not sit in the panel.
    function _accuse(uint256 id, address customer, uint256 seed) private {
        address accused = _arbitrator(_random(seed, 3) % ARBITRATORS);
        bytes32 accusation = keccak256(abi.encode(accused, bytes32(seed)));
        _atDesk(customer, abi.encodeCall(IComplaintDesk.accuse, (_id(id), accusation)), seed);
        _atDesk(customer, abi.encodeCall(IComplaintDesk.nameAccused, (_id(id), accused, bytes32(seed))), seed ^ 1);
    }

    function accept(uint256 id, uint256 seed) internal {
        ComplaintWord word = desk.complaints(_id(id));
        // A rejection or, after a pledge that failed to please, nothing at all.
        if (word.offer() == 0 && !_isPledged[id]) return;
        if (word.offer() != 0 && !_isThawed(id)) return;
        bytes memory data = abi.encodeCall(IComplaintDesk.accept, (_id(id), _orderOf(id), uint8(word.offerCount())));
        _atDesk(word.customer(), data, seed);
        ++counted["accepted"];
    }

    function escalate(uint256 id, uint256 seed) internal {
        ComplaintWord word = desk.complaints(_id(id));
        if (word.offer() >= 10_000) return;
        (bool known, uint256 cost) = _cost(id);
        if (!known) return;
        uint16 demand = uint16(bound(_random(seed, 3), word.offer() + 1, 10_000));
        if (_random(seed, 4) % 2 == 0) demand = 10_000;
        _escalate(id, demand, uint8(word.offerCount()), word.customer(), cost, seed);
    }

    /// Nobody answered a claim: anyone may bring it before the court.
    function _escalateOverdue(uint256 id, address who, uint256 seed) internal {
        ComplaintWord word = desk.complaints(_id(id));
        (, uint256 cost) = _cost(id);
        _escalate(id, uint16(word.demand()), uint8(word.offerCount()), who, cost, seed);
    }

    /// What an escalation costs; not known of a customer who takes no change, if an arbitrator outside may decline.
    function _cost(uint256 id) internal view virtual returns (bool known, uint256 cost);

    function _escalate(uint256 id, uint16 demand, uint8 number, address who, uint256 cost, uint256 seed) private {
        bytes memory data = abi.encodeCall(IComplaintDesk.escalate, (_id(id), _orderOf(id), number, demand, bytes32(0)));
        _act(who, address(desk), data, cost, seed);
        ++counted["escalated"];
        if (desk.complaints(_id(id)).flag(OUTSIDE)) ++counted["escalated outside"];
    }

    /// Pledges are kept or not, and the customer says so or not.
    function keep(uint256 seed) public {
        uint256 id = _pick(seed, _random(seed, 2) % 2 == 0 ? Phase.Pledged : Phase.Delivered);
        if (id == 0) return;
        address customer = desk.complaints(_id(id)).customer();
        if (desk.phase(_id(id)) == Phase.Pledged) {
            _atDesk(ADMIN, abi.encodeCall(IComplaintDesk.deliver, (_id(id), bytes32(0))), seed);
        } else if (_random(seed, 3) % 2 == 0) {
            _atDesk(customer, abi.encodeCall(IComplaintDesk.reopen, (_id(id), bytes32(0))), seed);
            _isPledged[id] = false;
            ++counted["reopened"];
        } else if (_isThawed(id)) {
            _atDesk(customer, abi.encodeCall(IComplaintDesk.confirmDelivery, (_id(id), _orderOf(id))), seed);
            ++counted["delivered"];
        }
    }

    /// Both sides name a share; now and then it is the same.
    function settle(uint256 seed) external {
        uint256 id = _pick(seed, Phase.Escalated);
        if (id == 0 || !_isThawed(id)) return;
        ComplaintWord word = desk.complaints(_id(id));
        uint8 round;
        if (!word.flag(OUTSIDE)) {
            if (court.phase(id) > RoundPhase.Commit) return;
            round = uint8(court.rounds(id).number());
        } else if (outside.cases(id).choice != 0 || !outside.evidenceOpen(id)) {
            return;
        }
        uint16 share = uint16(_random(seed, 2) % 10_001);
        if (isClaim(id) && !_fund(id, share, seed)) return;
        bytes memory data = abi.encodeCall(IComplaintDesk.settle, (_id(id), _orderOf(id), round, share));
        _note(word.flag(OUTSIDE) ? 0 : id);
        _atDesk(word.customer(), data, seed);
        if (_random(seed, 3) % 4 == 0) return;
        _atDesk(ADMIN, data, seed ^ 1);
        if (executed[id] == 1) ++counted["settled"];
    }

    /// What may still be said: evidence, a confirmation, a rating.
    function say(uint256 seed) external {
        uint256 count = complaintCount;
        if (count == 0) return;
        uint256 id = _random(seed, 1) % count + 1;
        (Phase phase, ComplaintWord word) = (desk.phase(_id(id)), desk.complaints(_id(id)));
        address who = _random(seed, 2) % 2 == 0 ? ADMIN : word.customer();
        if (phase == Phase.Paid && who != ADMIN) {
            _atDesk(who, abi.encodeCall(IComplaintDesk.confirm, (_id(id))), seed);
        } else if (phase == Phase.Confirmed || phase == Phase.Closed) {
            if (who == ADMIN || word.flag(RATED_BY_CUSTOMER)) return;
            _atDesk(who, abi.encodeCall(IComplaintDesk.rate, (_id(id), 3, bytes32(0))), seed);
        } else if (phase == Phase.Filed || phase == Phase.Offered || phase == Phase.Asked) {
            if (_random(seed, 3) % 4 != 0) return;
            _atDesk(who, abi.encodeCall(IComplaintDesk.submitEvidence, (_id(id), bytes32(seed | 1))), seed);
        }
    }

    function _atDesk(address who, bytes memory data, uint256 seed) internal {
        _act(who, address(desk), data, 0, seed);
    }

    function _isThawed(uint256 id) internal view returns (bool) {
        return _now() >= escrow.orders(_keyOfCase(id)).frozenUntil();
    }

    /// A complaint in that phase, looked for from a random one on; 0 if there is none.
    function _pick(uint256 seed, Phase phase) internal view returns (uint256) {
        uint256 count = complaintCount;
        uint256 first = _random(seed, 1);
        for (uint256 i; i < count; ++i) {
            uint256 id = (first % count + i) % count + 1;
            if (desk.phase(_id(id)) == phase) return id;
        }
        return 0;
    }
}
