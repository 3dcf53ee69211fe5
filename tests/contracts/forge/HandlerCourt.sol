// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealFund} from "../../../contracts/interfaces/IAppealFund.sol";
import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {LEAKED, NO_VOTE, Round} from "../../../contracts/types/Round.sol";
import {Tracks} from "../../../contracts/types/Track.sol";
import {HandlerCases} from "./HandlerCases.sol";
import {bound, vm} from "./Vm.sol";

/// What arbitrators, drawers and those who appeal do.
abstract contract HandlerCourt is HandlerCases {
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    // Answers with what lies in the slot of the asked block's number.
    bytes private constant HISTORY_CODE = hex"5f35545f5260205ff3";
    bytes32 private constant COMMIT_TYPEHASH =
        keccak256("Commit(uint256 dispute,uint256 round,uint8 seat,bytes32 commitment,address actor)");

    mapping(bytes32 commitment => uint256) private _voteOf;

    // Stakes

    function stake(uint256 seed) external {
        if (court.paused()) return;
        uint8 tickets = uint8(bound(_random(seed, 1), 1, 8));
        bytes memory data = abi.encodeCall(IArbitrationCourt.stake, (tickets));
        _act(_arbitrator(_random(seed, 2) % ARBITRATORS), address(court), data, tickets * TICKET, seed);
    }

    /// Whoever sits may not leave, nor whoever has not waited.
    function quit(uint256 seed) external {
        uint256 place = _random(seed, 1) % positionCount;
        PositionId position = PositionId.wrap(uint32(place));
        Position word = court.positions(position);
        if (word.owner() == address(0)) return;
        if (!word.exiting()) {
            if (_random(seed, 2) % 4 != 0) return;
            _act(word.owner(), address(court), abi.encodeCall(IArbitrationCourt.requestExit, (position)), 0, seed);
            return;
        }
        bytes memory leave = abi.encodeCall(IArbitrationCourt.unstake, (position, payable(STRANGER)));
        if (seatsHeld[place] != 0) return _mustFail(word.owner(), address(court), leave, "left with a seat");
        if (_block() < court.exitBlock(position) + 8200) {
            return _mustFail(word.owner(), address(court), leave, "left too early");
        }
        _act(word.owner(), address(court), leave, 0, seed);
        ++counted["unstaked"];
    }

    function takeRewards(uint256 seed) external {
        PositionId position = PositionId.wrap(uint32(_random(seed, 1) % positionCount));
        Position word = court.positions(position);
        if (word.balance() * 1 gwei <= word.tickets() * TICKET) return;
        bytes memory data = abi.encodeCall(IArbitrationCourt.withdrawRewards, (position, payable(STRANGER)));
        _act(word.owner(), address(court), data, 0, seed);
        ++counted["rewards"];
    }

    function setKey(uint256 seed) external {
        PositionId position = PositionId.wrap(uint32(_random(seed, 1) % positionCount));
        address owner = court.positions(position).owner();
        if (owner == address(0)) return;
        (, uint64 version) = court.votingKey(position);
        address key = _random(seed, 2) % 4 == 0 ? address(0) : _arbitrator(_random(seed, 3) % ARBITRATORS);
        _act(
            owner, address(court), abi.encodeCall(IArbitrationCourt.setVotingKey, (position, version + 1, key)), 0, seed
        );
    }

    /// Other terms for new disputes.
    function setTrack(uint256 seed) external {
        if (_random(seed, 1) % 4 != 0) return;
        uint256 fee = bound(_random(seed, 2), 1, 20_000_000);
        uint256 lock = bound(_random(seed, 3), 10_000_000, 100_000_000);
        bytes memory data = abi.encodeCall(
            IArbitrationCourt.setTrack,
            (uint8(seed % 3), Tracks.pack(fee, lock, 24, bound(seed, 24, 72), bound(seed >> 8, 24, 72)))
        );
        _send(address(timelock), address(court), data, 0);
    }

    // The draw

    function draw(uint256 seed) external {
        uint256 dispute = _pickDispute(seed, RoundPhase.Drawable);
        if (dispute == 0) dispute = _pickDispute(seed, RoundPhase.AwaitingSeed);
        if (dispute != 0) _drawn(dispute, seed, STRANGER);
    }

    /// Its proof, for a block that is made to have been.
    function _prove(uint256 dispute, uint256 seed) private returns (bytes memory proof) {
        uint256 seedBlock = court.rounds(dispute).armedBlock() + seeds.delay();
        if (_block() <= seedBlock) vm.roll(seedBlock + 1);
        proof = _header(bytes32(seed));
        if (_block() - seedBlock <= 256) {
            vm.setBlockhash(seedBlock, keccak256(proof));
        } else {
            vm.etch(HISTORY, HISTORY_CODE);
            vm.store(HISTORY, bytes32(seedBlock), keccak256(proof));
        }
    }

    function _drawn(uint256 dispute, uint256 seed, address who) internal {
        bytes memory proof = _prove(dispute, seed);
        if (court.phase(dispute) != RoundPhase.Drawable) return;
        _send(who, address(court), abi.encodeCall(IArbitrationCourt.draw, (dispute, proof)), 0);
        ++counted["drawn"];
        if (court.rounds(dispute).seats() == 0) ++counted["drawn empty"];
    }

    function rearm(uint256 seed) external {
        uint256 dispute = _pickDispute(seed, RoundPhase.Missed);
        if (dispute == 0) return;
        _send(STRANGER, address(court), abi.encodeCall(IArbitrationCourt.rearm, (dispute)), 0);
        ++counted["rearmed"];
    }

    // Votes

    /// The panel commits, nearly all of it; drawn by nobody yet, the first one draws it.
    function commit(uint256 seed) public {
        uint256 dispute = _pickDispute(seed, RoundPhase.HandOver);
        if (dispute == 0 || _random(seed, 2) % 3 == 0) dispute = _pickDispute(seed, RoundPhase.Commit);
        if (dispute != 0) _committed(dispute, seed);
    }

    function _committed(uint256 dispute, uint256 seed) internal {
        if (court.phase(dispute) == RoundPhase.HandOver) vm.warp(court.rounds(dispute).commitOpens());
        uint256 seats = court.rounds(dispute).seats();
        uint256 sleepy = _random(seed, 3) % 4 == 0 ? 2 : 12;
        for (uint8 seat; seat < seats && court.phase(dispute) == RoundPhase.Commit; ++seat) {
            if (_random(seed, 100 + seat) % sleepy == 0) continue;
            if (_random(seed, 4) % 4 == 0) _commitSigned(dispute, seat, seed);
            else _commit(dispute, seat, seed);
        }
        ++counted["committed"];
    }

    /// A vote near the others', mostly.
    function _vote(uint256 dispute, uint256 round, uint8 seat, uint256 seed) private returns (bytes32 commitment) {
        uint256 vote = (_random(seed, 5) + 300 * uint256(seat)) % 10_001;
        if (_random(seed, 200 + seat) % 4 == 0) vote = _random(seed, 300 + seat) % 10_001;
        if (dispute >> 64 != 0 && court.choices(dispute) != 0) vote %= _small(court.choices(dispute)) + 1;
        commitment = court.commitmentOf(dispute, round, seat, vote, 0, 0);
        _voteOf[commitment] = vote;
    }

    /// Of many choices only some, so that votes meet.
    function _small(uint256 choices) private pure returns (uint256) {
        return choices < 4 ? choices : 4;
    }

    function _commit(uint256 dispute, uint8 seat, uint256 seed) private {
        (address owner, uint256 bits) = _seat(dispute, seat);
        if (bits >> 26 != NO_VOTE || _entriesOf(dispute, seat) == 4) return;
        bytes32 commitment = _vote(dispute, court.rounds(dispute).number(), seat, seed);
        (address key,) = court.votingKey(PositionId.wrap(uint32(bits & 0x3ffffff)));
        address voter = key != address(0) && _random(seed, 6) % 2 == 0 ? key : owner;
        _send(voter, address(court), abi.encodeCall(IArbitrationCourt.commit, (dispute, seat, commitment)), 0);
    }

    function _commitSigned(uint256 dispute, uint8 seat, uint256 seed) private {
        (address owner,) = _seat(dispute, seat);
        uint256 round = court.rounds(dispute).number();
        bytes32 commitment = _vote(dispute, round, seat, seed);
        bytes32 content = keccak256(abi.encode(COMMIT_TYPEHASH, dispute, round, seat, commitment, owner));
        IArbitrationCourt.SignedCommit[] memory items = new IArbitrationCourt.SignedCommit[](1);
        items[0] = IArbitrationCourt.SignedCommit(seat, commitment, _sign(owner, content));
        _send(RELAYER, address(court), abi.encodeCall(IArbitrationCourt.commitBatch, (dispute, "", items)), 0);
    }

    /// Nobody has drawn; whoever sits on seat `seat` does it, and commits.
    function commitDrawing(uint256 seed) external {
        uint256 dispute = _pickDispute(seed, RoundPhase.Drawable);
        if (dispute == 0) return;
        if (_now() < court.rounds(dispute).commitOpens()) vm.warp(court.rounds(dispute).commitOpens());
        bytes memory proof = _prove(dispute, seed);
        uint256 snapshot = vm.snapshotState();
        court.draw(dispute, proof);
        bool empty = court.rounds(dispute).seats() == 0;
        address owner;
        if (!empty) (owner,) = _seat(dispute, 0);
        vm.revertToState(snapshot);
        if (empty) return;
        bytes32 commitment = _vote(dispute, court.rounds(dispute).number(), 0, seed);
        bytes memory data = abi.encodeCall(IArbitrationCourt.commitDrawing, (dispute, proof, 0, commitment));
        _send(owner, address(court), data, 0);
        ++counted["drawn by a commitment"];
    }

    function leak(uint256 seed) external {
        uint256 dispute = _pickDispute(seed, RoundPhase.Commit);
        if (dispute == 0 || _entries[dispute].length == 0 || _random(seed, 2) % 2 == 0) return;
        uint256 place = _random(seed, 3) % _entries[dispute].length;
        if (!_isOpen(dispute, place)) return;
        IArbitrationCourt.Opening memory o = _opening(dispute, place);
        bytes memory data = abi.encodeCall(IArbitrationCourt.reportLeak, (dispute, o));
        _send(RELAYER, address(court), data, 0);
        ++counted["leaked"];
    }

    function reveal(uint256 seed) public {
        uint256 dispute = _pickDispute(seed, RoundPhase.Reveal);
        if (dispute == 0) dispute = _pickDispute(seed, RoundPhase.Commit);
        if (dispute != 0) _revealed(dispute, seed);
    }

    function _revealed(uint256 dispute, uint256 seed) internal {
        if (court.phase(dispute) == RoundPhase.Commit) vm.warp(court.rounds(dispute).commitEnds());
        uint256 sleepy = _random(seed, 3) % 3 == 0 ? 2 : 20;
        for (uint256 i; i < _entries[dispute].length && court.phase(dispute) == RoundPhase.Reveal; ++i) {
            if (_random(seed, 400 + i) % sleepy == 0 || !_isOpen(dispute, i)) continue;
            IArbitrationCourt.Opening memory o = _opening(dispute, i);
            bytes memory data = _random(seed, 4) % 4 == 0
                ? abi.encodeCall(IArbitrationCourt.revealBatch, (dispute, o.prefix, _links(dispute, o)))
                : abi.encodeCall(IArbitrationCourt.reveal, (dispute, o));
            _send(RELAYER, address(court), data, 0);
            (, uint256 bits) = _seat(dispute, o.seat);
            _require(bits >> 26 < LEAKED, "an opening that was not taken", dispute);
        }
        ++counted["revealed"];
    }

    /// The last commitment of a seat that has neither revealed nor leaked.
    function _isOpen(uint256 dispute, uint256 place) private view returns (bool) {
        Entry[] storage all = _entries[dispute];
        for (uint256 i = place + 1; i < all.length; ++i) {
            if (all[i].seat == all[place].seat) return false;
        }
        (, uint256 bits) = _seat(dispute, all[place].seat);
        return bits >> 26 == NO_VOTE;
    }

    function _opening(uint256 dispute, uint256 place) private view returns (IArbitrationCourt.Opening memory o) {
        Entry[] storage all = _entries[dispute];
        (o.seat, o.vote) = (all[place].seat, _voteOf[all[place].commitment]);
        for (uint256 i; i < place; ++i) {
            bytes32 before = bytes32(uint256(o.prefix) << 8 | all[i].seat);
            o.prefix = uint224(uint256(keccak256(abi.encode(before, all[i].commitment))));
        }
        o.later = new IArbitrationCourt.SeatCommitment[](all.length - place - 1);
        for (uint256 i; i < o.later.length; ++i) {
            o.later[i] = IArbitrationCourt.SeatCommitment(all[place + 1 + i].seat, all[place + 1 + i].commitment);
        }
    }

    /// The opening as the first link of its chain; the others stay shut.
    function _links(uint256 dispute, IArbitrationCourt.Opening memory o)
        private
        view
        returns (IArbitrationCourt.Link[] memory links)
    {
        uint256 first = _entries[dispute].length - o.later.length - 1;
        links = new IArbitrationCourt.Link[](o.later.length + 1);
        for (uint256 i; i < links.length; ++i) {
            Entry storage entry = _entries[dispute][first + i];
            (links[i].seat, links[i].salt) = (entry.seat, entry.commitment);
        }
        (links[0].opened, links[0].salt, links[0].vote) = (true, o.salt, o.vote);
    }

    function _entriesOf(uint256 dispute, uint8 seat) private view returns (uint256 count) {
        for (uint256 i; i < _entries[dispute].length; ++i) {
            if (_entries[dispute][i].seat == seat) ++count;
        }
    }

    function voidRound(uint256 seed) external {
        uint256 dispute = _pickDispute(seed, RoundPhase.Insufficient);
        if (dispute != 0) _voided(dispute);
    }

    function _voided(uint256 dispute) internal {
        _note(dispute);
        _send(STRANGER, address(court), abi.encodeCall(IArbitrationCourt.voidRound, (dispute)), 0);
        ++counted["voided"];
    }

    // Appeals of disputes about complaints

    function contribute(uint256 seed) external {
        uint256 dispute = _pickDispute(seed, RoundPhase.Appealable);
        if (dispute == 0 || dispute >> 64 != 0) return;
        _contributed(dispute, seed);
    }

    function _contributed(uint256 dispute, uint256 seed) internal {
        bool higher = _random(seed, 2) % 2 == 0;
        uint256 missing = fund.missing(_id(dispute), higher);
        uint256 part = _random(seed, 3) % 4;
        uint256 value = part == 0 ? missing / 2 + 1 : part == 1 ? missing / 3 + 1 : missing + _random(seed, 4) % 1e9;
        uint256 levels = fund.levels(_id(dispute));
        _note(dispute);
        address who = _random(seed, 5) % 2 == 0 ? ADMIN : _customers[_random(seed, 6) % 4];
        _act(who, address(fund), abi.encodeCall(IAppealFund.contribute, (_id(dispute), higher)), value, seed);
        ++counted["contributed"];
        if (fund.levels(_id(dispute)) != levels) ++counted["appealed"];
    }

    /// What comes of an appeal, in whatever order.
    function collect(uint256 seed) external {
        uint256 count = complaintCount;
        if (count == 0) return;
        uint256 id = _random(seed, 1) % count + 1;
        for (uint256 level; level <= fund.levels(_id(id)); ++level) {
            _collected(id, level, _random(seed, 2 + level));
        }
        if (fund.owedToBond(ORGANISATION) == 0 || _random(seed, 9) % 2 == 0) return;
        _send(STRANGER, address(fund), abi.encodeCall(IAppealFund.payBond, (ORGANISATION)), 0);
    }

    function _collected(uint256 id, uint256 level, uint256 seed) internal {
        bool open = level == fund.levels(_id(id));
        (bool known,,) = court.finalRuling(id);
        if (!open && !fund.appeals(_id(id), level).resolved && (known || level + 1 < fund.levels(_id(id)))) {
            _send(STRANGER, address(fund), abi.encodeCall(IAppealFund.resolve, (_id(id), level)), 0);
            ++counted["resolved"];
        }
        address[6] memory payers = [ADMIN, RELAYER, _customers[0], _customers[1], _customers[2], _customers[3]];
        for (uint256 i; i < 12; ++i) {
            (bool higher, address payer) = (i % 2 == 0, payers[i / 2]);
            IAppealFund.Contribution memory mine = fund.contribution(_id(id), level, higher, payer);
            if (mine.amount == 0) continue;
            bool against =
                open ? court.phase(id) != RoundPhase.Appealable : fund.appeals(_id(id), level).higher != higher;
            if (against && !mine.refunded) {
                _send(STRANGER, address(fund), abi.encodeCall(IAppealFund.refund, (_id(id), level, higher, payer)), 0);
                ++counted["appeal refunded"];
            }
            IAppealFund.Pot memory pot = fund.pot(_id(id), level, higher);
            if (open || uint256(pot.shared) * mine.amount / pot.raised == mine.taken) continue;
            bytes memory data = abi.encodeCall(IAppealFund.withdrawShare, (_id(id), level, higher));
            _act(payer, address(fund), data, 0, seed);
            ++counted["appeal shared"];
        }
    }

    /// A dispute in that phase, about a complaint or brought by others; 0 if there is none.
    function _pickDispute(uint256 seed, RoundPhase phase) internal view returns (uint256) {
        uint256 count = complaintCount + _publicDisputes.length;
        uint256 first = _random(seed, 1);
        for (uint256 i; i < count; ++i) {
            uint256 place = (first % count + i) % count;
            uint256 dispute = place < complaintCount ? place + 1 : _publicDisputes[place - complaintCount];
            if (court.phase(dispute) == phase) return dispute;
        }
        return 0;
    }
}
