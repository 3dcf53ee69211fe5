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

    /// The terms of the tracks after the first.
    mapping(uint256 track => Track) private _tracks;

    constructor(Setup memory setup) Panels(setup) {
        (publicArbitrator, appealFund) = (setup.publicArbitrator, setup.appealFund);
        for (uint256 i; i < setup.tracks.length; ++i) {
            _setTrack(uint8(i), setup.tracks[i]);
        }
        if (setup.tracks.length == 0 || setup.ticketWei % 1 gwei != 0) revert TermsInvalid(setup.tracks.length);
    }

    modifier onlyDesk() {
        _onlyDesk();
        _;
    }

    modifier onlyPublicArbitrator() {
        _only(publicArbitrator);
        _;
    }

    // The life of a dispute

    /// @inheritdoc ICourt
    function acceptCase(uint256 dispute, uint8 track, uint64 parties, uint256 base)
        external
        payable
        onlyDesk
        returns (uint256)
    {
        Track terms = _terms(track);
        return Round.unwrap(_open(dispute, terms, Fees.panelSize(terms, base), parties));
    }

    /// @inheritdoc IArbitrationCourt
    function openPublic(uint256 dispute, uint8 track, uint256 seats, uint256 choices_)
        external
        payable
        onlyPublicArbitrator
        returns (Round round)
    {
        bool fits = _isPublic(dispute) && dispute >> 92 == 0;
        if (!fits || seats < 3 || seats > MAX_SEATS || seats % 2 == 0) revert DisputeInvalid(dispute, seats);
        if (choices_ != 0) choices[dispute] = choices_;
        round = _open(dispute, _terms(track), seats, 0);
        emit RoundArmed(dispute, round);
    }

    /// @inheritdoc IArbitrationCourt
    function draw(uint256 dispute, bytes calldata proof) external nonReentrant {
        Round round = _draw(dispute, rounds[dispute], proof, _noBountySeat);
        _payGwei(msg.sender, _bounty(round));
    }

    /// @inheritdoc IArbitrationCourt
    function rearm(uint256 dispute) external {
        (Round round,) = _inPhase(dispute, RoundPhase.Missed);
        _arm(dispute, round.rearmed(0, block.number, _highWater, block.timestamp));
    }

    /// @inheritdoc IArbitrationCourt
    function voidRound(uint256 dispute) external nonReentrant {
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Insufficient);
        bytes32 record = _record(dispute, round, accumulated);
        Bench memory bench = _bench(dispute, round);
        for (uint256 i = bench.current; i < bench.seats.length; ++i) {
            _satInVoid[dispute].push(uint160(positions[_position(bench.seats[i])].owner()));
        }
        // Nobody is wrong: no-shows lose their lock, and whoever revealed gets the fee out of that.
        (bench.first, bench.scored) = (bench.current, bench.seats.length);
        (int256[] memory pays, uint256 rest) = _paySeats(round, bench, _all(), 0, round.feeGwei());
        _clearSeats(dispute, round);
        _leave(dispute, record);
        emit RoundVoided(dispute, record, pays);
        _arm(dispute, round.rearmed(1, block.number, _highWater, block.timestamp));
        _payGwei(BURN, rest);
    }

    /// @inheritdoc IArbitrationCourt
    function appeal(uint256 dispute, address payer) external payable returns (uint256 ruling) {
        _only(_isPublic(dispute) ? publicArbitrator : appealFund);
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Appealable);
        uint256 cost = _price(round, round.appealSeats()) * 1 gwei;
        if (msg.value != cost) revert ValueInvalid(cost, msg.value);
        ruling = _tally(dispute, _bench(dispute, round)).ruling;
        _leave(dispute, _record(dispute, round, accumulated));
        // Only house disputes are asked about their rulings later; those are basis points.
        _appealed[dispute][round.appeals()] = AppealedRound(round, payer, uint16(ruling), 0);
        round = round.appealed(block.number, _highWater, block.timestamp);
        rounds[dispute] = round;
        emit Appealed(dispute, round.appeals(), ruling, round);
    }

    /// @inheritdoc ICourt
    function concludeCase(uint256 dispute, address payer) external onlyDesk returns (Conclusion memory end) {
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Decidable);
        uint256 ruling;
        (ruling, end.refused, end.record, end.cost) = _end(dispute, round, accumulated, payer);
        end.ruling = uint16(ruling);
    }

    /// @inheritdoc IArbitrationCourt
    function concludePublic(uint256 dispute, address payer)
        external
        onlyPublicArbitrator
        nonReentrant
        returns (uint256 ruling, bytes32 record)
    {
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Decidable);
        (ruling,, record,) = _end(dispute, round, accumulated, payer);
    }

    /// @inheritdoc ICourt
    function settleCase(uint256 dispute, uint256 round_, address payer)
        external
        onlyDesk
        returns (Conclusion memory end)
    {
        (Round round, uint256 accumulated) = _load(dispute);
        uint256 current = _phase(round, accumulated);
        if (current == 0 || current > uint256(RoundPhase.Commit)) _refuse(dispute, current);
        if (round.number() != round_) revert WrongRound(dispute, round.number(), round_);
        (, end.refused, end.record, end.cost) = _end(dispute, round, accumulated, payer);
    }

    // Views

    /// @inheritdoc IArbitrationCourt
    function phase(uint256 dispute) public view returns (RoundPhase) {
        return RoundPhase(_phase(rounds[dispute], commits[dispute]));
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

    /// @inheritdoc IArbitrationCourt
    function tracks(uint256 track) external view returns (Track) {
        return track == 0 ? Track.wrap(_firstTrack) : _tracks[track];
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
        bool before = current != RoundPhase.None && current <= RoundPhase.HandOver;
        return before && block.timestamp < rounds[dispute].commitOpens();
    }

    /// @inheritdoc IArbitrationCourt
    function currentRuling(uint256 dispute) external view returns (uint256) {
        Round round = rounds[dispute];
        uint256 current = _phase(round, commits[dispute]);
        if (current < uint256(RoundPhase.Appealable)) _refuse(dispute, current);
        return _tally(dispute, _bench(dispute, round)).ruling;
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
        known = first.payer != address(0) && Round.unwrap(rounds[dispute]) == 0;
        refused = first.finalRuling == UNHEARD;
        ruling = refused ? 0 : first.finalRuling;
    }

    // Parameters

    /// @inheritdoc IArbitrationCourt
    function setTrack(uint8 track, Track terms) external onlyTimelock {
        _setTrack(track, terms);
    }

    // Below: the parts of the above

    function _onlyDesk() private view {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
    }

    function _only(address client) private view {
        if (msg.sender != client) revert OnlyClient(msg.sender, client);
    }

    function _setTrack(uint8 track, Track terms) private {
        bool windows =
            _isWindow(terms.handOverHours()) && _isWindow(terms.commitHours()) && _isWindow(terms.revealHours());
        bool covered = terms.lockGwei() * SEATS_PER_TICKET * 1 gwei <= ticketWei;
        if (!windows || !covered || Track.unwrap(terms) >> TRACK_BITS != 0) revert TermsInvalid(track);
        if (track == 0) _firstTrack = uint96(Track.unwrap(terms));
        else _tracks[track] = terms;
        emit TrackSet(track, terms);
    }

    /// A day at least; three at most, since no bond may leave before the longest case is over.
    function _isWindow(uint256 hours_) private pure returns (bool) {
        return hours_ >= 24 && hours_ <= 72;
    }

    function _terms(uint8 track) private view returns (Track terms) {
        if (track != 0) terms = _tracks[track];
        if (Track.unwrap(terms) == 0) terms = Track.wrap(_firstTrack);
    }

    function _open(uint256 dispute, Track terms, uint256 seats, uint64 parties) private returns (Round round) {
        if (Round.unwrap(rounds[dispute]) != 0) revert DisputeExists(dispute);
        uint256 cost;
        // At most 31 fees of 30 bits, in gwei.
        unchecked {
            cost = (seats * terms.feeGwei() + drawBountyGwei) * 1 gwei;
        }
        if (msg.value != cost) revert ValueInvalid(cost, msg.value);
        round = Rounds.pack(terms, seats, block.number, _highWater, block.timestamp).withParties(parties);
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
}
