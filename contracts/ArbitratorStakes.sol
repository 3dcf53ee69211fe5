// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payouts} from "./Payouts.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {Draw} from "./libraries/Draw.sol";
import {PositionId} from "./types/Ids.sol";
import {Position, Positions} from "./types/Position.sol";

/// What arbitrators stake, and how seats change it.
abstract contract ArbitratorStakes is IArbitrationCourt, Payouts {
    uint256 internal constant MAX_POSITIONS = (1 << 24) - 1;
    uint256 internal constant MAX_SEATS_HELD = 255;
    /// Longer than the seed source can look back, so that whoever was staked when a round was armed still is when it is
    /// drawn.
    uint256 internal constant EXIT_BLOCKS = 8200;
    /// How many empty places at the top one exit cuts off: more than one, so that a row of them goes away again; few, so
    /// that whoever leaves last does not pay for all who left before.
    uint256 internal constant MAX_LOWERED = 8;
    /// How many useless entries of the list of freed places one stake drops.
    uint256 internal constant MAX_DROPPED = 8;
    /// A position backs this many seats a ticket at once.
    uint256 internal constant SEATS_PER_TICKET = 4;

    /// @inheritdoc IArbitrationCourt
    uint256 public immutable ticketWei;

    /// @inheritdoc IArbitrationCourt
    mapping(PositionId position => Position) public positions;
    /// The block in which a position asked to leave; only of exiting ones.
    mapping(PositionId position => uint256) public exitBlock;

    /// One more than the highest position, and how many freed places wait for reuse.
    uint32 internal _highWater;
    uint32 private _freeCount;
    mapping(uint256 index => PositionId) private _free;

    constructor(uint256 ticketWei_) {
        ticketWei = ticketWei_;
    }

    /// @inheritdoc IArbitrationCourt
    function stake(uint8 tickets) external payable returns (PositionId position) {
        if (tickets == 0 || tickets > Draw.MAX_TICKETS) revert TicketsInvalid(tickets, Draw.MAX_TICKETS);
        if (msg.value != tickets * ticketWei) revert ValueInvalid(tickets * ticketWei, msg.value);
        position = _place();
        positions[position] = Positions.pack(msg.sender, tickets, block.number, msg.value / 1 gwei);
        emit Staked(position, msg.sender, tickets);
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
        _free[_freeCount++] = position;
        _lowerHighWater(MAX_LOWERED);
        emit Unstaked(position, msg.sender, to, amount);
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
        emit RewardsWithdrawn(position, msg.sender, to, amount);
        _send(to, amount);
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
        if (word.owner() != msg.sender) revert NotOwner(position, msg.sender, word.owner());
    }

    function _exit(PositionId position, Position word) private returns (Position) {
        exitBlock[position] = block.number;
        emit ExitRequested(position, word.owner());
        return word.withExit();
    }

    /// Staked before the block, and not leaving before it. A full count of seats cannot be reached by anyone who pays
    /// for disputes; the test keeps the word's bits apart all the same.
    function _eligible(PositionId position, Position word, uint256 armedAt) internal view returns (bool) {
        if (word.since() >= armedAt || word.seats() == MAX_SEATS_HELD) return false;
        return !word.exiting() || exitBlock[position] >= armedAt;
    }

    /// Ends a seat and takes up to `amount` gwei from its position.
    function _take(uint256 bits, uint256 amount) internal returns (uint256 taken) {
        PositionId position = PositionId.wrap(uint32(bits & 0x3ffffff));
        Position word = positions[position];
        taken = word.balance() < amount ? word.balance() : amount;
        word = word.unseated(word.balance() - taken);
        if (!word.exiting() && word.balance() < word.tickets() * ticketWei / 2 gwei) word = _exit(position, word);
        positions[position] = word;
    }

    /// Ends a seat and gives its position `amount` gwei.
    function _give(uint256 bits, uint256 amount) internal {
        PositionId position = PositionId.wrap(uint32(bits & 0x3ffffff));
        Position word = positions[position];
        positions[position] = word.unseated(word.balance() + amount);
    }
}
