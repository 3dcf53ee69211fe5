// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ballots} from "./Ballots.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {IFeePayer} from "./interfaces/IFeePayer.sol";
import {Fees} from "./libraries/Fees.sol";
import {Median} from "./libraries/Median.sol";
import {RoundPhases} from "./libraries/RoundPhases.sol";
import {Words} from "./libraries/Words.sol";
import {
    LEAKED,
    NO_VOTE,
    Round,
    SEATS_IN_ROUND,
    SEATS_IN_WORD,
    SEATS_SHIFT,
    SEAT_BITS,
    SEAT_MASK
} from "./types/Round.sol";

/// What the votes come to, and what arbitrators are paid for them.
abstract contract Verdicts is Ballots {
    using Words for *;

    /// In place of the final ruling where the last appeal was never heard: no panel ruled, or the parties agreed before.
    uint16 internal constant UNHEARD = type(uint16).max;

    /// Votes from `low` to `high` were right. Of choices, every other vote is as wrong as can be: `step` widens the
    /// distance.
    struct Tally {
        uint256 ruling;
        uint256 low;
        uint256 high;
        uint256 step;
    }

    /// All seats of the appealed rounds and of the open one, in order. Those from `first` up to `scored` are paid by their votes.
    /// Those before `current` were appealed from; those from
    /// `decisive` up to `scored` gave the last ruling there is, if any.
    struct Bench {
        uint256[] seats;
        uint256 first;
        uint256 current;
        uint256 decisive;
        uint256 scored;
    }

    /// The record of the rounds before the open one.
    mapping(uint256 dispute => bytes32) internal _priorRecord;

    function _bench(uint256 dispute, Round round) internal view returns (Bench memory bench) {
        uint256 levels = round.appeals();
        uint256 count = round.drawn() ? round.seats() : 0;
        uint256 offset;
        unchecked {
            for (uint256 level; level < levels; ++level) {
                count += _appealed[dispute][level].round.seats();
            }
            bench.seats = new uint256[](count);
            for (uint256 level; level < levels; ++level) {
                bench.decisive = offset;
                offset = _addSeats(dispute, _appealed[dispute][level].round, bench.seats, offset);
            }
        }
        bench.current = offset;
        if (round.drawn()) offset = _addSeats(dispute, round, bench.seats, offset);
        bool ruled = RoundPhases.majority(round);
        (bench.decisive, bench.scored) = ruled ? (bench.current, offset) : (bench.decisive, bench.current);
    }

    function _addSeats(uint256 dispute, Round round, uint256[] memory seats, uint256 offset)
        private
        view
        returns (uint256)
    {
        uint256 count = round.seats();
        uint256 word = Round.unwrap(round) >> SEATS_SHIFT;
        unchecked {
            for (uint256 i; i < count; ++i) {
                if (i >= SEATS_IN_ROUND && (i - SEATS_IN_ROUND) % SEATS_IN_WORD == 0) {
                    word = _moreSeats[dispute][_word(round, i)];
                }
                seats.put(offset + i, word & SEAT_MASK);
                word >>= SEAT_BITS;
            }
            return offset + count;
        }
    }

    /// The hash that binds a round's seats, votes and commitments, and those of the rounds before it.
    function _record(uint256 dispute, Round round, uint256 accumulated) internal view returns (bytes32) {
        uint256 count = round.drawn() ? round.seats() : 0;
        uint256[] memory more = new uint256[](count > SEATS_IN_ROUND ? (count + 2) / SEATS_IN_WORD : 0);
        for (uint256 i; i < more.length; ++i) {
            more[i] = _moreSeats[dispute][round.number() * 8 + i];
        }
        bytes32 prior = round.number() == 0 ? bytes32(0) : _priorRecord[dispute];
        return keccak256(abi.encode(prior, round, more, accumulated));
    }

    /// The last ruling there is; all zeros if there is none.
    function _tally(uint256 dispute, Bench memory bench) internal view returns (Tally memory tally) {
        (uint256 i, uint256 end) = (bench.decisive, bench.scored);
        if (end == 0) return tally;
        uint256[] memory seats = bench.seats;
        uint256[] memory votes = new uint256[](end - i);
        uint256 count;
        unchecked {
            for (; i < end; ++i) {
                uint256 vote = seats.get(i) >> 26;
                if (vote < LEAKED) votes.put(count++, vote);
            }
        }
        // Memory of fixed-size items: shortening in place is only a smaller length.
        votes.cut(count);
        Median.sort(votes);
        if (!_isChoice(dispute)) {
            (tally.low, tally.high) = Median.middle(votes);
            (tally.ruling, tally.step) = ((tally.low + tally.high) / 2, 1);
            return tally;
        }
        (uint256 most, bool tie) = Median.mode(votes);
        // Nobody is wrong about a tie.
        if (tie) return _all();
        return Tally(_revealed[dispute][most], most, most, Fees.ALL);
    }

    /// Every vote is right.
    function _all() internal pure returns (Tally memory) {
        return Tally(0, 0, LEAKED, 1);
    }

    function _far(uint256 vote, Tally memory tally) private pure returns (uint256) {
        unchecked {
            return Fees.distanceFrom(vote, tally.low, tally.high) * tally.step;
        }
    }

    /// Pays the scored seats by their distance from the ruling: `pot` and what the far ones lose, less what they get, is
    /// shared by those near the ruling, who get at most `most` each; an odd gwei goes to the first of them. A leaked seat has
    /// paid already. All in gwei.
    /// @return pays By seat, from the first one scored to the last there is.
    /// @return rest What is left of the pot.
    function _paySeats(Round round, Bench memory bench, Tally memory tally, uint256 pot, uint256 most)
        internal
        returns (int256[] memory pays, uint256 rest)
    {
        uint256[] memory seats = bench.seats;
        (uint256 first, uint256 scored) = (bench.first, bench.scored);
        pays = new int256[](seats.length - first);
        uint256 near;
        // Gwei of at most 48 bits for at most 56 seats.
        unchecked {
            (uint256 from, uint256 to) = _nearby(tally);
            for (uint256 i = first; i < scored; ++i) {
                uint256 bits = seats.get(i);
                if (bits >> 26 >= from && bits >> 26 <= to) {
                    ++near;
                    continue;
                }
                int256 pay = _farPay(bits >> 26, tally, round);
                if (pay < 0) pay = -int256(_take(_position(bits), uint256(-pay)));
                else _give(_position(bits), uint256(pay));
                pays.put(i - first, pay);
                pot = uint256(int256(pot) - pay);
            }
            if (near == 0) return (pays, pot);
            uint256 each = pot / near;
            if (each > most) each = most;
            rest = pot - each * near;
            // What is left of less than the most is less than a gwei each.
            uint256 odd = each == most ? 0 : rest;
            rest -= odd;
            for (uint256 i = first; i < scored; ++i) {
                uint256 bits = seats.get(i);
                if (bits >> 26 < from || bits >> 26 > to) continue;
                _give(_position(bits), each + odd);
                pays.put(i - first, int256(each + odd));
                odd = 0;
            }
        }
    }

    /// The votes that are paid in full; no leaked or missing one is among them.
    function _nearby(Tally memory tally) private pure returns (uint256 from, uint256 to) {
        uint256 reach = tally.step == 1 ? Fees.FULL_PAY_WITHIN : 0;
        from = tally.low > reach ? tally.low - reach : 0;
        to = tally.high + reach < LEAKED ? tally.high + reach : LEAKED - 1;
    }

    function _farPay(uint256 vote, Tally memory tally, Round round) private pure returns (int256) {
        if (vote == NO_VOTE) return -int256(round.lockGwei());
        return vote == LEAKED ? int256(0) : Fees.seatPay(_far(vote, tally), round.feeGwei(), round.lockGwei());
    }

    /// If the open round gave no ruling, whoever sits in it is paid the fee, unless its vote has leaked.
    /// @return paid What the round's seats cost (gwei).
    function _paySettled(Round round, Bench memory bench, int256[] memory pays) private returns (uint256 paid) {
        if (bench.scored == bench.seats.length) return (bench.scored - bench.current) * round.feeGwei();
        for (uint256 i = bench.current; i < bench.seats.length; ++i) {
            uint256 fee = bench.seats[i] >> 26 == LEAKED ? 0 : round.feeGwei();
            _give(_position(bench.seats[i]), fee);
            pays[i] = int256(fee);
            paid += fee;
        }
    }

    /// Ends a dispute, by its votes or, before they are open, because the parties agreed.
    function _end(uint256 dispute, Round round, uint256 accumulated, address payer)
        internal
        returns (uint256 ruling, bool refused, bytes32 record, uint96 cost)
    {
        record = _record(dispute, round, accumulated);
        Bench memory bench = _bench(dispute, round);
        Tally memory tally = _tally(dispute, bench);
        bool settled = !RoundPhases.majority(round) && !RoundPhases.refused(round);
        (ruling, refused) = settled ? (0, true) : (tally.ruling, bench.scored == 0);
        // Fees and penalties stay among the arbitrators. Where there is a ruling, those who made it are near.
        (int256[] memory pays,) = _paySeats(round, bench, tally, bench.scored * round.feeGwei(), type(uint256).max);
        uint256 paid = _paySettled(round, bench, pays);
        emit Concluded(dispute, ruling, refused, pays);
        // Only appealed disputes are asked about again.
        if (round.appeals() != 0) {
            _appealed[dispute][0].finalRuling = RoundPhases.majority(round) ? uint16(ruling) : UNHEARD;
        }
        cost = uint96(_close(dispute, round, payer, paid));
    }

    /// Ends a dispute: what arbitrators were paid of the first round's money (wei); what was left of any round's goes back
    /// to whoever paid for it. The words are cleared, as the record binds them.
    /// @param paid Gwei of the open round's fees that arbitrators were paid.
    function _close(uint256 dispute, Round round, address payer, uint256 paid) private returns (uint256 cost) {
        uint256 spent = paid + (round.drawn() || round.voids() != 0 ? drawBountyGwei : 0);
        rounds[dispute] = Round.wrap(0);
        delete commits[dispute];
        _clearSeats(dispute, round);
        for (uint256 level = round.appeals(); level != 0;) {
            AppealedRound storage past = _appealed[dispute][--level];
            uint256 rest = _price(round, round.paidSeats()) - spent;
            // The fund has many people's money, and must know for which appeal this was.
            if (_isPublic(dispute)) _payGwei(past.payer, rest);
            else if (rest != 0) IFeePayer(past.payer).takeBack{value: rest * 1 gwei}(dispute, level + 1);
            round = past.round;
            spent = _price(round, round.seats());
            past.round = Round.wrap(0);
            _clearSeats(dispute, round);
        }
        _payGwei(payer, _price(round, round.paidSeats()) - spent);
        return spent * 1 gwei;
    }

    function _clearSeats(uint256 dispute, Round round) internal {
        if (!round.drawn()) return;
        for (uint256 i = SEATS_IN_ROUND; i < round.seats(); i += SEATS_IN_WORD) {
            delete _moreSeats[dispute][_word(round, i)];
        }
    }

    /// Of a panel on a round's terms, in gwei.
    function _price(Round round, uint256 seats) internal view returns (uint256) {
        // At most 31 fees of 30 bits.
        unchecked {
            return seats * round.feeGwei() + drawBountyGwei;
        }
    }
}
