// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Draw} from "../../../contracts/libraries/Draw.sol";
import {EvidenceUri} from "../../../contracts/libraries/EvidenceUri.sol";
import {Fees} from "../../../contracts/libraries/Fees.sol";
import {Header} from "../../../contracts/libraries/Header.sol";
import {Median} from "../../../contracts/libraries/Median.sol";
import {Phase, Phases} from "../../../contracts/libraries/Phases.sol";
import {RoundPhase, RoundPhases} from "../../../contracts/libraries/RoundPhases.sol";
import {
    ACKNOWLEDGED,
    CLAIM,
    ComplaintState,
    ComplaintWord,
    ComplaintWords,
    RATED_BY_CUSTOMER,
    RATED_BY_ORGANISATION
} from "../../../contracts/types/Complaint.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {OrderState, OrderWord, OrderWords} from "../../../contracts/types/Order.sol";
import {Policy, PolicyWord, PolicyWords} from "../../../contracts/types/Policy.sol";
import {Position, Positions} from "../../../contracts/types/Position.sol";
import {NO_VOTE, ONE_REVEAL, Round, Rounds} from "../../../contracts/types/Round.sol";
import {Track, Tracks} from "../../../contracts/types/Track.sol";
import {House} from "./House.sol";
import {bound} from "./Vm.sol";

