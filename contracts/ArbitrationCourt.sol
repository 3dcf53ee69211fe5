// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArbitratorStakes} from "./ArbitratorStakes.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {IExclusions} from "./interfaces/IExclusions.sol";
import {ISeedSource} from "./interfaces/ISeedSource.sol";
import {Draw} from "./libraries/Draw.sol";
import {Fees} from "./libraries/Fees.sol";
import {Median} from "./libraries/Median.sol";
import {RoundPhase, RoundPhases} from "./libraries/RoundPhases.sol";
import {PositionId} from "./types/Ids.sol";
import {Position} from "./types/Position.sol";
import {
    NO_VOTE,
    ONE_REVEAL,
    Round,
    Rounds,
    SEATS_IN_ROUND,
    SEATS_IN_WORD,
    SEATS_SHIFT,
    SEAT_BITS,
    SEAT_MASK
} from "./types/Round.sol";
import {Track} from "./types/Track.sol";

/// The draw, hidden votes and what arbitrators are paid; the interface is the manual.
contract ArbitrationCourt is ArbitratorStakes {
    /// How often a seat may replace its commitment. Each one makes every earlier seat's reveal longer, so that without a
    /// limit one arbitrator could price the others out of revealing.
    uint256 internal constant MAX_REPLACEMENTS = 3;
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    address public immutable desk;
    ISeedSource public immutable seedSource;
    uint256 private immutable _seedDelay;

    Track[] public tracks;

    /// @inheritdoc IArbitrationCourt
    mapping(uint256 dispute => Round) public rounds;
    /// @inheritdoc IArbitrationCourt
    mapping(uint256 dispute => uint256) public commits;
    /// Seats 3 and up, six a word.
    mapping(uint256 dispute => mapping(uint256 index => uint256)) private _moreSeats;
    /// How often each seat has replaced its commitment, eight bits a seat.
    mapping(uint256 dispute => uint256) private _replacements;
    /// The record of the void rounds before this one, and who sat in them.
    mapping(uint256 dispute => bytes32) private _priorRecord;
    mapping(uint256 dispute => address[]) private _earlier;

    constructor(address desk_, ISeedSource seedSource_, uint256 ticketWei_, Track[] memory tracks_)
        ArbitratorStakes(ticketWei_)
    {
        (desk, seedSource, _seedDelay) = (desk_, seedSource_, seedSource_.delay());
        for (uint256 i; i < tracks_.length; ++i) {
            Track memory track = tracks_[i];
            bool windows =
                _isWindow(track.handOverHours) && _isWindow(track.commitHours) && _isWindow(track.revealHours);
            bool sums = track.feeGwei >> 30 == 0 && track.lockGwei >> 34 == 0
                && uint256(track.lockGwei) * SEATS_PER_TICKET * 1 gwei <= ticketWei_;
            if (!windows || !sums) revert TermsInvalid(i);
            tracks.push(track);
        }
        if (tracks_.length == 0 || ticketWei_ % 1 gwei != 0) revert TermsInvalid(tracks_.length);
    }

    modifier onlyDesk() {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
        _;
    }

    // The life of a round

    /// @inheritdoc IArbitrationCourt
    function open(uint256 dispute, uint8 track, uint256 base) external payable onlyDesk returns (Round round) {
        if (Round.unwrap(rounds[dispute]) != 0) revert DisputeExists(dispute);
        (Track memory terms, uint256 seats, uint256 cost) = _quote(track, base);
        if (msg.value != cost) revert ValueInvalid(cost, msg.value);
        round = Rounds.pack(terms, seats, block.number, _highWater);
        rounds[dispute] = round;
        emit RoundArmed(dispute, round);
    }

    /// @inheritdoc IArbitrationCourt
    function draw(uint256 dispute, bytes calldata proof) external {
        Round round = rounds[dispute];
        if (Round.unwrap(round) == 0 || round.drawn() || RoundPhases.refused(round)) {
            revert WrongPhase(dispute, phase(dispute));
        }
        bytes32 seed = seedSource.seed(round.armedAt() + _seedDelay, proof);
        uint32[] memory panel = _panel(dispute, round, seed);
        uint256 first;
        for (uint256 i; i < panel.length; ++i) {
            uint256 bits = Rounds.packSeat(panel[i], NO_VOTE);
            if (i < SEATS_IN_ROUND) first |= bits << i * SEAT_BITS;
            else _moreSeats[dispute][_word(i)] |= bits << _shift(i);
        }
        rounds[dispute] = round.withPanel(panel.length, block.timestamp, first);
        emit Drawn(dispute, seed, panel);
    }

    /// @inheritdoc IArbitrationCourt
    function rearm(uint256 dispute) external {
        if (phase(dispute) != RoundPhase.Missed) revert WrongPhase(dispute, phase(dispute));
        _arm(dispute, rounds[dispute], 0);
    }

    /// @inheritdoc IArbitrationCourt
    function commit(uint256 dispute, uint8 number, bytes32 commitment) external {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Commit);
        address owner = positions[PositionId.wrap(uint32(_seat(dispute, round, number) & 0x3ffffff))].owner();
        if (msg.sender != owner) revert NotSeated(dispute, number, msg.sender, owner);
        if (accumulated >> number & 1 == 1) _replace(dispute, number);
        uint224 chain = _chain(uint224(accumulated >> 32), number, commitment);
        commits[dispute] = uint256(chain) << 32 | uint32(accumulated) | 1 << number;
        emit Committed(dispute, number, commitment);
    }

    /// @inheritdoc IArbitrationCourt
    function reveal(
        uint256 dispute,
        uint8 number,
        uint16 vote,
        bytes32 salt,
        bytes32 reason,
        uint224 prefix,
        SeatCommitment[] calldata later
    ) external {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Reveal);
        if (vote > Fees.ALL) revert VoteInvalid(vote, Fees.ALL);
        uint256 bits = _seat(dispute, round, number);
        if (bits >> 26 != NO_VOTE) revert AlreadyRevealed(dispute, number);

        uint224 chain = _chain(prefix, number, commitmentOf(dispute, round.voids(), number, vote, salt, reason));
        bool last = true;
        for (uint256 i; i < later.length; ++i) {
            // A later commitment of the same seat has replaced this one.
            last = last && later[i].seat != number;
            chain = _chain(chain, later[i].seat, later[i].commitment);
        }
        if (!last || chain != accumulated >> 32) revert CommitmentMismatch(dispute, number);

        _setVote(dispute, round, number, vote);
        emit Revealed(dispute, number, vote, salt, reason);
    }

    /// @inheritdoc IArbitrationCourt
    function voidRound(uint256 dispute) external nonReentrant {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Insufficient);
        (uint256[] memory seats, bytes32 record) = _record(dispute, round, accumulated);
        for (uint256 i; i < seats.length; ++i) {
            _earlier[dispute].push(positions[PositionId.wrap(uint32(seats[i] & 0x3ffffff))].owner());
        }
        (int256[] memory pays, uint256 rest) = _payVoid(round, seats);
        _priorRecord[dispute] = record;
        delete commits[dispute];
        delete _replacements[dispute];
        for (uint256 i = SEATS_IN_ROUND; i < seats.length; i += SEATS_IN_WORD) {
            delete _moreSeats[dispute][_word(i)];
        }
        emit RoundVoided(dispute, record, pays);
        _arm(dispute, round, 1);
        _pay(BURN, rest * 1 gwei);
    }

    /// @inheritdoc IArbitrationCourt
    function conclude(uint256 dispute, address payer)
        external
        onlyDesk
        nonReentrant
        returns (Conclusion memory conclusion)
    {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Decidable);
        uint256[] memory seats;
        (seats, conclusion.record) = _record(dispute, round, accumulated);
        conclusion.refused = RoundPhases.refused(round);
        conclusion.advance = uint96(round.paidSeats() * round.feeGwei() * 1 gwei);
        rounds[dispute] = round.asConcluded();
        int256[] memory pays = new int256[](0);
        if (!conclusion.refused) {
            conclusion.cost = uint96(round.seats() * round.feeGwei() * 1 gwei);
            (conclusion.ruling, pays) = _payRuled(round, seats);
        }
        emit Concluded(dispute, conclusion.ruling, conclusion.refused, conclusion.record, pays);
        _pay(payer, conclusion.advance - conclusion.cost);
    }

    // Views

    /// @inheritdoc IArbitrationCourt
    function phase(uint256 dispute) public view returns (RoundPhase) {
        return _phase(rounds[dispute], commits[dispute]);
    }

    /// @inheritdoc IArbitrationCourt
    function seat(uint256 dispute, uint8 number)
        external
        view
        returns (PositionId position, address owner, uint256 vote)
    {
        uint256 bits = _seat(dispute, rounds[dispute], number);
        position = PositionId.wrap(uint32(bits & 0x3ffffff));
        return (position, positions[position].owner(), bits >> 26);
    }

    /// @inheritdoc IArbitrationCourt
    function commitmentOf(uint256 dispute, uint256 round, uint8 number, uint16 vote, bytes32 salt, bytes32 reason)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), dispute, round, number, vote, salt, reason));
    }

    /// @inheritdoc IArbitrationCourt
    function quote(uint8 track, uint256 base) external view returns (uint256 seats, uint256 cost) {
        (, seats, cost) = _quote(track, base);
    }

    // Below: the parts of the above

    function _isWindow(uint256 hours_) private pure returns (bool) {
        return hours_ >= 24 && hours_ < 128;
    }

    function _quote(uint8 track, uint256 base) private view returns (Track memory terms, uint256 seats, uint256 cost) {
        terms = tracks[track < tracks.length ? track : 0];
        seats = Fees.panelSize(terms, base);
        cost = seats * terms.feeGwei * 1 gwei;
    }

    function _arm(uint256 dispute, Round round, uint256 void) private {
        Round next = round.rearmed(void, block.number, _highWater);
        rounds[dispute] = next;
        emit RoundArmed(dispute, next);
    }

    /// Takes the seats: owners who sit neither here nor sat in an earlier round while they can be found, then any, then
    /// fewer seats. Half of the seats or less are no panel: whoever can keep seats empty must not make a large case one
    /// that a single arbitrator decides.
    function _panel(uint256 dispute, Round round, bytes32 seed) private returns (uint32[] memory panel) {
        uint256 wanted = round.seats();
        panel = new uint32[](wanted);
        (address[] memory owners, uint256 known) = _known(dispute, round);
        uint256 count;
        for (uint256 i; i < wanted; ++i) {
            (bool found, PositionId position) = _lot(dispute, round, seed, i, owners, known + count);
            if (!found) {
                // Too many are empty already: further tries would only cost gas.
                if (2 * (count + wanted - i - 1) <= wanted) break;
                continue;
            }
            Position word = positions[position];
            (panel[count], owners[known + count]) = (PositionId.unwrap(position), word.owner());
            positions[position] = word.seated();
            ++count;
        }
        if (2 * count <= wanted) {
            for (; count != 0; --count) {
                PositionId position = PositionId.wrap(panel[count - 1]);
                positions[position] = positions[position].unseated(positions[position].balance());
            }
        }
        // Memory of fixed-size items: shortening in place is only a smaller length.
        assembly ("memory-safe") {
            mstore(panel, count)
        }
    }

    /// Who sat in earlier rounds, with room for this one's seats behind them.
    function _known(uint256 dispute, Round round) private view returns (address[] memory owners, uint256 known) {
        if (round.voids() == 0) return (new address[](round.seats()), 0);
        address[] memory earlier = _earlier[dispute];
        known = earlier.length;
        owners = new address[](known + round.seats());
        for (uint256 i; i < known; ++i) {
            owners[i] = earlier[i];
        }
    }

    function _lot(uint256 dispute, Round round, bytes32 seed, uint256 number, address[] memory owners, uint256 known)
        private
        view
        returns (bool, PositionId)
    {
        for (uint256 attempt; attempt < 2 * Draw.ATTEMPTS; ++attempt) {
            (uint256 index, uint256 ticket) = Draw.lot(seed, dispute, round.voids(), number, attempt, round.highWater());
            PositionId position = PositionId.wrap(uint32(index));
            Position word = positions[position];
            if (ticket >= word.tickets() || !_eligible(position, word, round.armedAt())) continue;
            if (attempt < Draw.ATTEMPTS && _contains(owners, known, word.owner())) continue;
            if (IExclusions(desk).excluded(dispute, word.owner(), round.armedAt())) continue;
            return (true, position);
        }
        return (false, PositionId.wrap(0));
    }

    function _contains(address[] memory owners, uint256 count, address owner) private pure returns (bool) {
        for (uint256 i; i < count; ++i) {
            if (owners[i] == owner) return true;
        }
        return false;
    }

    function _chain(uint224 chain, uint8 number, bytes32 commitment) private pure returns (uint224) {
        return uint224(uint256(keccak256(abi.encode(chain, number, commitment))));
    }

    function _replace(uint256 dispute, uint8 number) private {
        uint256 counts = _replacements[dispute];
        uint256 shift = uint256(number) * 8;
        if (counts >> shift & 0xff == MAX_REPLACEMENTS) revert TooManyReplacements(dispute, number, MAX_REPLACEMENTS);
        _replacements[dispute] = counts + (1 << shift);
    }

    function _word(uint256 number) private pure returns (uint256) {
        return (number - SEATS_IN_ROUND) / SEATS_IN_WORD;
    }

    function _shift(uint256 number) private pure returns (uint256) {
        return (number - SEATS_IN_ROUND) % SEATS_IN_WORD * SEAT_BITS;
    }

    /// Position 26 | vote 14.
    function _seat(uint256 dispute, Round round, uint256 number) private view returns (uint256) {
        if (!round.drawn() || number >= round.seats()) revert SeatUnknown(dispute, uint8(number), round.seats());
        if (number < SEATS_IN_ROUND) {
            return Round.unwrap(round) >> SEATS_SHIFT + number * SEAT_BITS & SEAT_MASK;
        }
        return _moreSeats[dispute][_word(number)] >> _shift(number) & SEAT_MASK;
    }

    /// Only over NO_VOTE, which is all ones: the exclusive or leaves the vote.
    function _setVote(uint256 dispute, Round round, uint256 number, uint256 vote) private {
        uint256 change = (vote ^ NO_VOTE) << 26;
        uint256 word = Round.unwrap(round) + ONE_REVEAL;
        if (number < SEATS_IN_ROUND) word ^= change << SEATS_SHIFT + number * SEAT_BITS;
        else _moreSeats[dispute][_word(number)] ^= change << _shift(number);
        rounds[dispute] = Round.wrap(word);
    }

    function _require(uint256 dispute, Round round, uint256 accumulated, RoundPhase expected) private view {
        RoundPhase current = _phase(round, accumulated);
        if (current != expected) revert WrongPhase(dispute, current);
    }

    function _phase(Round round, uint256 accumulated) private view returns (RoundPhase) {
        if (Round.unwrap(round) == 0) return RoundPhase.None;
        if (round.concluded()) return RoundPhase.Concluded;
        if (RoundPhases.refused(round)) return RoundPhase.Decidable;
        if (!round.drawn()) {
            uint256 seedBlock = round.armedAt() + _seedDelay;
            if (block.number <= seedBlock) return RoundPhase.AwaitingSeed;
            return seedSource.gone(seedBlock) ? RoundPhase.Missed : RoundPhase.Drawable;
        }
        return RoundPhases.voting(round, uint32(accumulated), block.timestamp);
    }

    /// All seats of a round, and the hash that binds them and their commitments.
    function _record(uint256 dispute, Round round, uint256 accumulated)
        private
        view
        returns (uint256[] memory seats, bytes32 record)
    {
        uint256 count = round.drawn() ? round.seats() : 0;
        seats = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            seats[i] = _seat(dispute, round, i);
        }
        uint256[] memory more = new uint256[](count > SEATS_IN_ROUND ? _word(count - 1) + 1 : 0);
        for (uint256 i; i < more.length; ++i) {
            more[i] = _moreSeats[dispute][i];
        }
        bytes32 prior = round.voids() == 0 ? bytes32(0) : _priorRecord[dispute];
        record = keccak256(abi.encode(prior, round, more, accumulated));
    }

    /// No-shows lose their lock; whoever revealed gets the fee out of that.
    function _payVoid(Round round, uint256[] memory seats) private returns (int256[] memory pays, uint256 pot) {
        pays = new int256[](seats.length);
        uint256 revealed;
        for (uint256 i; i < seats.length; ++i) {
            if (seats[i] >> 26 != NO_VOTE) {
                ++revealed;
                continue;
            }
            uint256 taken = _take(seats[i], round.lockGwei());
            (pays[i], pot) = (-int256(taken), pot + taken);
        }
        uint256 each = revealed == 0 ? 0 : pot / revealed;
        if (each > round.feeGwei()) each = round.feeGwei();
        for (uint256 i; i < seats.length; ++i) {
            if (seats[i] >> 26 == NO_VOTE) continue;
            _give(seats[i], each);
            (pays[i], pot) = (int256(each), pot - each);
        }
    }

    /// Pays every seat by its distance from the ruling. Fees and penalties stay among the arbitrators: what is not paid
    /// out is shared by those near the ruling, the odd gwei going to the first of them.
    function _payRuled(Round round, uint256[] memory seats) private returns (uint16 ruling, int256[] memory pays) {
        (uint256 low, uint256 high) = _middle(seats);
        ruling = uint16((low + high) / 2);

        uint256 pot = seats.length * round.feeGwei();
        uint256 near;
        pays = new int256[](seats.length);
        for (uint256 i; i < seats.length; ++i) {
            uint256 vote = seats[i] >> 26;
            uint256 far = Fees.distanceFrom(vote, low, high);
            if (vote != NO_VOTE && far <= Fees.FULL_PAY_WITHIN) {
                ++near;
                continue;
            }
            int256 pay =
                vote == NO_VOTE ? -int256(round.lockGwei()) : Fees.seatPay(far, round.feeGwei(), round.lockGwei());
            if (pay < 0) pay = -int256(_take(seats[i], uint256(-pay)));
            else _give(seats[i], uint256(pay));
            pays[i] = pay;
            pot = uint256(int256(pot) - pay);
        }
        // The middle votes are near: `near` is never zero.
        uint256 each = pot / near;
        uint256 odd = pot % near;
        for (uint256 i; i < seats.length; ++i) {
            uint256 vote = seats[i] >> 26;
            if (vote == NO_VOTE || Fees.distanceFrom(vote, low, high) > Fees.FULL_PAY_WITHIN) continue;
            _give(seats[i], each + odd);
            pays[i] = int256(each + odd);
            odd = 0;
        }
    }

    function _middle(uint256[] memory seats) private pure returns (uint256, uint256) {
        uint256 count;
        uint256[] memory votes = new uint256[](seats.length);
        for (uint256 i; i < seats.length; ++i) {
            uint256 vote = seats[i] >> 26;
            if (vote != NO_VOTE) votes[count++] = vote;
        }
        // Memory of fixed-size items: shortening in place is only a smaller length.
        assembly ("memory-safe") {
            mstore(votes, count)
        }
        Median.sort(votes);
        return Median.middle(votes);
    }
}
