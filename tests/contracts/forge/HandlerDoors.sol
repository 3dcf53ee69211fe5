// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "../../../contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "../../../contracts/interfaces/IArbitrator.sol";
import {ICaseFund} from "../../../contracts/interfaces/ICaseFund.sol";
import {IPublicArbitrator} from "../../../contracts/interfaces/IPublicArbitrator.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {IOutsideArbitrators} from "../../../contracts/interfaces/IOutsideArbitrators.sol";
import {Phase} from "../../../contracts/libraries/Phases.sol";
import {OUTSIDE} from "../../../contracts/types/Complaint.sol";
import {HandlerCourt} from "./HandlerCourt.sol";
import {bound} from "./Vm.sol";

/// An arbitrator outside with one judge: whoever calls `give`.
contract Judge {
    uint256 public cost = 0.05 ether;
    bool public refuses;
    uint256 public count;

    function set(uint256 cost_, bool refuses_) external {
        (cost, refuses) = (cost_, refuses_);
    }

    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return cost;
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256) {
        require(!refuses && msg.value >= cost, "refused");
        return count++;
    }

    function give(IArbitrable target, uint256 id, uint256 ruling) external {
        target.rule(id, ruling);
    }
}

/// A contract that brings its disputes to the house court, and may be hostile to what comes back.
contract Client {
    bool public refuses;
    uint256 public heard;

    function set(bool refuses_) external {
        refuses = refuses_;
    }

    function bring(IArbitrator court, uint256 choices, bytes calldata extraData) external payable {
        court.createDispute{value: msg.value}(choices, extraData);
    }

    function appeal(IArbitrator court, uint256 dispute) external payable {
        court.appeal{value: msg.value}(dispute, "");
    }

    function rule(uint256, uint256) external {
        require(!refuses, "refused");
        ++heard;
    }

    receive() external payable {
        require(!refuses, "refused");
    }
}

/// What comes in and goes out by ERC-792.
abstract contract HandlerDoors is HandlerCourt {
    Judge internal _judge = new Judge();
    Client internal _client = new Client();

    constructor() {
        _send(
            address(timelock),
            address(outside),
            abi.encodeCall(outside.list, (0, IArbitrator(address(_judge)), "", 1 ether, 30)),
            0
        );
        people.push(address(_client));
    }

    // Outside

    function judge(uint256 seed) external {
        uint256 id = _pickOutside(seed);
        if (id == 0) return;
        _judge.give(IArbitrable(address(outside)), outside.cases(id).id, _random(seed, 2) % 7);
        ++counted["judged"];
    }

    /// Its price and its mood.
    function mood(uint256 seed) external {
        _judge.set(bound(_random(seed, 1), 0, 1.2 ether), _random(seed, 2) % 4 == 0);
        _client.set(_random(seed, 3) % 3 == 0);
    }

    /// The desk names the most that it may come to, and gives back what is too much.
    function _cost(uint256 id) internal view override returns (bool, uint256 cost) {
        (, cost) = desk.escalationCost(_id(id), _orderOf(id));
        uint8 track = desk.complaints(_id(id)).track();
        if (track < 4 || desk.complaints(_id(id)).customer().code.length == 0) return (true, cost);
        uint256 base = ICaseFund(isClaim(id) ? address(claims) : address(escrow)).valueOf(_orderOf(id), _id(id));
        (, cost) = outside.quote(track, base);
        return (!_judge.refuses(), cost);
    }

    function _pickOutside(uint256 seed) private view returns (uint256) {
        uint256 count = complaintCount;
        uint256 first = _random(seed, 1);
        for (uint256 i; i < count; ++i) {
            uint256 id = (first % count + i) % count + 1;
            bool open = desk.phase(_id(id)) == Phase.Escalated && desk.complaints(_id(id)).flag(OUTSIDE);
            if (open && outside.cases(id).state == IOutsideArbitrators.CaseState.Waiting) return id;
        }
        return 0;
    }

    // Of others

    function bring(uint256 seed) external {
        if (_random(seed, 1) % 3 != 0) return;
        bool median = _random(seed, 2) % 2 == 0;
        uint256 choices = median ? 10_000 : _random(seed, 3) % 2 == 0 ? 2 : type(uint256).max - 1;
        bytes memory extraData = abi.encode(median ? uint256(1) << 255 : 0, _random(seed, 4) % 9);
        IArbitrator court_ = IArbitrator(address(publicArbitrator));
        uint256 cost = court_.arbitrationCost(extraData) + _random(seed, 5) % 2;
        _send(STRANGER, address(_client), abi.encodeCall(Client.bring, (court_, choices, extraData)), cost);
        ++counted["brought"];
    }

    function appealPublic(uint256 seed) external {
        uint256 dispute = _pickPublic(seed, RoundPhase.Appealable);
        if (dispute == 0 || _random(seed, 2) % 2 == 0) return;
        _note(dispute);
        IArbitrator court_ = IArbitrator(address(publicArbitrator));
        uint256 cost = court_.appealCost(dispute, "");
        _send(STRANGER, address(_client), abi.encodeCall(Client.appeal, (court_, dispute)), cost);
        ++counted["appealed by a contract"];
    }

    function executeRuling(uint256 seed) external {
        uint256 dispute = _pickPublic(seed, RoundPhase.Decidable);
        if (dispute != 0) _executedRuling(dispute);
    }

    function _executedRuling(uint256 dispute) internal {
        _note(dispute);
        bytes memory data = abi.encodeCall(IPublicArbitrator.executeRuling, (dispute));
        _send(STRANGER, address(publicArbitrator), data, 0);
        _mustFail(STRANGER, address(publicArbitrator), data, "ruled twice");
        ++counted["ruled for a contract"];
    }

    function deliver(uint256 seed) external {
        if (_publicDisputes.length == 0 || _client.refuses()) return;
        uint256 dispute = _publicDisputes[seed % _publicDisputes.length];
        IPublicArbitrator.PublicDispute memory self = publicArbitrator.disputes(dispute);
        if (!self.ruled || self.delivered) return;
        _send(STRANGER, address(publicArbitrator), abi.encodeCall(IPublicArbitrator.deliver, (dispute)), 0);
        ++counted["delivered late"];
    }

    function _pickPublic(uint256 seed, RoundPhase phase) private view returns (uint256) {
        uint256 count = _publicDisputes.length;
        for (uint256 i; i < count; ++i) {
            uint256 dispute = _publicDisputes[(_random(seed, 1) % count + i) % count];
            if (court.phase(dispute) == phase) return dispute;
        }
        return 0;
    }
}
