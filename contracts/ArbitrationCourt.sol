// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Panels} from "./Panels.sol";
import {Verdicts} from "./Verdicts.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {Fees} from "./libraries/Fees.sol";
import {RoundPhase, RoundPhases} from "./libraries/RoundPhases.sol";
import {PositionId} from "./types/Ids.sol";
import {MAX_SEATS, Round, Rounds} from "./types/Round.sol";
import {TRACK_BITS, Track} from "./types/Track.sol";

/// The life of a dispute, from its opening to its ruling; the interface is the manual. Stakes, the draw, votes and pay are
/// in the contracts below it.
contract ArbitrationCourt is Verdicts {
    address public immutable publicArbitrator;
    address public immutable appealFund;

    /// @inheritdoc IArbitrationCourt
    mapping(uint256 track => Track) public tracks;

    constructor(Setup memory setup) Panels(setup) {
        (publicArbitrator, appealFund) = (setup.publicArbitrator, setup.appealFund);
        for (uint256 i; i < setup.tracks.length; ++i) {
            _setTrack(uint8(i), setup.tracks[i]);
        }
        if (setup.tracks.length == 0 || setup.ticketWei % 1 gwei != 0) revert TermsInvalid(setup.tracks.length);
    }

    modifier onlyDesk() {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
        _;
    }

    modifier onlyPublicArbitrator() {
        if (msg.sender != publicArbitrator) revert OnlyPublicArbitrator(msg.sender);
        _;
    }

    // The life of a dispute

    /// @inheritdoc ICourt
    function open(uint256 dispute, uint8 track, uint256 base) external payable onlyDesk returns (uint256) {
        Track terms = _terms(track);
        return Round.unwrap(_open(dispute, terms, Fees.panelSize(terms, base)));
    }

    /// @inheritdoc IArbitrationCourt
    function openPublic(uint256 dispute, uint8 track, uint256 seats, uint256 choices_)
        external
        payable
        onlyPublicArbitrator
        returns (Round round)
    {
        if (!_isPublic(dispute) || dispute >> 92 != 0) revert DisputeInvalid(dispute);
        if (seats < 3 || seats > MAX_SEATS || seats % 2 == 0) revert SeatsInvalid(seats);
        if (choices_ != 0) choices[dispute] = choices_;
        round = _open(dispute, _terms(track), seats);
        emit RoundArmed(dispute, round);
    }

    /// @inheritdoc IArbitrationCourt
    function draw(uint256 dispute, bytes calldata proof) external nonReentrant {
        Round round = _draw(dispute, rounds[dispute], proof, NO_BOUNTY_SEAT);
        _pay(msg.sender, _bounty(round) * 1 gwei);
    }

    /// @inheritdoc IArbitrationCourt
    function rearm(uint256 dispute) external {
        Round round = rounds[dispute];
        _require(dispute, round, commits[dispute], RoundPhase.Missed);
        _arm(dispute, round.rearmed(0, block.number, _highWater, block.timestamp));
    }

    /// @inheritdoc IArbitrationCourt
    function voidRound(uint256 dispute) external nonReentrant {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Insufficient);
        bytes32 record = _record(dispute, round, accumulated);
        Bench memory bench = _bench(dispute, round, true);
        for (uint256 i = bench.current; i < bench.seats.length; ++i) {
            _satInVoid[dispute].push(positions[_position(bench.seats[i])].owner());
        }
        (int256[] memory pays, uint256 rest) = _payVoid(round, bench);
        _clearSeats(dispute, round);
        _leave(dispute, record);
        emit RoundVoided(dispute, record, pays);
        _arm(dispute, round.rearmed(1, block.number, _highWater, block.timestamp));
        _pay(BURN, rest * 1 gwei);
    }

    /// @inheritdoc IArbitrationCourt
    function appeal(uint256 dispute, address payer) external payable returns (uint256 ruling) {
        if (msg.sender != (_isPublic(dispute) ? publicArbitrator : appealFund)) revert OnlyAppellant(msg.sender);
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Appealable);
        uint256 cost = _price(round, round.appealSeats()) * 1 gwei;
        if (msg.value != cost) revert ValueInvalid(cost, msg.value);
        ruling = _tally(dispute, _bench(dispute, round, false)).ruling;
        _leave(dispute, _record(dispute, round, accumulated));
        AppealedRound storage past = _appealed[dispute][round.appeals()];
        // Only house disputes are asked about their rulings later; those are basis points.
        (past.round, past.payer, past.ruling) = (round, payer, uint16(ruling));
        round = round.appealed(block.number, _highWater, block.timestamp);
        rounds[dispute] = round;
        emit Appealed(dispute, round.appeals(), ruling, round);
    }

    /// @inheritdoc ICourt
    function conclude(uint256 dispute, address payer)
        external
        onlyDesk
        nonReentrant
        returns (Conclusion memory conclusion)
    {
        uint256 ruling;
        (ruling, conclusion.refused, conclusion.record, conclusion.cost) = _conclude(dispute, payer);
        conclusion.ruling = uint16(ruling);
    }

    /// @inheritdoc IArbitrationCourt
    function concludePublic(uint256 dispute, address payer)
        external
        onlyPublicArbitrator
        nonReentrant
        returns (uint256 ruling, bytes32 record)
    {
        (ruling,, record,) = _conclude(dispute, payer);
    }

    /// @inheritdoc ICourt
    function settle(uint256 dispute, uint256 round_, address payer)
        external
        onlyDesk
        nonReentrant
        returns (Conclusion memory conclusion)
    {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        RoundPhase current = _phase(round, accumulated);
        if (current == RoundPhase.None || current > RoundPhase.Commit) revert WrongPhase(dispute, current);
        if (round.number() != round_) revert WrongRound(dispute, round.number(), round_);
        conclusion.record = _record(dispute, round, accumulated);
        Bench memory bench = _bench(dispute, round, true);
        int256[] memory pays = _payRuled(round, bench, _tally(dispute, bench));
        uint256 paid = _paySettled(round, bench, pays);
        emit Settled(dispute, pays);
        if (round.appeals() != 0) _remember(dispute, true, 0);
        conclusion.cost = uint96(_close(dispute, round, payer, paid));
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
        position = _position(bits);
        return (position, positions[position].owner(), bits >> 26);
    }

    /// @inheritdoc ICourt
    function quote(uint8 track, uint256 base) external view returns (uint256 seats, uint256 cost) {
        seats = Fees.panelSize(_terms(track), base);
        cost = costOf(track, seats);
    }

    /// @inheritdoc IArbitrationCourt
    function costOf(uint8 track, uint256 seats) public view returns (uint256) {
        return (seats * _terms(track).feeGwei() + drawBountyGwei) * 1 gwei;
    }

    /// @inheritdoc ICourt
    function evidenceOpen(uint256 dispute) external view returns (bool) {
        RoundPhase current = phase(dispute);
        if (current == RoundPhase.Missed) return true;
        // A panel that is drawn late may vote at once.
        return current != RoundPhase.None && block.timestamp < rounds[dispute].commitOpens();
    }

    /// @inheritdoc IArbitrationCourt
    function currentRuling(uint256 dispute) external view returns (uint256) {
        Round round = rounds[dispute];
        RoundPhase current = phase(dispute);
        if (current < RoundPhase.Appealable) revert WrongPhase(dispute, current);
        return _tally(dispute, _bench(dispute, round, RoundPhases.refused(round))).ruling;
    }

    /// @inheritdoc IArbitrationCourt
    function appealCost(uint256 dispute) external view returns (uint256) {
        Round round = rounds[dispute];
        return _price(round, round.appealSeats()) * 1 gwei;
    }

    /// @inheritdoc IArbitrationCourt
    function appealWindow(uint256 dispute) external view returns (uint256 start, uint256 end) {
        Round round = rounds[dispute];
        if (phase(dispute) != RoundPhase.Appealable) return (0, 0);
        // It may have begun early; when, the word does not say.
        return (block.timestamp < round.revealEnds() ? block.timestamp : round.revealEnds(), round.appealEnds());
    }

    /// @inheritdoc IArbitrationCourt
    function rulingBefore(uint256 dispute, uint256 appeal_) external view returns (uint16) {
        return _appealed[dispute][appeal_ - 1].ruling;
    }

    /// @inheritdoc IArbitrationCourt
    function finalRuling(uint256 dispute) external view returns (bool known, bool refused, uint16 ruling) {
        AppealedRound storage first = _appealed[dispute][0];
        return (first.known, first.refused, first.finalRuling);
    }

    // Parameters

    /// @inheritdoc IArbitrationCourt
    function setTrack(uint8 track, Track terms) external onlyTimelock {
        _setTrack(track, terms);
    }

    // Below: the parts of the above

    function _setTrack(uint8 track, Track terms) private {
        bool windows = terms.handOverHours() >= 24 && terms.commitHours() >= 24 && terms.revealHours() >= 24;
        bool covered = terms.lockGwei() * SEATS_PER_TICKET * 1 gwei <= ticketWei;
        if (!windows || !covered || Track.unwrap(terms) >> TRACK_BITS != 0) revert TermsInvalid(track);
        tracks[track] = terms;
        emit TrackSet(track, terms);
    }

    function _terms(uint8 track) private view returns (Track terms) {
        terms = tracks[track];
        if (Track.unwrap(terms) == 0) terms = tracks[0];
    }

    function _open(uint256 dispute, Track terms, uint256 seats) private returns (Round round) {
        if (Round.unwrap(rounds[dispute]) != 0) revert DisputeExists(dispute);
        uint256 cost = (seats * terms.feeGwei() + drawBountyGwei) * 1 gwei;
        if (msg.value != cost) revert ValueInvalid(cost, msg.value);
        round = Rounds.pack(terms, seats, block.number, _highWater, block.timestamp);
        rounds[dispute] = round;
    }

    function _arm(uint256 dispute, Round round) private {
        rounds[dispute] = round;
        emit RoundArmed(dispute, round);
    }

    /// The open round is over; the next begins without commitments.
    function _leave(uint256 dispute, bytes32 record) private {
        _priorRecord[dispute] = record;
        delete commits[dispute];
    }

    function _conclude(uint256 dispute, address payer)
        private
        returns (uint256 ruling, bool refused, bytes32 record, uint96 cost)
    {
        Round round = rounds[dispute];
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Decidable);
        record = _record(dispute, round, accumulated);
        bool voteless = RoundPhases.refused(round);
        Bench memory bench = _bench(dispute, round, voteless);
        Tally memory tally = _tally(dispute, bench);
        (ruling, refused) = (tally.ruling, bench.scored == 0);
        emit Concluded(dispute, ruling, refused, _payRuled(round, bench, tally));
        if (round.appeals() != 0) _remember(dispute, false, ruling);
        cost = uint96(_close(dispute, round, payer, voteless ? 0 : round.seats() * round.feeGwei()));
    }

    /// Only appealed disputes are asked about again.
    function _remember(uint256 dispute, bool refused, uint256 ruling) private {
        AppealedRound storage first = _appealed[dispute][0];
        (first.known, first.refused, first.finalRuling) = (true, refused, uint16(ruling));
    }
}
