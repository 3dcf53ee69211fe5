// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ballots} from "./Ballots.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {Fees} from "./libraries/Fees.sol";
import {Median} from "./libraries/Median.sol";
import {RoundPhases} from "./libraries/RoundPhases.sol";
import {LEAKED, NO_VOTE, Round, SEATS_IN_ROUND, SEATS_IN_WORD} from "./types/Round.sol";

/// What the votes come to, and what arbitrators are paid for them.
abstract contract Verdicts is Ballots {
    /// Votes from `low` to `high` were right. Of choices, every other vote is as wrong as can be: `step` widens the
    /// distance.
    struct Tally {
        uint256 ruling;
        uint256 low;
        uint256 high;
        uint256 step;
    }

    /// All seats of the appealed rounds and of the open one, in order. Those before `current` were appealed from; those from
    /// `decisive` up to `scored` gave the last ruling there is, if any.
    struct Bench {
        uint256[] seats;
        uint256 current;
        uint256 decisive;
        uint256 scored;
    }

    /// The record of the rounds before the open one.
    mapping(uint256 dispute => bytes32) internal _priorRecord;

    /// @param voteless The open round gives no ruling.
    function _bench(uint256 dispute, Round round, bool voteless) internal view returns (Bench memory bench) {
        uint256 levels = round.appeals();
        uint256 count = round.drawn() ? round.seats() : 0;
        for (uint256 level; level < levels; ++level) {
            count += _appealed[dispute][level].round.seats();
        }
        bench.seats = new uint256[](count);
        uint256 offset;
        for (uint256 level; level < levels; ++level) {
            bench.decisive = offset;
            offset = _addSeats(dispute, _appealed[dispute][level].round, bench.seats, offset);
        }
        bench.current = offset;
        if (round.drawn()) offset = _addSeats(dispute, round, bench.seats, offset);
        bench.scored = offset;
        if (voteless) bench.scored = bench.current;
        else bench.decisive = bench.current;
    }

    function _addSeats(uint256 dispute, Round round, uint256[] memory seats, uint256 offset)
        private
        view
        returns (uint256)
    {
        for (uint256 i; i < round.seats(); ++i) {
            seats[offset + i] = _seat(dispute, round, i);
        }
        return offset + round.seats();
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
        if (bench.scored == 0) return tally;
        uint256 count;
        uint256[] memory votes = new uint256[](bench.scored - bench.decisive);
        for (uint256 i = bench.decisive; i < bench.scored; ++i) {
            uint256 vote = bench.seats[i] >> 26;
            if (vote < LEAKED) votes[count++] = vote;
        }
        // Memory of fixed-size items: shortening in place is only a smaller length.
        assembly ("memory-safe") {
            mstore(votes, count)
        }
        Median.sort(votes);
        if (!_isChoice(dispute)) {
            (tally.low, tally.high) = Median.middle(votes);
            (tally.ruling, tally.step) = ((tally.low + tally.high) / 2, 1);
            return tally;
        }
        (uint256 most, bool tie) = Median.mode(votes);
        // Nobody is wrong about a tie.
        if (tie) return Tally(0, 0, LEAKED, 1);
        return Tally(_revealed[dispute][most], most, most, Fees.ALL);
    }

    function _far(uint256 vote, Tally memory tally) private pure returns (uint256) {
        return Fees.distanceFrom(vote, tally.low, tally.high) * tally.step;
    }

    /// Pays every scored seat by its distance from the ruling. Fees and penalties stay among the arbitrators: what is not
    /// paid out is shared by those near the ruling, the odd gwei going to the first of them. A leaked seat has paid already.
    function _payRuled(Round round, Bench memory bench, Tally memory tally) internal returns (int256[] memory pays) {
        pays = new int256[](bench.seats.length);
        (uint256 fee, uint256 lock) = (round.feeGwei(), round.lockGwei());
        uint256 pot = bench.scored * fee;
        uint256 near;
        for (uint256 i; i < bench.scored; ++i) {
            uint256 bits = bench.seats[i];
            int256 pay;
            if (bits >> 26 == NO_VOTE) {
                pay = -int256(lock);
            } else if (bits >> 26 != LEAKED) {
                uint256 far = _far(bits >> 26, tally);
                if (far <= Fees.FULL_PAY_WITHIN) {
                    ++near;
                    continue;
                }
                pay = Fees.seatPay(far, fee, lock);
            }
            if (pay < 0) pay = -int256(_take(_position(bits), uint256(-pay)));
            else _give(_position(bits), uint256(pay));
            pays[i] = pay;
            pot = uint256(int256(pot) - pay);
        }
        if (near == 0) return pays;
        // Where there is a ruling, those who made it are near.
        uint256 each = pot / near;
        uint256 odd = pot % near;
        for (uint256 i; i < bench.scored; ++i) {
            uint256 bits = bench.seats[i];
            if (bits >> 26 >= LEAKED || _far(bits >> 26, tally) > Fees.FULL_PAY_WITHIN) continue;
            _give(_position(bits), each + odd);
            pays[i] = int256(each + odd);
            odd = 0;
        }
    }

    /// The parties agreed: whoever sits in the open round is paid the fee, unless its vote has leaked.
    function _paySettled(Round round, Bench memory bench, int256[] memory pays) internal returns (uint256 paid) {
        for (uint256 i = bench.current; i < bench.seats.length; ++i) {
            uint256 fee = bench.seats[i] >> 26 == LEAKED ? 0 : round.feeGwei();
            _give(_position(bench.seats[i]), fee);
            pays[i] = int256(fee);
            paid += fee;
        }
    }

    /// No-shows lose their lock; whoever revealed gets the fee out of that.
    function _payVoid(Round round, Bench memory bench) internal returns (int256[] memory pays, uint256 pot) {
        pays = new int256[](bench.seats.length - bench.current);
        for (uint256 i; i < pays.length; ++i) {
            uint256 bits = bench.seats[bench.current + i];
            if (bits >> 26 < LEAKED) continue;
            uint256 taken = _take(_position(bits), bits >> 26 == LEAKED ? 0 : round.lockGwei());
            (pays[i], pot) = (-int256(taken), pot + taken);
        }
        uint256 each = round.reveals() == 0 ? 0 : pot / round.reveals();
        if (each > round.feeGwei()) each = round.feeGwei();
        for (uint256 i; i < pays.length; ++i) {
            uint256 bits = bench.seats[bench.current + i];
            if (bits >> 26 >= LEAKED) continue;
            _give(_position(bits), each);
            (pays[i], pot) = (int256(each), pot - each);
        }
    }

    /// Ends a dispute: what arbitrators were paid of the first round's money (wei); what was left of any round's goes back
    /// to whoever paid for it. The words are cleared, as the record binds them.
    /// @param paid Gwei of the open round's fees that arbitrators were paid.
    function _close(uint256 dispute, Round round, address payer, uint256 paid) internal returns (uint256 cost) {
        uint256 spent = paid + (round.drawn() || round.voids() != 0 ? drawBountyGwei : 0);
        rounds[dispute] = Round.wrap(0);
        delete commits[dispute];
        _clearSeats(dispute, round);
        for (uint256 level = round.appeals(); level != 0;) {
            AppealedRound storage past = _appealed[dispute][--level];
            uint256 rest = _price(round, round.paidSeats()) - spent;
            _pay(past.payer, rest * 1 gwei);
            round = past.round;
            spent = _price(round, round.seats());
            past.round = Round.wrap(0);
            _clearSeats(dispute, round);
        }
        _pay(payer, (_price(round, round.paidSeats()) - spent) * 1 gwei);
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
        return seats * round.feeGwei() + drawBountyGwei;
    }
}
