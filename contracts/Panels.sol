// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {ArbitratorStakes} from "./ArbitratorStakes.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {IExclusions} from "./interfaces/IExclusions.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {ISeedSource} from "./interfaces/ISeedSource.sol";
import {Draw} from "./libraries/Draw.sol";
import {RoundPhase, RoundPhases} from "./libraries/RoundPhases.sol";
import {Words} from "./libraries/Words.sol";
import {OrganisationId, PositionId} from "./types/Ids.sol";
import {Position} from "./types/Position.sol";
import {
    NO_VOTE,
    Round,
    Rounds,
    SEATS_IN_ROUND,
    SEATS_IN_WORD,
    SEATS_SHIFT,
    SEAT_BITS,
    SEAT_MASK
} from "./types/Round.sol";

/// The seats of a dispute's rounds, and how they are drawn.
abstract contract Panels is ArbitratorStakes {
    using Words for uint256[];
    using TransientSlot for *;

    /// A round that was appealed from. The first of a dispute's also tells, once that is over, how it ended.
    struct AppealedRound {
        Round round;
        /// Who paid for the next panel.
        address payer;
        uint16 ruling;
        /// UNHEARD if the last appeal brought none.
        uint16 finalRuling;
    }

    /// What the search for a panel knows, and how many lots it may still try.
    struct Search {
        uint256 dispute;
        bytes32 seed;
        Round round;
        uint256 left;
        /// By seat: owner 160 | position 32 | lots tried 8 | asked 1; an owner of zero leaves the seat empty.
        uint256[] seats;
    }

    uint256 private constant TRIED_SHIFT = 192;
    uint256 private constant ASKED = 1 << 200;
    /// What is known of an owner during a draw: nothing (0), this, one more than this and the first seat it was given, or
    /// that it is excluded.
    uint256 private constant SAT_BEFORE = 1;
    uint256 private constant BARRED = type(uint256).max;

    uint256 private constant ORGANISATION_BITS = 20;
    uint256 private constant ORGANISATION_MASK = (1 << ORGANISATION_BITS) - 1;
    uint256 private constant CUSTOMER_MASK = (1 << 44) - 1;

    address public immutable desk;
    IOrganisationRegistry private immutable _registry;
    ISeedSource public immutable seedSource;
    uint256 private immutable _seedDelay;
    /// @inheritdoc IArbitrationCourt
    uint256 public immutable drawBountyGwei;
    /// In place of a seat in `Drawn`: the bounty was not booked to one.
    /// Not a constant: for one, the compiler would write out the whole draw once more, and there is no room.
    uint8 internal immutable _noBountySeat = 255;

    /// @inheritdoc IArbitrationCourt
    mapping(uint256 dispute => Round) public rounds;
    /// @inheritdoc IArbitrationCourt
    mapping(uint256 dispute => uint256) public commits;
    /// Seats 3 and up, six a word, eight words for each round.
    mapping(uint256 dispute => mapping(uint256 index => uint256)) internal _moreSeats;
    mapping(uint256 dispute => mapping(uint256 level => AppealedRound)) internal _appealed;
    /// Who sat in void rounds: their positions may have other owners since. Those of appealed rounds are still bound.
    mapping(uint256 dispute => uint256[]) internal _satInVoid;

    constructor(Setup memory setup) ArbitratorStakes(setup) {
        (desk, seedSource, _seedDelay) = (setup.desk, setup.seedSource, setup.seedSource.delay());
        (drawBountyGwei, _registry) = (setup.drawBountyGwei, setup.registry);
    }

    // Seats

    function _isPublic(uint256 dispute) internal pure returns (bool) {
        return dispute >> 64 != 0;
    }

    function _position(uint256 bits) internal pure returns (PositionId) {
        return PositionId.wrap(uint32(bits & 0x3ffffff));
    }

    /// Position 26 | vote 14.
    function _seat(uint256 dispute, Round round, uint256 number) internal view returns (uint256) {
        if (!round.drawn() || number >= round.seats()) revert SeatUnknown(dispute, uint8(number), round.seats());
        if (number < SEATS_IN_ROUND) {
            return Round.unwrap(round) >> SEATS_SHIFT + number * SEAT_BITS & SEAT_MASK;
        }
        return _moreSeats[dispute][_word(round, number)] >> _shift(number) & SEAT_MASK;
    }

    /// Turns bits of the vote over, of a seat beyond the first three in its own word.
    function _changeVote(uint256 dispute, Round round, uint256 number, uint256 change) internal returns (Round) {
        if (number < SEATS_IN_ROUND) {
            return Round.wrap(Round.unwrap(round) ^ change << 26 + SEATS_SHIFT + number * SEAT_BITS);
        }
        _moreSeats[dispute][_word(round, number)] ^= change << 26 + _shift(number);
        return round;
    }

    function _word(Round round, uint256 number) internal pure returns (uint256) {
        unchecked {
            return round.number() * 8 + (number - SEATS_IN_ROUND) / SEATS_IN_WORD;
        }
    }

    function _shift(uint256 number) private pure returns (uint256) {
        unchecked {
            return (number - SEATS_IN_ROUND) % SEATS_IN_WORD * SEAT_BITS;
        }
    }

    // Phases

    /// The open round and its commitments, if it is in the phase that is asked for.
    function _inPhase(uint256 dispute, RoundPhase expected) internal view returns (Round round, uint256 accumulated) {
        (round, accumulated) = _load(dispute);
        _require(dispute, round, accumulated, expected);
    }

    function _load(uint256 dispute) internal view returns (Round, uint256) {
        return (rounds[dispute], commits[dispute]);
    }

    function _require(uint256 dispute, Round round, uint256 accumulated, RoundPhase expected) internal view {
        uint256 current = _phase(round, accumulated);
        if (current != uint256(expected)) _refuse(dispute, current);
    }

    /// Apart, so that it is not written out for every call.
    function _refuse(uint256 dispute, uint256 current) internal pure {
        revert WrongPhase(dispute, RoundPhase(current));
    }

    /// As a number: every comparison of enums would check their range.
    function _phase(Round round, uint256 accumulated) internal view returns (uint256) {
        if (Round.unwrap(round) == 0) return uint256(RoundPhase.None);
        if (RoundPhases.refused(round)) return uint256(RoundPhase.Decidable);
        if (round.drawn()) return uint256(RoundPhases.voting(round, uint32(accumulated), block.timestamp));
        uint256 seedBlock = round.armedBlock() + _seedDelay;
        if (block.timestamp >= round.commitEnds()) return uint256(RoundPhase.Missed);
        if (block.number <= seedBlock) return uint256(RoundPhase.AwaitingSeed);
        return uint256(seedSource.gone(seedBlock) ? RoundPhase.Missed : RoundPhase.Drawable);
    }

    // The draw

    /// @param bountySeat Which seat's position gets the bounty, or 255 if another pays it out.
    function _draw(uint256 dispute, Round round, bytes calldata proof, uint8 bountySeat) internal returns (Round) {
        bool over = round.drawn() || RoundPhases.refused(round) || block.timestamp >= round.commitEnds();
        if (Round.unwrap(round) == 0 || over) _refuse(dispute, _phase(round, commits[dispute]));
        bytes32 seed = seedSource.seed(round.armedBlock() + _seedDelay, proof);
        uint32[] memory panel = _panel(dispute, round, seed);
        uint256 first;
        unchecked {
            for (uint256 i; i < panel.length; ++i) {
                uint32 number = panel[i];
                PositionId position = PositionId.wrap(number);
                // Read anew: a position may have several seats.
                positions[position] = positions[position].seated();
                uint256 bits = Rounds.packSeat(number, NO_VOTE);
                if (i < SEATS_IN_ROUND) first |= bits << i * SEAT_BITS;
                else _moreSeats[dispute][_word(round, i)] |= bits << _shift(i);
            }
        }
        emit Drawn(dispute, seed, bountySeat, panel);
        round = round.withPanel(panel.length, first);
        rounds[dispute] = round;
        return round;
    }

    /// What the drawer is paid (gwei). A void round's panel was paid for with its bounty: there is none for the next.
    function _bounty(Round round) internal view returns (uint256) {
        return round.voids() == 0 ? drawBountyGwei : 0;
    }

    /// Takes the seats: owners who sit neither here nor sat in an earlier round while they can be found, then any, then
    /// fewer seats. Half of the seats or less are no panel: whoever can keep seats empty must not make a large case one
    /// that a single arbitrator decides.
    ///
    /// Who is excluded is asked of the desk for all seats at once. A seat that falls to an excluded owner goes on with its
    /// next lot, and later seats with it where they would sit with somebody who sits already; no lot that was passed over
    /// comes into question again. So the panel is the same as if each lot had been asked about in turn.
    function _panel(uint256 dispute, Round round, bytes32 seed) private returns (uint32[] memory panel) {
        Search memory search = Search(dispute, seed, round, Draw.MAX_LOTS, new uint256[](round.seats()));
        _markEarlier(search);
        bool enough = true;
        for (uint256 asks = 1; enough; ++asks) {
            enough = _select(search);
            bool last = asks * search.seats.length >= Draw.MAX_ASKED;
            if (!enough || _isPublic(dispute) || !_bar(search, last)) break;
        }
        panel = new uint32[](enough ? search.seats.length : 0);
        uint256[] memory seats = search.seats;
        uint256 count;
        unchecked {
            for (uint256 i; i < panel.length; ++i) {
                uint256 found = seats.get(i);
                if (address(uint160(found)) != address(0)) panel[count++] = uint32(found >> 160);
            }
            if (2 * count <= seats.length) count = 0;
        }
        // Memory of fixed-size items: shortening in place is only a smaller length.
        assembly ("memory-safe") {
            mstore(panel, count)
        }
    }

    /// Fills the seats that are empty or whose owner may not sit there. Stops where too many stay empty: further tries
    /// would only cost gas.
    function _select(Search memory search) private returns (bool) {
        uint256[] memory seats = search.seats;
        uint256 wanted = seats.length;
        uint256 empty;
        unchecked {
            for (uint256 i; i < wanted; ++i) {
                uint256 state = seats.get(i);
                uint256 tried = uint8(state >> TRIED_SHIFT);
                address owner = address(uint160(state));
                if (owner != address(0) && !_bars(_mark(search, owner).tload(), i, tried)) continue;
                state = _find(search, i, tried);
                seats.put(i, state);
                if (address(uint160(state)) == address(0) && 2 * (wanted - ++empty) <= wanted) return false;
            }
        }
        return true;
    }

    function _find(Search memory search, uint256 i, uint256 tried) private returns (uint256) {
        Round round = search.round;
        (uint256 number, uint256 highWater, uint256 armedBlock) =
            (round.number(), round.highWater(), round.armedBlock());
        uint256 left = search.left;
        // Counts to 128 and down from 2 000.
        unchecked {
            for (; tried < 2 * Draw.ATTEMPTS && left != 0;) {
                (uint256 index, uint256 ticket) = Draw.lot(search.seed, search.dispute, number, i, tried, highWater);
                --left;
                ++tried;
                PositionId position = PositionId.wrap(uint32(index));
                Position word = positions[position];
                if (ticket >= word.tickets() || !_eligible(position, word, armedBlock)) continue;
                TransientSlot.Uint256Slot mark = _mark(search, word.owner());
                uint256 known = mark.tload();
                if (_bars(known, i, tried)) continue;
                if (known == 0 || known > i + 2) mark.tstore(i + 2);
                search.left = left;
                return uint256(uint160(word.owner())) | index << 160 | tried << TRIED_SHIFT;
            }
        }
        search.left = left;
        return 2 * Draw.ATTEMPTS << TRIED_SHIFT;
    }

    /// Whether an owner of whom this is known, and whom lot number `tried` gave seat `i`, may not have it.
    function _bars(uint256 known, uint256 i, uint256 tried) private pure returns (bool) {
        if (known == 0) return false;
        return known == BARRED || tried <= Draw.ATTEMPTS && known < i + 2;
    }

    /// Asks the desk about owners it was not asked about before, and bars those it excludes. The last time, their seats
    /// stay empty.
    function _bar(Search memory search, bool last) private returns (bool again) {
        uint256[] memory seats = search.seats;
        address[] memory owners = new address[](seats.length);
        for (uint256 i; i < owners.length; ++i) {
            uint256 state = seats.get(i);
            if (state & ASKED == 0) owners[i] = address(uint160(state));
            seats.put(i, state | ASKED);
        }
        uint256 excluded = _exclusions(search.dispute, search.round, owners);
        if (excluded == 0) return false;
        for (uint256 i; i < owners.length; ++i) {
            if (excluded >> i & 1 == 0 || owners[i] == address(0)) continue;
            again = !last;
            _mark(search, owners[i]).tstore(BARRED);
            if (last) seats[i] = 0;
        }
    }

    /// The desk knows who is excluded. Where the round's word says who the organisation is, and no owner looks like the
    /// customer, the registry is asked instead, which the desk would ask as well: a draw costs 7 000 gas less.
    function _exclusions(uint256 dispute, Round round, address[] memory owners) private view returns (uint256) {
        uint256 parties = round.parties();
        bool sure = parties != 0;
        for (uint256 i; sure && i < owners.length; ++i) {
            sure = uint160(owners[i]) & CUSTOMER_MASK != parties >> ORGANISATION_BITS;
        }
        if (!sure) return IExclusions(desk).exclusions(dispute, owners, round.armedBlock());
        OrganisationId organisation = OrganisationId.wrap(uint24(parties & ORGANISATION_MASK));
        return _registry.wereOperators(organisation, owners, round.armedBlock());
    }

    function _markEarlier(Search memory search) private {
        (uint256 dispute, Round round) = (search.dispute, search.round);
        if (round.number() == 0) return;
        uint256[] memory earlier = _satInVoid[dispute];
        for (uint256 i; i < earlier.length; ++i) {
            _mark(search, address(uint160(earlier[i]))).tstore(SAT_BEFORE);
        }
        for (uint256 level; level < round.appeals(); ++level) {
            Round past = _appealed[dispute][level].round;
            for (uint256 i; i < past.seats(); ++i) {
                _mark(search, positions[_position(_seat(dispute, past, i))].owner()).tstore(SAT_BEFORE);
            }
        }
    }

    /// Marks last for a transaction, and no round is drawn twice: they need no clearing. Numbers of disputes have at most 92
    /// bits.
    function _mark(Search memory search, address owner) private pure returns (TransientSlot.Uint256Slot) {
        uint256 round = search.dispute << 4 | search.round.number();
        return bytes32(round << 160 | uint256(uint160(owner))).asUint256();
    }
}
