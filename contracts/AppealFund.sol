// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {Payouts} from "./Payouts.sol";
import {IAppealFund} from "./interfaces/IAppealFund.sol";
import {IComplaintDesk} from "./interfaces/IComplaintDesk.sol";
import {IFeePayer} from "./interfaces/IFeePayer.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {IAppeals} from "./interfaces/IPublicCourt.sol";
import {RoundPhase} from "./libraries/RoundPhases.sol";
import {ComplaintWord} from "./types/Complaint.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";

/// Crowdfunded appeals of disputes about complaints; the interface is the manual.
///
/// balance = what is in pots that opened no appeal and was not refunded + stakes not resolved + shares not taken
/// + what is owed to bonds + credits.
contract AppealFund is IAppealFund, IFeePayer, Payouts {
    /// How far the next ruling must have moved, in basis points.
    uint256 private constant MOVED = 500;

    IAppeals public immutable court;
    IOrganisationRegistry public immutable registry;
    IComplaintDesk public immutable desk;

    /// @inheritdoc IAppealFund
    mapping(ComplaintId dispute => uint256) public levels;
    /// @inheritdoc IAppealFund
    mapping(OrganisationId organisation => uint256) public owedToBond;
    mapping(ComplaintId dispute => mapping(uint256 level => Appeal)) private _appeals;
    mapping(bytes32 pot => Pot) private _pots;
    mapping(bytes32 pot => mapping(address payer => Contribution)) private _contributions;

    constructor(IAppeals court_, IOrganisationRegistry registry_, IComplaintDesk desk_, address forwarder)
        Actors(forwarder)
    {
        (court, registry, desk) = (court_, registry_, desk_);
    }

    // Funders

    /// @inheritdoc IAppealFund
    function contribute(ComplaintId dispute, bool higher) external payable nonReentrant {
        if (msg.value == 0) revert NothingGiven();
        RoundPhase current = _phase(dispute);
        if (current != RoundPhase.Appealable) revert WrongPhase(dispute, current);
        uint256 level = levels[dispute];
        bytes32 key = _key(dispute, level, higher);
        uint256 cost = court.appealCost(ComplaintId.unwrap(dispute));
        uint256 left = _missing(key, cost);
        uint256 amount = msg.value < left ? msg.value : left;
        address payer = _payer();
        _pots[key].raised += uint96(amount);
        _contributions[key][payer].amount += uint96(amount);
        emit Contributed(dispute, level, higher, payer, uint96(amount));
        if (amount == left) _appeal(dispute, level, higher, uint96(cost), _pots[key].raised - uint96(cost));
        _pay(payer, msg.value - amount);
    }

    /// @inheritdoc IAppealFund
    function refund(ComplaintId dispute, uint256 level, bool higher, address payer) external nonReentrant {
        bool open = level >= levels[dispute];
        bool opened = !open && _appeals[dispute][level].higher == higher;
        if (opened || open && _phase(dispute) == RoundPhase.Appealable) revert NotRefundable(dispute, level, higher);
        bytes32 key = _key(dispute, level, higher);
        Contribution storage self = _contributions[key][payer];
        uint96 amount = self.amount;
        if (amount == 0 || self.refunded) revert NothingToRefund(payer);
        if (open) {
            // Nobody's share depends on this pot. It must not count money that has left, however the court's phases go.
            self.amount = 0;
            _pots[key].raised -= amount;
        } else {
            self.refunded = true;
        }
        emit Refunded(dispute, level, higher, payer, amount);
        _pay(payer, amount);
    }

    /// @inheritdoc IAppealFund
    function withdrawShare(ComplaintId dispute, uint256 level, bool higher) external nonReentrant {
        if (level < levels[dispute] && !_appeals[dispute][level].resolved) {
            (bool known, bool refused, uint16 ruling) = _next(dispute, level);
            if (known) _resolve(dispute, level, refused, ruling);
        }
        bytes32 key = _key(dispute, level, higher);
        address payer = _actor();
        Contribution storage self = _contributions[key][payer];
        uint96 amount = _shareDown(_pots[key], self);
        if (amount == 0) revert NothingToShare(payer);
        self.taken += amount;
        emit ShareWithdrawn(dispute, level, higher, payer, amount);
        _pay(payer, amount);
    }

    // Anyone

    /// @inheritdoc IAppealFund
    function resolve(ComplaintId dispute, uint256 level) external nonReentrant {
        if (level >= levels[dispute]) revert AppealUnknown(dispute, level);
        if (_appeals[dispute][level].resolved) revert AlreadyResolved(dispute, level);
        (bool known, bool refused, uint16 ruling) = _next(dispute, level);
        if (!known) revert NotEnded(dispute, level);
        _resolve(dispute, level, refused, ruling);
    }

    /// @inheritdoc IAppealFund
    function payBond(OrganisationId organisation) external nonReentrant {
        if (owedToBond[organisation] == 0) revert NothingOwed(organisation);
        _payBond(organisation);
    }

    // The court

    /// @inheritdoc IFeePayer
    function takeBack(uint256 dispute, uint256 payment) external payable {
        if (msg.sender != address(court)) revert OnlyCourt(msg.sender);
        ComplaintId id = ComplaintId.wrap(uint64(dispute));
        if (payment == 0 || payment > levels[id]) revert PaymentUnknown(id, payment);
        uint256 level = payment - 1;
        _pots[_key(id, level, _appeals[id][level].higher)].shared += uint96(msg.value);
        emit FeesReturned(id, level, uint96(msg.value));
    }

    // Views

    /// @inheritdoc IAppealFund
    function appeals(ComplaintId dispute, uint256 level) external view returns (Appeal memory) {
        return _appeals[dispute][level];
    }

    /// @inheritdoc IAppealFund
    function pot(ComplaintId dispute, uint256 level, bool higher) external view returns (Pot memory) {
        return _pots[_key(dispute, level, higher)];
    }

    /// @inheritdoc IAppealFund
    function contribution(ComplaintId dispute, uint256 level, bool higher, address payer)
        external
        view
        returns (Contribution memory)
    {
        return _contributions[_key(dispute, level, higher)][payer];
    }

    /// @inheritdoc IAppealFund
    function missing(ComplaintId dispute, bool higher) external view returns (uint256) {
        RoundPhase current = _phase(dispute);
        if (current != RoundPhase.Appealable) revert WrongPhase(dispute, current);
        return _missing(_key(dispute, levels[dispute], higher), court.appealCost(ComplaintId.unwrap(dispute)));
    }

    // Below: the parts of the above

    function _appeal(ComplaintId dispute, uint256 level, bool higher, uint96 cost, uint96 stake) private {
        levels[dispute] = level + 1;
        Appeal storage self = _appeals[dispute][level];
        (self.higher, self.cost, self.stake) = (higher, cost, stake);
        uint16 before = uint16(court.appeal{value: cost}(ComplaintId.unwrap(dispute), address(this)));
        self.rulingBefore = before;
        emit Appealed(dispute, level, higher, cost, stake, before);
    }

    /// The ruling after that appeal: the one the next appeal was brought against, or the last.
    function _next(ComplaintId dispute, uint256 level) private view returns (bool known, bool refused, uint16 ruling) {
        if (level + 1 < levels[dispute]) return (true, false, _appeals[dispute][level + 1].rulingBefore);
        return court.finalRuling(ComplaintId.unwrap(dispute));
    }

    function _resolve(ComplaintId dispute, uint256 level, bool refused, uint16 ruling) private {
        Appeal storage self = _appeals[dispute][level];
        self.resolved = true;
        (bool higher, uint96 stake) = (self.higher, self.stake);
        bool moved = higher ? ruling >= self.rulingBefore + MOVED : ruling + MOVED <= self.rulingBefore;
        if (refused || moved) {
            _pots[_key(dispute, level, higher)].shared += stake;
            emit Resolved(dispute, level, refused, refused ? 0 : ruling, stake, 0);
            return;
        }
        emit Resolved(dispute, level, false, ruling, 0, stake);
        ComplaintWord word = desk.complaints(dispute);
        if (!higher) return _pay(word.customer(), stake);
        owedToBond[word.organisation()] += stake;
        _payBond(word.organisation());
    }

    /// The registry may refuse, while it is paused for one: then the money waits, and nobody else's with it.
    function _payBond(OrganisationId organisation) private {
        uint256 amount = owedToBond[organisation];
        owedToBond[organisation] = 0;
        try registry.depositBond{value: amount}(organisation) {
            emit BondPaid(organisation, uint96(amount));
        } catch {
            owedToBond[organisation] = amount;
        }
    }

    function _missing(bytes32 key, uint256 cost) private view returns (uint256) {
        uint256 target = cost + cost / 2;
        uint256 raised = _pots[key].raised;
        return raised < target ? target - raised : 0;
    }

    function _shareDown(Pot storage from, Contribution storage self) private view returns (uint96) {
        if (self.amount == 0) return 0;
        return uint96(uint256(from.shared) * self.amount / from.raised) - self.taken;
    }

    function _phase(ComplaintId dispute) private view returns (RoundPhase) {
        return court.phase(ComplaintId.unwrap(dispute));
    }

    function _key(ComplaintId dispute, uint256 level, bool higher) private pure returns (bytes32) {
        return keccak256(abi.encode(dispute, level, higher));
    }
}
