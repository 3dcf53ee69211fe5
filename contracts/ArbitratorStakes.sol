// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import {Governed} from "./Governed.sol";
import {Payouts} from "./Payouts.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {Draw} from "./libraries/Draw.sol";
import {PositionId} from "./types/Ids.sol";
import {Position, Positions} from "./types/Position.sol";

/// What arbitrators stake, and how seats change it.
abstract contract ArbitratorStakes is IArbitrationCourt, Payouts, Governed {
    uint256 internal constant MAX_POSITIONS = (1 << 24) - 1;
    /// Eight bits, with room for one more panel.
    uint256 internal constant MAX_SEATS_HELD = 255 - 31;
    /// Longer than the seed source can look back, so that whoever was staked when a round was armed still is when it is
    /// drawn.
    uint256 internal constant EXIT_BLOCKS = 8200;
    /// How many empty places at the top one exit cuts off: more than one, so that a row of them goes away again; few, so
    /// that whoever leaves last does not pay for all who left before.
    /// Not a constant: for one, the compiler would write the loop out twice.
    uint256 private immutable _maxLowered = 8;
    /// How many useless entries of the list of freed places one stake drops.
    uint256 internal constant MAX_DROPPED = 8;
    /// A position backs this many seats a ticket at once.
    uint256 internal constant SEATS_PER_TICKET = 4;

    struct VotingKey {
        address key;
        uint64 version;
    }

    /// @inheritdoc IArbitrationCourt
    uint256 public immutable ticketWei;

    // One more than the highest position, and how many freed places wait for reuse. They come first: so they share a word
    // with `paused`, which every stake reads.
    uint32 internal _highWater;
    uint32 private _freeCount;
    /// The terms of track 0, in the same word too: every opening reads the mark.
    uint96 internal _firstTrack;
    /// @inheritdoc IArbitrationCourt
    mapping(PositionId position => Position) public positions;
    /// The block in which a position asked to leave; only of exiting ones.
    mapping(PositionId position => uint256) public exitBlock;
    /// @inheritdoc IArbitrationCourt
    mapping(PositionId position => VotingKey) public votingKey;
    mapping(uint256 index => PositionId) private _free;

    constructor(Setup memory setup) Governed(setup.guardian, setup.timelock) Actors(setup.forwarder) {
        ticketWei = setup.ticketWei;
    }

    /// @inheritdoc IArbitrationCourt
    function stake(uint8 tickets) external payable whenNotPaused returns (PositionId position) {
        if (tickets == 0 || tickets > Draw.MAX_TICKETS) revert TicketsInvalid(tickets, Draw.MAX_TICKETS);
        if (msg.value != tickets * ticketWei) revert ValueInvalid(tickets * ticketWei, msg.value);
        position = _place();
        address owner = _actor();
        positions[position] = Positions.pack(owner, tickets, block.number, msg.value / 1 gwei);
        emit Staked(position, owner, tickets);
    }

    /// @inheritdoc IArbitrationCourt
    function requestExit(PositionId position) external {
        Position word = _owned(position);
        if (word.exiting()) revert AlreadyExiting(position);
        positions[position] = _exit(position, word);
    }

    /// @inheritdoc IArbitrationCourt
    function unstake(PositionId position, address payable to) external nonReentrant {
        Position word = _owned(position);
        uint256 until = word.exiting() ? exitBlock[position] + EXIT_BLOCKS : type(uint256).max;
        if (word.seats() != 0 || block.number < until) {
            revert CannotUnstake(position, word.seats(), until, block.number);
        }
        uint256 amount = word.balance() * 1 gwei;
        positions[position] = Position.wrap(0);
        delete exitBlock[position];
        // The version stays, so that nothing that was signed for this key counts for the next owner of the place.
        if (votingKey[position].key != address(0)) delete votingKey[position].key;
        _free[_freeCount++] = position;
        _lowerHighWater(_maxLowered);
        emit Unstaked(position, word.owner(), to, amount);
        _send(to, amount);
    }

    /// @inheritdoc IArbitrationCourt
    function trim(uint256 most) external {
        _lowerHighWater(most);
    }

    /// @inheritdoc IArbitrationCourt
    function withdrawRewards(PositionId position, address payable to) external nonReentrant {
        Position word = _owned(position);
        uint256 staked = word.tickets() * ticketWei / 1 gwei;
        if (word.balance() <= staked) revert NoRewards(position);
        uint256 amount = (word.balance() - staked) * 1 gwei;
        positions[position] = word.withBalance(staked);
        emit RewardsWithdrawn(position, word.owner(), to, amount);
        _send(to, amount);
    }

    /// @inheritdoc IArbitrationCourt
    function setVotingKey(PositionId position, uint64 version, address key) external {
        _owned(position);
        uint256 current = votingKey[position].version;
        if (version <= current) revert VersionNotRising(position, current, version);
        votingKey[position] = VotingKey(key, version);
        emit VotingKeySet(position, version, key);
    }

    /// A freed place, or a new one at the top. The list also names places that the mark has sunk below, and some of those
    /// were taken again since: such an entry is dropped, but only a few a call, so that nobody can make a list that costs
    /// the next arbitrator more than a block.
    function _place() private returns (PositionId position) {
        for (uint256 i; i < MAX_DROPPED && _freeCount != 0; ++i) {
            position = _free[--_freeCount];
            bool isFree = Position.unwrap(positions[position]) == 0;
            if (isFree && PositionId.unwrap(position) < _highWater) return position;
        }
        if (_highWater == MAX_POSITIONS) revert PositionsFull(MAX_POSITIONS);
        position = PositionId.wrap(_highWater++);
    }

    /// Empty places at the top only make the lot fall into the void, so they are cut off, `most` of them.
    function _lowerHighWater(uint256 most) private {
        uint32 mark = _highWater;
        for (uint256 i; i < most && mark != 0; ++i) {
            if (Position.unwrap(positions[PositionId.wrap(mark - 1)]) != 0) break;
            --mark;
        }
        _highWater = mark;
    }

    function _owned(PositionId position) private view returns (Position word) {
        word = positions[position];
        if (word.owner() != _actor()) revert NotOwner(position, _actor(), word.owner());
    }

    function _exit(PositionId position, Position word) private returns (Position) {
        exitBlock[position] = block.number;
        emit ExitRequested(position, word.owner());
        return word.withExit();
    }

    /// Staked before the block, and not leaving before it. A full count of seats cannot be reached by anyone who pays
    /// for disputes; the test keeps the word's bits apart all the same.
    function _eligible(PositionId position, Position word, uint256 armedBlock) internal view returns (bool) {
        if (word.since() >= armedBlock || word.seats() > MAX_SEATS_HELD) return false;
        return !word.exiting() || exitBlock[position] >= armedBlock;
    }

    /// Ends a seat and takes up to `amount` gwei from its position.
    function _take(PositionId position, uint256 amount) internal returns (uint256 taken) {
        Position word;
        (word, taken) = _less(position, amount);
        positions[position] = word.unseated();
    }

    /// Takes up to `amount` gwei from a position that keeps its seat.
    function _fine(PositionId position, uint256 amount) internal returns (uint256 taken) {
        (positions[position], taken) = _less(position, amount);
    }

    /// Ends a seat and gives its position `amount` gwei.
    function _give(PositionId position, uint256 amount) internal {
        positions[position] = positions[position].unseated().credited(amount);
    }

    function _payGwei(address to, uint256 amount) internal {
        _pay(to, amount * 1 gwei);
    }

    function _less(PositionId position, uint256 amount) private returns (Position word, uint256 taken) {
        word = positions[position];
        taken = word.balance() < amount ? word.balance() : amount;
        word = word.withBalance(word.balance() - taken);
        if (!word.exiting() && word.balance() < word.tickets() * ticketWei / 2 gwei) word = _exit(position, word);
    }
}