/// The pure parts, for any input they can be given.
contract LibrariesTest is House {
    function test_costsAreSplitByDistance(uint96 cost, uint256 demand, uint256 offer, uint256 ruling) external pure {
        offer = bound(offer, 0, 9999);
        demand = bound(demand, offer + 1, 10_000);
        ruling = bound(ruling, 0, 10_000);
        uint256 part = Fees.organisationCostDown(cost, demand, offer, ruling);
        assert(part <= cost);
        if (ruling == offer) assert(part == 0);
        if (ruling == demand) assert(part == cost);
        // A ruling nearer to the organisation's number than to the customer's costs it no more than half.
        if (Fees.distance(offer, ruling) <= Fees.distance(demand, ruling)) assert(part <= cost / 2);
    }

    function test_seatPayFallsWithDistance(uint256 far, uint256 fee, uint256 lock) external pure {
        (far, fee, lock) = (bound(far, 0, 10_000), bound(fee, 0, (1 << 30) - 1), bound(lock, 0, (1 << 34) - 1));
        int256 pay = Fees.seatPay(far, fee, lock);
        assert(pay <= int256(fee) && pay >= -int256(lock / 2));
        assert(pay >= Fees.seatPay(far + 1, fee, lock));
        if (far <= 1000) assert(pay == int256(fee));
        if (far >= 2500) assert(pay == -int256(lock / 2));
    }

    function test_thePanelIsTheSmallestThatIsWorthBribing(uint96 base, uint256 fee, uint256 lock) external pure {
        Track track = Tracks.pack(bound(fee, 0, (1 << 30) - 1), bound(lock, 0, (1 << 34) - 1), 24, 24, 24);
        uint256 seats = Fees.panelSize(track, base);
        assert(seats == 3 || seats == 5 || seats == 7 || seats == 15 || seats == 31);
        if (seats < 31) assert(_worth(track, seats) >= base / 5);
        uint256 smaller = seats > 7 ? seats / 2 : seats - 2;
        if (seats > 3) assert(_worth(track, smaller) < base / 5);
    }

    function _worth(Track track, uint256 seats) private pure returns (uint256) {
        return ((seats / 2 + 1) * track.lockGwei() + seats * track.feeGwei()) * 1 gwei;
    }

    function test_theMedianHasHalfOfTheVotesOnEachSide(uint16[31] calldata given, uint256 count) external pure {
        uint256[] memory votes = new uint256[](bound(count, 1, 31));
        for (uint256 i; i < votes.length; ++i) {
            votes[i] = given[i] % 10_001;
        }
        Median.sort(votes);
        (uint256 low, uint256 high) = Median.middle(votes);
        uint256 below;
        uint256 above;
        for (uint256 i; i < votes.length; ++i) {
            if (i > 0) assert(votes[i - 1] <= votes[i]);
            if (votes[i] <= low) ++below;
            if (votes[i] >= high) ++above;
        }
        assert(low <= high && below * 2 >= votes.length && above * 2 >= votes.length);
        if (votes.length % 2 == 1) assert(low == high);
    }

    function test_aLotFallsBelowTheHighWater(bytes32 seed, uint256 id, uint256 attempt, uint24 highWater)
        external
        pure
    {
        (uint256 position, uint256 ticket) = Draw.lot(seed, id, 0, 0, attempt, highWater);
        assert(ticket < Draw.MAX_TICKETS);
        assert(highWater == 0 ? position == 0 : position < highWater);
    }

    function test_theLinkOfADigest(bytes32 digest) external pure {
        bytes memory link = bytes(EvidenceUri.fromDigest(digest));
        bytes memory letters = "0123456789abcdef";
        assert(link.length == 15 + 64);
        for (uint256 i; i < 64; ++i) {
            uint256 nibble = uint256(digest) >> 252 - 4 * i & 0xf;
            assert(link[15 + i] == letters[nibble]);
        }
    }

    function test_theMixHashIsFound(bytes32 mixHash) external view {
        assert(this.mixHashOf(_header(mixHash)) == mixHash);
    }

    function test_aHeaderCutShortIsRefused(bytes32 mixHash, uint256 length) external view {
        bytes memory header = _header(mixHash);
        length = bound(length, 0, header.length - 10);
        assembly ("memory-safe") {
            mstore(header, length)
        }
        try this.mixHashOf(header) returns (bytes32) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == Header.HeaderMalformed.selector);
        }
    }

    function mixHashOf(bytes calldata header) external pure returns (bytes32) {
        return Header.mixHash(header);
    }

    // Words

    function test_aComplaintsWordKeepsItsFieldsApart(
        address customer,
        uint256 organisation,
        uint256 track,
        uint32 deadline,
        uint256 demand,
        uint256 offer,
        uint256 state
    ) external pure {
        organisation = bound(organisation, 0, (1 << 20) - 1);
        (track, demand, offer) = (bound(track, 0, 7), bound(demand, 0, 16_383), bound(offer, 0, 16_383));
        state = bound(state, 1, 9);
        ComplaintWord word = ComplaintWords.pack(
            customer, OrganisationId.wrap(uint24(organisation)), uint8(track), deadline ^ 1, demand ^ 1, offer ^ 1
        );
        assert(word.state() == ComplaintState.Filed && word.offer() == offer ^ 1);
        word = word.withFlag(ACKNOWLEDGED).withFlag(CLAIM).withOfferCounted().withAskCounted().withOfferCounted();
        word = word.withDeadline(deadline).withDemand(demand).withOffer(offer).withState(ComplaintState(state));
        assert(word.offerCount() == 2 && word.askCount() == 1);
        ComplaintWord paid = word.asPaid(uint256(deadline) ^ 1);
        assert(paid.offerCount() == 0 && paid.deadline() == deadline ^ 1 && paid.state() == ComplaintState.Paid);
        assert(!paid.flag(RATED_BY_CUSTOMER) && !paid.flag(RATED_BY_ORGANISATION));
        assert(paid.flag(CLAIM) && paid.flag(ACKNOWLEDGED) && paid.askCount() == 1);
        ComplaintWord[2] memory both = [word, paid.withState(ComplaintState(state)).withDeadline(deadline)];
        for (uint256 i; i < 2; ++i) {
            assert(both[i].customer() == customer && both[i].track() == track && both[i].deadline() == deadline);
            assert(OrganisationId.unwrap(both[i].organisation()) == organisation);
            assert(both[i].demand() == demand && both[i].offer() == offer && uint8(both[i].state()) == state);
        }
    }

    function test_anOrdersWord(
        uint96 amount,
        uint32 paidAt,
        uint32 frozenUntil,
        uint64 complaint,
        uint256 state,
        uint256 confirm,
        uint256 protection
    ) external pure {
        OrderState state_ = OrderState(bound(state, 0, 5));
        (confirm, protection) = (bound(confirm, 0, 4095), bound(protection, 0, 4095));
        OrderWord word = OrderWords.held(amount, paidAt, confirm | protection << 12);
        assert(word.state() == OrderState.Held && word.frozenUntil() == 0);
        word = word.become(ComplaintId.wrap(complaint ^ 1), OrderState.Split).freeze(frozenUntil);
        word = word.become(ComplaintId.wrap(complaint), state_);
        assert(word.amount() == amount && word.paidAt() == paidAt && word.frozenUntil() == frozenUntil);
        assert(ComplaintId.unwrap(word.complaint()) == complaint && word.state() == state_);
        assert(word.confirmSeconds() == confirm * 3600);
        assert(word.protectedUntil() == uint256(paidAt) + protection * 3600);
    }

    function test_aPolicysWord(
        uint168 peak,
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 d,
        uint256 e,
        uint256 f,
        uint256 g,
        uint40 time
    ) external view {
        uint256 hour = 1 << 12;
        (a, b, c) = (bound(a, 0, (1 << 20) - 1), bound(b, 0, (1 << 20) - 1), bound(c, 0, hour - 1));
        (d, e, f) = (bound(d, 0, hour - 1), bound(e, 0, hour - 1), bound(f, 0, 7));
        g = bound(g, 0, 99);
        PolicyWord word =
            this.packed(Policy(peak, uint32(a), uint32(b), uint16(c), uint16(d), uint16(e), uint8(f), uint8(g)));
        assert(word.claimCap() == g / 10 * 10 ** (g % 10) * 1e12);
        assert(word.answerSeconds() == c * 3600 && word.confirmSeconds() == d * 3600);
        assert(word.windows() == d | e << 12 && word.track() == f);
        // 1970-01-05 00:00 was a Monday.
        uint256 hourOfWeek = (uint256(time) + 7 days - 4 days) / 1 hours % 168;
        assert(word.acknowledgeSeconds(time) == (peak >> hourOfWeek & 1 == 1 ? a : b));
    }

    function packed(Policy calldata policy) external pure returns (PolicyWord) {
        return PolicyWords.pack(policy);
    }

    function test_aPositionsWord(address owner, uint256 tickets, uint32 since, uint48 balance, uint48 later)
        external
        pure
    {
        tickets = bound(tickets, 1, 8);
        Position word = Positions.pack(owner, tickets, since, balance).seated().seated().withExit();
        assert(word.seats() == 2 && word.exiting() && word.balance() == balance);
        word = word.unseated().withBalance(later);
        assert(word.seats() == 1 && word.exiting() && word.balance() == later);
        assert(word.owner() == owner && word.tickets() == tickets && word.since() == since);
    }

    function test_aRoundsWord(uint256 fee, uint256 lock, uint8[3] memory hours_, uint32 time, uint24 highWater)
        external
        pure
    {
        Round round = _round(fee, lock, hours_, time, highWater);
        assert(round.armedBlock() == time ^ 1 && round.highWater() == highWater && round.armedAt() == time);
        Round drawn = round.withPanel(3, type(uint120).max);
        assert(drawn.drawn() && drawn.seats() == 3 && drawn.paidSeats() == 7 && drawn.armedAt() == time);
        assert(drawn.commitOpens() == time + uint256(hours_[0]) * 3600);
        assert(drawn.commitEnds() - drawn.commitOpens() == uint256(hours_[1]) * 3600);
        assert(drawn.revealEnds() - drawn.commitEnds() == uint256(hours_[2]) * 3600);
        assert(drawn.appealEnds() - drawn.revealEnds() == uint256(hours_[1]) * 3600);
    }

    function test_aRoundThatGoesOn(uint256 fee, uint256 lock, uint8[3] memory hours_, uint32 time, uint24 highWater)
        external
        pure
    {
        Round drawn = _round(fee, lock, hours_, time, highWater).withPanel(3, type(uint120).max);
        Round again = drawn.rearmed(1, time, highWater, time).rearmed(1, time ^ 1, highWater ^ 1, time ^ 2);
        assert(!again.drawn() && again.voids() == 2 && again.number() == 2 && RoundPhases.refused(again));
        assert(again.armedBlock() == time ^ 1 && again.highWater() == highWater ^ 1 && again.armedAt() == time ^ 2);
        Round larger = Round.wrap(Round.unwrap(drawn) + 3 * ONE_REVEAL).appealed(time, highWater, time ^ 1);
        assert(larger.appeals() == 1 && larger.number() == 3 && larger.seats() == 15 && larger.reveals() == 0);
        assert(again.paidSeats() == 7 && larger.paidSeats() == 15 && !larger.drawn());
        uint256 terms = Track.unwrap(drawn.track());
        assert(terms == Track.unwrap(again.track()) && terms == Track.unwrap(larger.track()));
        assert(drawn.feeGwei() == bound(fee, 0, (1 << 30) - 1) && drawn.lockGwei() == bound(lock, 0, (1 << 34) - 1));
    }

    /// Of seven seats; `hours_` are brought into range in place.
    function _round(uint256 fee, uint256 lock, uint8[3] memory hours_, uint32 time, uint24 highWater)
        private
        pure
        returns (Round)
    {
        for (uint256 i; i < 3; ++i) {
            hours_[i] = uint8(bound(hours_[i], 24, 127));
        }
        Track track =
            Tracks.pack(bound(fee, 0, (1 << 30) - 1), bound(lock, 0, (1 << 34) - 1), hours_[0], hours_[1], hours_[2]);
        return Rounds.pack(track, 7, time ^ 1, highWater, time);
    }

    // Phases

    function test_aPhaseNeverGoesBackByItself(uint32 deadline, uint256 left, uint256 state, uint32 first, uint32 second)
        external
        pure
    {
        (first, second) = first < second ? (first, second) : (second, first);
        ComplaintWord word = ComplaintWords.pack(
                address(1), OrganisationId.wrap(1), 0, deadline, 1, bound(left, 0, 14_400)
            ).withState(ComplaintState(bound(state, 1, 9)));
        (Phase before, Phase later) = (Phases.phase(word, first), Phases.phase(word, second));
        if (before == later) return;
        assert(second >= deadline);
        bool resumes = before == Phase.Asked && (later == Phase.Filed || later == Phase.Overdue);
        bool silent =
            before == Phase.Filed && later == Phase.Overdue || before == Phase.Offered && later == Phase.Lapsed;
        bool broken = before == Phase.Pledged && later == Phase.Broken;
        bool kept = before == Phase.Delivered && later == Phase.Kept;
        assert(resumes || silent || broken || kept || before == Phase.Paid && later == Phase.Closed);
    }

    function test_aVoteOnlyMovesForward(uint256 seats, uint32 committed, uint256 reveals, uint32 first, uint32 second)
        external
        pure
    {
        seats = bound(seats, 1, 31);
        committed &= uint32((1 << seats) - 1);
        reveals = bound(reveals, 0, _ones(committed));
        (first, second) = first < second ? (first, second) : (second, first);
        Round round = Rounds.pack(Tracks.pack(1, 4, 24, 24, 24), 15, 0, 0, 1 << 20).withPanel(seats, 0);
        round = Round.wrap(Round.unwrap(round) + reveals * ONE_REVEAL);
        assert(round.reveals() == reveals && round.seats() == seats);
        RoundPhase before = RoundPhases.voting(round, committed, first);
        RoundPhase later = RoundPhases.voting(round, committed, second);
        assert(before <= later || before == RoundPhase.Insufficient && later == before);
        if (second >= round.revealEnds()) assert(later >= RoundPhase.Insufficient);
        if (second >= round.appealEnds()) assert(later != RoundPhase.Appealable);
        if (later >= RoundPhase.Appealable) assert(reveals * 2 > seats);
        if (later == RoundPhase.Insufficient) assert(reveals * 2 <= seats);
        assert(NO_VOTE > 10_000);
    }

    function _ones(uint256 bits) private pure returns (uint256 count) {
        for (uint256 i; i < 32; ++i) {
            count += bits >> i & 1;
        }
    }
}
