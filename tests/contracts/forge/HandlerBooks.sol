// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealFund} from "../../../contracts/interfaces/IAppealFund.sol";
import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {IBondClaims} from "../../../contracts/interfaces/IBondClaims.sol";
import {IComplaintAnchor} from "../../../contracts/interfaces/IComplaintAnchor.sol";
import {IComplaintDesk} from "../../../contracts/interfaces/IComplaintDesk.sol";
import {IOrderEscrow} from "../../../contracts/interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {IPublicArbitrator} from "../../../contracts/interfaces/IPublicArbitrator.sol";
import {Outcome} from "../../../contracts/types/Complaint.sol";
import {ComplaintId, OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {House} from "./House.sol";
import {Vm, vm} from "./Vm.sol";

/// Books that are kept from the events alone, as somebody without access to storage would keep them. Whatever a
/// transaction does is read at its end, and what it may not do is refused here.
abstract contract HandlerBooks is House {
    struct Entry {
        uint8 seat;
        bytes32 commitment;
    }

    struct Withdrawal {
        uint256 amount;
        uint256 readyAt;
        uint256 lapsesAt;
    }

    /// The trail of each subject: complaint, organisation, the organisation's list at the desk, order, claim, sender.
    mapping(address owner => mapping(uint256 subject => bytes32)) public folded;
    mapping(uint256 organisation => bytes32) public foldedList;
    /// What an order or claim was for.
    mapping(bytes32 key => uint256) public amountOf;
    mapping(bytes32 key => bool) internal isFrozen;
    mapping(uint256 complaint => uint256) public executed;
    /// Units that a payer put into something, less what came back; by dispute, side and payer.
    mapping(bytes32 account => uint256) public given;
    mapping(uint256 dispute => uint256) public costPaid;

    // The court's

    /// Fees that an open dispute still holds (wei), and the panels that sit in it, by appeal.
    mapping(uint256 dispute => uint256) public held;
    mapping(uint256 dispute => mapping(uint256 level => uint32[])) internal _panels;
    mapping(uint256 position => uint256) public seatsHeld;
    mapping(uint256 position => address) public ownerOf;
    uint256 public positionCount;
    mapping(uint256 dispute => Entry[]) internal _entries;
    mapping(uint256 dispute => bytes32) internal _priorRecord;
    /// What a round's record must be, noted before the round is left.
    bytes32 internal _noted;

    // The registry's

    mapping(uint256 organisation => uint256) public bondOf;
    mapping(uint256 organisation => Withdrawal) public announced;

    error Broken(string what, uint256 subject);

    function _require(bool holds, string memory what, uint256 subject) internal pure {
        if (!holds) revert Broken(what, subject);
    }

    /// Reads what happened since `vm.recordLogs`, in order; then compares each subject's word on chain with the fold.
    function _read(Vm.Log[] memory logs) internal {
        bool ruled;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(desk)) ruled = _readDesk(logs[i]) || ruled;
            else if (logs[i].emitter == address(court)) _readCourt(logs[i]);
            else if (logs[i].emitter == address(escrow)) _readEscrow(logs[i]);
            else if (logs[i].emitter == address(claims)) _readClaims(logs[i]);
            else if (logs[i].emitter == address(fund)) _readFund(logs[i]);
            else if (logs[i].emitter == address(publicArbitrator)) _readPublic(logs[i]);
            else if (logs[i].emitter == address(anchor)) _readAnchor(logs[i]);
            else if (logs[i].emitter == address(registry)) _fold(logs[i], uint256(logs[i].topics[1]), 2);
        }
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(registry)) _readBond(logs[i], ruled);
            if (logs[i].emitter == address(desk) && _isFolded(logs[i].topics[0])) _compare(uint256(logs[i].topics[1]));
        }
    }

    function _compare(uint256 complaint) private view {
        bytes32 word = desk.trail(ComplaintId.wrap(uint64(complaint)));
        _require(word == folded[address(desk)][complaint], "trail of the complaint", complaint);
    }

    /// Indexed arguments come first and all are static: topics and data are the encoding of all arguments.
    function _arguments(Vm.Log memory log_) private pure returns (bytes memory all) {
        for (uint256 i = 1; i < log_.topics.length; ++i) {
            all = bytes.concat(all, log_.topics[i]);
        }
        all = bytes.concat(all, log_.data);
    }

    function _fold(Vm.Log memory log_, uint256 subject, uint256 actorTopic) private {
        if (!_isFolded(log_.topics[0])) return;
        bytes32 word = folded[log_.emitter][subject];
        if (word == 0) word = _genesis(log_.emitter, subject);
        folded[log_.emitter][subject] = _next(word, log_, actorTopic);
    }

    function _next(bytes32 word, Vm.Log memory log_, uint256 actorTopic) private view returns (bytes32) {
        address actor = address(uint160(uint256(log_.topics[actorTopic])));
        return keccak256(abi.encode(word, log_.topics[0], keccak256(_arguments(log_)), actor, _now()));
    }

    function _genesis(address owner, uint256 subject) private view returns (bytes32) {
        return keccak256(abi.encode("redress-trail/1", block.chainid, owner, subject));
    }

    /// All but echoes, and what is about money or nonces of one account.
    function _isFolded(bytes32 topic) private pure returns (bool) {
        return topic != keccak256("Evidence(address,uint256,address,string)")
            && topic != keccak256("Credited(address,uint256)")
            && topic != keccak256("CreditWithdrawn(address,address,uint256)")
            && topic != keccak256("PauseSet(address,bool)");
    }

    // The desk

    function _readDesk(Vm.Log memory log_) private returns (bool ruled) {
        uint256 complaint = uint256(log_.topics[1]);
        if (log_.topics[0] == IComplaintDesk.Filed.selector) {
            _readFiled(log_, complaint);
            return false;
        }
        _fold(log_, complaint, 2);
        if (log_.topics[0] == IComplaintDesk.Escalated.selector) {
            (,,, uint256 cost,, bool isOutside,) =
                abi.decode(log_.data, (uint16, uint16, uint256, uint256, address, bool, bytes32));
            costPaid[complaint] = cost;
            if (!isOutside) held[complaint] = cost;
        }
        if (log_.topics[0] != IComplaintDesk.Executed.selector) return false;
        return _readExecuted(log_, complaint);
    }

    function _readFiled(Vm.Log memory log_, uint256 complaint) private {
        uint256 organisation = uint256(log_.topics[2]);
        (bytes32 key, bytes32 orderTrail) = abi.decode(log_.data, (bytes32, bytes32));
        _require(orderTrail != 0 && orderTrail == _orderTrail(key), "order's trail at the filing", complaint);
        _require(folded[address(desk)][complaint] == 0, "filed twice", complaint);
        bytes32 list = foldedList[organisation];
        if (list == 0) list = _genesis(address(desk), organisation);
        foldedList[organisation] = _next(list, log_, 3);
        _fold(log_, complaint, 3);
        bytes32 word = desk.organisationTrail(OrganisationId.wrap(uint24(organisation)));
        _require(word == foldedList[organisation], "organisation's list", organisation);
        _filed(complaint, key);
    }

    function _readExecuted(Vm.Log memory log_, uint256 complaint) private returns (bool) {
        _require(++executed[complaint] == 1, "executed twice", complaint);
        bytes32 key = _keyOfCase(complaint);
        (Outcome outcome,,,,,,, bytes32 orderTrail, bytes32 record, uint256 cost) =
            abi.decode(log_.data, (Outcome, uint16, uint96, uint96, uint96, uint96, uint32, bytes32, bytes32, uint96));
        bool silent = folded[address(escrow)][uint256(key)] != 0 && !isFrozen[key];
        _require(orderTrail == (silent ? bytes32(0) : _orderTrail(key)), "order's trail at the end", complaint);
        _require(cost <= costPaid[complaint], "costs more than was paid", complaint);
        if (_noted != 0) _require(record == _noted, "record", complaint);
        return outcome == Outcome.Ruled || outcome == Outcome.Refused;
    }

    function _orderTrail(bytes32 key) private view returns (bytes32) {
        bytes32 word = folded[address(escrow)][uint256(key)];
        return word == 0 ? folded[address(claims)][uint256(key)] : word;
    }

    /// A complaint was filed about that order or claim.
    function _filed(uint256 complaint, bytes32 key) internal virtual;

    function _keyOfCase(uint256 complaint) internal view virtual returns (bytes32);

    // The anchor

    /// A sender's list of batches; what its customer revoked is in none.
    function _readAnchor(Vm.Log memory log_) private {
        if (log_.topics[0] != IComplaintAnchor.Anchored.selector) return;
        uint256 sender = uint256(log_.topics[1]);
        _fold(log_, sender, 1);
        bytes32 word = anchor.trail(address(uint160(sender)));
        _require(word == folded[address(anchor)][sender], "trail of the batches", sender);
    }

    // Funds of cases

    function _readEscrow(Vm.Log memory log_) private {
        bytes32 topic = log_.topics[0];
        bytes32 key = log_.topics.length > 1 ? log_.topics[1] : bytes32(0);
        bool folds = topic == IOrderEscrow.Released.selector || topic == IOrderEscrow.Refunded.selector
            || topic == IOrderEscrow.OrderFrozen.selector;
        if (topic == IOrderEscrow.OrderFrozen.selector) isFrozen[key] = true;
        if (topic == IOrderEscrow.Paid.selector) {
            (,,, uint256 amount) = abi.decode(log_.data, (uint16, address, bytes32, uint256));
            _require(amountOf[key] == 0 && amount != 0, "paid twice", uint256(key));
            amountOf[key] = amount;
            _fold(log_, uint256(key), 3);
        } else if (folds) {
            _fold(log_, uint256(key), 3);
        }
        if (topic == IOrderEscrow.Split.selector) {
            (, uint256 toCustomer, uint256 toOrganisation) = abi.decode(log_.data, (uint64, uint256, uint256));
            _require(toCustomer + toOrganisation == amountOf[key], "split into all of it", uint256(key));
        }
    }

    function _readClaims(Vm.Log memory log_) private {
        bytes32 topic = log_.topics[0];
        if (topic == IBondClaims.Claimed.selector || topic == IBondClaims.Split.selector) {
            _fold(log_, uint256(log_.topics[1]), 3);
        } else if (topic == IBondClaims.Funded.selector) {
            uint256 sent = abi.decode(log_.data, (uint256));
            given[_account(log_.topics[1], 0, log_.topics[3])] += sent;
        } else if (topic == IBondClaims.FundingWithdrawn.selector) {
            (, uint256 back) = abi.decode(log_.data, (address, uint256));
            // It underflows if more comes back than was sent.
            given[_account(log_.topics[1], 0, log_.topics[2])] -= back;
        }
        if (topic == IBondClaims.Claimed.selector) {
            (,, amountOf[log_.topics[1]],) = abi.decode(log_.data, (uint16, bytes32, uint256, address));
        }
    }

    function _readFund(Vm.Log memory log_) private {
        bytes32 topic = log_.topics[0];
        bool shared = topic == IAppealFund.ShareWithdrawn.selector;
        if (topic != IAppealFund.Contributed.selector && topic != IAppealFund.Refunded.selector && !shared) return;
        (bool higher, uint256 amount) = abi.decode(log_.data, (bool, uint256));
        uint256 pot = uint256(log_.topics[2]) << 1 | (higher ? 1 : 0);
        bytes32 account = _account(log_.topics[1], pot + 1, log_.topics[3]);
        if (topic == IAppealFund.Contributed.selector) given[account] += amount;
        else if (!shared) given[account] -= amount;
        // Those against the appeal may win its stake.
        else if (_isAppellant(log_.topics[1], log_.topics[2], higher)) given[account] -= amount;
    }

    function _isAppellant(bytes32 dispute, bytes32 level, bool higher) private view returns (bool) {
        return fund.appeals(ComplaintId.wrap(uint64(uint256(dispute))), uint256(level)).higher == higher;
    }

    function _account(bytes32 subject, uint256 pot, bytes32 payer) private pure returns (bytes32) {
        return keccak256(abi.encode(subject, pot, payer));
    }

    // The court

    function _readPublic(Vm.Log memory log_) private {
        if (log_.topics[0] != IPublicArbitrator.Opened.selector) return;
        (,,, uint256 cost,) = abi.decode(log_.data, (uint8, uint256, uint256, uint256, uint256));
        held[uint256(log_.topics[1])] = cost;
        _opened(uint256(log_.topics[1]));
    }

    function _opened(uint256 dispute) internal virtual;

    function _readCourt(Vm.Log memory log_) private {
        bytes32 topic = log_.topics[0];
        if (topic == IArbitrationCourt.Staked.selector) _readStaked(log_);
        else if (topic == IArbitrationCourt.Drawn.selector) _readDrawn(log_);
        else if (topic == IArbitrationCourt.Unstaked.selector) _readUnstaked(uint256(log_.topics[1]));
        if (topic == IArbitrationCourt.Committed.selector) {
            (uint8 seat, bytes32 commitment) = abi.decode(log_.data, (uint8, bytes32));
            _entries[uint256(log_.topics[1])].push(Entry(seat, commitment));
        } else if (topic == IArbitrationCourt.RoundVoided.selector) {
            uint256 dispute = uint256(log_.topics[1]);
            (bytes32 record,) = abi.decode(log_.data, (bytes32, int256[]));
            _require(record == _noted, "record of the void round", dispute);
            _priorRecord[dispute] = _noted;
            _release(dispute, court.rounds(dispute).appeals());
        } else if (topic == IArbitrationCourt.Appealed.selector) {
            _priorRecord[uint256(log_.topics[1])] = _noted;
            (,, uint256 word) = abi.decode(log_.data, (uint256, uint256, uint256));
            Round next = Round.wrap(word);
            held[uint256(log_.topics[1])] += (next.paidSeats() * next.feeGwei() + court.drawBountyGwei()) * 1 gwei;
        } else if (topic == IArbitrationCourt.Concluded.selector) {
            _readEnd(uint256(log_.topics[1]));
        }
    }

    function _readStaked(Vm.Log memory log_) private {
        uint256 position = uint256(log_.topics[1]);
        _require(ownerOf[position] == address(0), "a place given twice", position);
        ownerOf[position] = address(uint160(uint256(log_.topics[2])));
        if (position >= positionCount) positionCount = position + 1;
    }

    function _readUnstaked(uint256 position) private {
        _require(seatsHeld[position] == 0, "left with a seat", position);
        ownerOf[position] = address(0);
    }

    function _readDrawn(Vm.Log memory log_) private {
        uint256 dispute = uint256(log_.topics[1]);
        (,, uint32[] memory panel) = abi.decode(log_.data, (bytes32, uint8, uint32[]));
        Round round = court.rounds(dispute);
        delete _entries[dispute];
        _panels[dispute][round.appeals()] = panel;
        for (uint256 i; i < panel.length; ++i) {
            _require(ownerOf[panel[i]] != address(0), "nobody in the seat", dispute);
            ++seatsHeld[panel[i]];
        }
        if (round.voids() == 0) held[dispute] -= court.drawBountyGwei() * 1 gwei;
    }

    function _readEnd(uint256 dispute) private {
        _require(held[dispute] != 0, "ended twice", dispute);
        delete held[dispute];
        for (uint256 level; level < 4; ++level) {
            _release(dispute, level);
        }
    }

    function _release(uint256 dispute, uint256 level) private {
        uint32[] storage panel = _panels[dispute][level];
        for (uint256 i; i < panel.length; ++i) {
            --seatsHeld[panel[i]];
        }
        delete _panels[dispute][level];
    }

    // The bond

    /// It leaves by a ruling or after notice, and in no other way.
    function _readBond(Vm.Log memory log_, bool ruled) private {
        (bytes32 topic, uint256 organisation) = (log_.topics[0], uint256(log_.topics[1]));
        if (!_isFolded(topic)) return;
        bytes32 word = registry.trail(OrganisationId.wrap(uint24(organisation)));
        _require(word == folded[address(registry)][organisation], "trail of the organisation", organisation);
        if (topic == IOrganisationRegistry.BondDeposited.selector) {
            bondOf[organisation] += abi.decode(log_.data, (uint256));
        } else if (
            topic == IOrganisationRegistry.BondCharged.selector || topic == IOrganisationRegistry.BondPaid.selector
        ) {
            _require(ruled, "bond paid without a ruling", organisation);
            bondOf[organisation] -= abi.decode(log_.data, (uint256));
        } else if (topic == IOrganisationRegistry.BondWithdrawalRequested.selector) {
            (uint256 amount, uint256 readyAt, uint256 lapsesAt) = abi.decode(log_.data, (uint256, uint256, uint256));
            _require(readyAt >= _now() + 127 days && lapsesAt == readyAt + 30 days, "notice too short", organisation);
            announced[organisation] = Withdrawal(amount, readyAt, lapsesAt);
        } else if (topic == IOrganisationRegistry.BondWithdrawn.selector) {
            (, uint256 amount) = abi.decode(log_.data, (address, uint256));
            Withdrawal storage notice = announced[organisation];
            _require(_now() >= notice.readyAt && _now() < notice.lapsesAt, "bond left without notice", organisation);
            (notice.amount, bondOf[organisation]) = (notice.amount - amount, bondOf[organisation] - amount);
        }
    }
}
