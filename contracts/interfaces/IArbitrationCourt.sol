// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PositionId} from "../types/Ids.sol";
import {Position} from "../types/Position.sol";
import {Round} from "../types/Round.sol";
import {RoundPhase} from "../libraries/RoundPhases.sol";

/// Staked arbitrators, drawn by lot, who vote a share (0 to 10 000 basis points) behind commitments. The ruling is the
/// median. Amounts are wei unless the name says gwei.
///
/// The court's events carry no trail of their own. Its record, `keccak256(abi.encode(prior, round, more, commits))` over
/// the round's word, the words of seats 3 and up, the accumulated commitments and the record of the void round before it,
/// is folded into the complaint's trail with the ruling, and binds every seat, commitment and vote.
interface IArbitrationCourt {
    /// A commitment as it stands in the accumulator.
    struct SeatCommitment {
        uint8 seat;
        bytes32 commitment;
    }

    struct Conclusion {
        /// Basis points; 0 if refused.
        uint16 ruling;
        /// There was no ruling to be had.
        bool refused;
        /// What the trail folds.
        bytes32 record;
        /// Wei that went to arbitrators, of the `advance` that the dispute was opened with.
        uint96 cost;
        uint96 advance;
    }

    /// A position takes part in draws of rounds armed after this block; `tickets` are its weight.
    event Staked(PositionId indexed position, address indexed owner, uint8 tickets);
    /// By its owner, or because a penalty left less than half of the stake.
    event ExitRequested(PositionId indexed position, address indexed owner);
    /// The position is gone and its place free; `amount` is all it held (wei).
    event Unstaked(PositionId indexed position, address indexed owner, address to, uint256 amount);
    /// `amount` wei above the stake left the position.
    event RewardsWithdrawn(PositionId indexed position, address indexed owner, address to, uint256 amount);
    /// A round waits for its seed. The word pins the terms; it comes again when a seed was missed or a round void.
    event RoundArmed(uint256 indexed dispute, Round round);
    /// The panel, by seat: the position that sits in each. Fewer than paid for if too few could be found, none if that
    /// were half or less.
    event Drawn(uint256 indexed dispute, bytes32 seed, uint32[] positions);
    /// A later one of the same seat replaces it.
    event Committed(uint256 indexed dispute, uint8 seat, bytes32 commitment);
    /// `vote` in basis points; `reason` is the digest of the manifest that gives the reasons, or zero.
    event Revealed(uint256 indexed dispute, uint8 seat, uint16 vote, bytes32 salt, bytes32 reason);
    /// Fewer than a majority revealed. `pays` (gwei, by seat) were booked.
    event RoundVoided(uint256 indexed dispute, bytes32 record, int256[] pays);
    /// `pays` (gwei, by seat) were booked against the ruling.
    event Concluded(uint256 indexed dispute, uint16 ruling, bool refused, bytes32 record, int256[] pays);

    error OnlyDesk(address caller);
    error TermsInvalid(uint256 track);
    error TicketsInvalid(uint256 tickets, uint256 max);
    error ValueInvalid(uint256 expected, uint256 given);
    error PositionsFull(uint256 limit);
    error NotOwner(PositionId position, address caller, address owner);
    error AlreadyExiting(PositionId position);
    /// Seats are open, or the exit is not old enough.
    error CannotUnstake(PositionId position, uint256 seats, uint256 untilBlock, uint256 currentBlock);
    error NoRewards(PositionId position);
    error DisputeExists(uint256 dispute);
    error WrongPhase(uint256 dispute, RoundPhase current);
    error SeatUnknown(uint256 dispute, uint8 seat, uint256 seats);
    error NotSeated(uint256 dispute, uint8 seat, address caller, address owner);
    error TooManyReplacements(uint256 dispute, uint8 seat, uint256 limit);
    error VoteInvalid(uint16 vote, uint256 max);
    error AlreadyRevealed(uint256 dispute, uint8 seat);
    /// Vote, salt, reason or the neighbouring commitments are not what was committed.
    error CommitmentMismatch(uint256 dispute, uint8 seat);

    /// Stake of one ticket.
    function ticketWei() external view returns (uint256);
    function positions(PositionId position) external view returns (Position);
    function rounds(uint256 dispute) external view returns (Round);
    /// Accumulated commitments: chain 224 (high bits) | bitmap of committed seats 32.
    function commits(uint256 dispute) external view returns (uint256);
    function phase(uint256 dispute) external view returns (RoundPhase);
    /// The position in a seat, its owner, and the vote (16 383: not revealed). Reverts with `SeatUnknown`.
    function seat(uint256 dispute, uint8 number)
        external
        view
        returns (PositionId position, address owner, uint256 vote);
    /// What the commitment to a vote is; it binds chain, court, dispute, round, seat and all that will be revealed.
    function commitmentOf(uint256 dispute, uint256 round, uint8 number, uint16 vote, bytes32 salt, bytes32 reason)
        external
        view
        returns (bytes32);
    /// Seats and price (wei) for a dispute over `base` wei on `track` (an unknown track is track 0).
    function quote(uint8 track, uint256 base) external view returns (uint256 seats, uint256 cost);

    /// Stakes 1 to 8 tickets as a new position; send `tickets * ticketWei()`.
    function stake(uint8 tickets) external payable returns (PositionId position);
    /// The position takes no new seats of disputes armed after this block.
    function requestExit(PositionId position) external;
    /// Pays out a position whose exit is 8 200 blocks old and whose seats are all settled. Frees the place.
    function unstake(PositionId position, address payable to) external;
    /// Cuts off up to `most` empty places at the top, so that the lot does not fall there. Anyone.
    function trim(uint256 most) external;
    /// Pays out what the position holds above its stake.
    function withdrawRewards(PositionId position, address payable to) external;

    /// Opens the dispute about a complaint, paid with exactly `quote`. Only the desk.
    function open(uint256 dispute, uint8 track, uint256 base) external payable returns (Round);
    /// Draws the panel, by anyone, once the seed's block is there; `proof` goes to the seed source.
    function draw(uint256 dispute, bytes calldata proof) external;
    /// Starts again where nobody drew while the seed could be had: new seed, arbitrators as staked now. Anyone.
    function rearm(uint256 dispute) external;
    /// Commits a seat's vote. May be replaced three times, until the window ends or every seat has committed.
    function commit(uint256 dispute, uint8 number, bytes32 commitment) external;
    /// Opens a seat's vote. Anyone who knows the salt may.
    /// @param prefix The accumulator before the commitment (0 for the first).
    /// @param later The commitments after it, in order.
    function reveal(
        uint256 dispute,
        uint8 number,
        uint16 vote,
        bytes32 salt,
        bytes32 reason,
        uint224 prefix,
        SeatCommitment[] calldata later
    ) external;
    /// Ends a round in which too few revealed and arms the next; after the second one the dispute can be concluded as
    /// refused. Anyone.
    function voidRound(uint256 dispute) external;
    /// Counts the votes and pays the seats. Fees not spent go to `payer`. Only the desk.
    function conclude(uint256 dispute, address payer) external returns (Conclusion memory);
}
