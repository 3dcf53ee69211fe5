// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC165, IERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {Actors} from "./Actors.sol";
import {Payouts} from "./Payouts.sol";
import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {IPublicArbitrator} from "./interfaces/IPublicArbitrator.sol";
import {IPublicCourt} from "./interfaces/IPublicCourt.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {RoundPhase} from "./libraries/RoundPhases.sol";

/// The door through which other contracts bring their disputes to the house court; the interface is the manual.
contract PublicArbitrator is IPublicArbitrator, Payouts, ERC165 {
    /// Numbers below are complaints'.
    uint256 private constant FIRST = 1 << 64;
    uint256 private constant MEDIAN_FLAG = 1 << 255;
    uint256 private constant MEDIAN_CHOICES = 10_000;
    /// Enough for an arbitrable that moves tokens or speaks to a bridge.
    uint256 private constant DELIVERY_GAS = 1_000_000;

    IPublicCourt public immutable court;

    /// @inheritdoc IPublicArbitrator
    uint256 public disputeCount;
    mapping(uint256 dispute => PublicDispute) private _disputes;

    constructor(IPublicCourt court_, address forwarder) Actors(forwarder) {
        court = court_;
    }

    // ERC-792

    /// @inheritdoc IArbitrator
    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256 disputeID) {
        (uint8 track, bool median, uint256 seats) = _terms(_extraData);
        if (_choices == 0 || _choices == type(uint256).max || median && _choices != MEDIAN_CHOICES) {
            revert ChoicesInvalid(_choices);
        }
        uint256 cost = court.costOf(track, seats);
        if (msg.value < cost) revert ValueTooLow(cost, msg.value);
        disputeID = FIRST + ++disputeCount;
        _disputes[disputeID].arbitrable = IArbitrable(msg.sender);
        uint256 choices = median ? 0 : _choices;
        uint256 terms = court.openPublic{value: cost}(disputeID, track, seats, choices);
        emit DisputeCreation(disputeID, IArbitrable(msg.sender));
        emit Opened(disputeID, track, seats, choices, cost, terms);
        _pay(msg.sender, msg.value - cost);
    }

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata _extraData) external view returns (uint256 cost) {
        (uint8 track,, uint256 seats) = _terms(_extraData);
        return court.costOf(track, seats);
    }

    /// @inheritdoc IArbitrator
    function appeal(uint256 _disputeID, bytes calldata) external payable {
        IArbitrable arbitrable = _known(_disputeID).arbitrable;
        if (msg.sender != address(arbitrable)) revert NotArbitrable(_disputeID, msg.sender, address(arbitrable));
        uint256 end = _appealEnd(_disputeID);
        uint256 cost = court.appealCost(_disputeID);
        if (msg.value < cost) revert ValueTooLow(cost, msg.value);
        if (_disputes[_disputeID].announcedUntil != end) emit AppealPossible(_disputeID, arbitrable);
        court.appeal{value: cost}(_disputeID, msg.sender);
        emit AppealDecision(_disputeID, arbitrable);
        _pay(msg.sender, msg.value - cost);
    }

    /// @inheritdoc IArbitrator
    function appealCost(uint256 _disputeID, bytes calldata) external view returns (uint256 cost) {
        _known(_disputeID);
        return court.appealCost(_disputeID);
    }

    /// @inheritdoc IArbitrator
    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end) {
        if (court.phase(_disputeID) == RoundPhase.Appealable) return court.appealWindow(_disputeID);
    }

    /// @inheritdoc IArbitrator
    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus status) {
        if (_known(_disputeID).ruled) return DisputeStatus.Solved;
        RoundPhase phase = court.phase(_disputeID);
        if (phase == RoundPhase.Appealable) return DisputeStatus.Appealable;
        return phase == RoundPhase.Decidable ? DisputeStatus.Solved : DisputeStatus.Waiting;
    }

    /// @inheritdoc IArbitrator
    function currentRuling(uint256 _disputeID) external view returns (uint256 ruling) {
        PublicDispute storage dispute = _known(_disputeID);
        if (dispute.ruled) return dispute.ruling;
        RoundPhase phase = court.phase(_disputeID);
        if (phase == RoundPhase.Appealable || phase == RoundPhase.Decidable) return court.currentRuling(_disputeID);
    }

    // Anyone

    /// @inheritdoc IPublicArbitrator
    function announce(uint256 dispute) external {
        PublicDispute storage self = _known(dispute);
        uint256 end = _appealEnd(dispute);
        if (self.announcedUntil == end) revert AlreadyAnnounced(dispute);
        self.announcedUntil = uint40(end);
        emit AppealPossible(dispute, self.arbitrable);
    }

    /// @inheritdoc IPublicArbitrator
    function executeRuling(uint256 dispute) external nonReentrant {
        PublicDispute storage self = _known(dispute);
        if (self.ruled) revert AlreadyRuled(dispute);
        self.ruled = true;
        (uint256 ruling, bytes32 record) = court.concludePublic(dispute, address(self.arbitrable));
        self.ruling = ruling;
        emit Ruled(dispute, ruling, record);
        if (!_rule(dispute, DELIVERY_GAS)) emit DeliveryFailed(dispute);
    }

    /// @inheritdoc IPublicArbitrator
    function deliver(uint256 dispute) external nonReentrant {
        PublicDispute storage self = _known(dispute);
        if (!self.ruled) revert NotRuled(dispute);
        if (self.delivered) revert AlreadyDelivered(dispute);
        if (!_rule(dispute, gasleft())) revert DeliveryRefused(dispute);
    }

    // Views

    /// @inheritdoc IPublicArbitrator
    function disputes(uint256 dispute) external view returns (PublicDispute memory) {
        return _disputes[dispute];
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IArbitrator).interfaceId || super.supportsInterface(interfaceId);
    }

    // Below: the parts of the above

    function _known(uint256 dispute) private view returns (PublicDispute storage self) {
        self = _disputes[dispute];
        if (address(self.arbitrable) == address(0)) revert DisputeUnknown(dispute);
    }

    function _appealEnd(uint256 dispute) private view returns (uint256 end) {
        if (court.phase(dispute) != RoundPhase.Appealable) revert NotAppealable(dispute);
        (, end) = court.appealWindow(dispute);
    }

    /// The ruling stands before the arbitrable hears it, and is marked as heard only if it was, with enough gas to hear
    /// it: neither the arbitrable nor who calls here can lose it.
    function _rule(uint256 dispute, uint256 gasLimit) private returns (bool heard) {
        if (!BoundedCall.affordable(DELIVERY_GAS)) revert GasTooLow(DELIVERY_GAS, gasleft());
        PublicDispute storage self = _disputes[dispute];
        bytes memory data = abi.encodeCall(IArbitrable.rule, (dispute, self.ruling));
        (heard,,) = BoundedCall.call(address(self.arbitrable), gasLimit, 0, data);
        if (!heard) return false;
        self.delivered = true;
        emit Delivered(dispute);
    }

    function _terms(bytes calldata extraData) private pure returns (uint8 track, bool median, uint256 seats) {
        seats = 3;
        if (extraData.length < 32) return (0, false, seats);
        uint256 word = uint256(bytes32(extraData[:32]));
        if (word & ~(MEDIAN_FLAG | 7) == 0) (track, median) = (uint8(word & 7), word >= MEDIAN_FLAG);
        if (extraData.length < 64) return (track, median, seats);
        uint256 wanted = uint256(bytes32(extraData[32:64]));
        if (wanted > 31) return (track, median, seats);
        while (seats < wanted) seats = seats < 7 ? seats + 2 : 2 * seats + 1;
    }
}
