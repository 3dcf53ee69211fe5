// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PositionId} from "../types/Ids.sol";
import {Position} from "../types/Position.sol";
import {Round} from "../types/Round.sol";
import {Track} from "../types/Track.sol";
import {RoundPhase} from "../libraries/RoundPhases.sol";
import {ICourt} from "./ICourt.sol";
import {IOrganisationRegistry} from "./IOrganisationRegistry.sol";
import {ISeedSource} from "./ISeedSource.sol";

/// Staked arbitrators, drawn by lot, who vote a share (0 to 10 000 basis points) behind commitments. The ruling is the
/// median. Amounts are wei unless the name says gwei.
///
/// Two clients open disputes: the desk (numbers below 2^64, those of its complaints) and the public arbitrator (numbers
/// from 2^64 up), whose disputes may be choices instead: then the choice with most votes rules, and a tie is choice 0.
///
/// All windows of a round count from the time it was armed: hand-over, commit, reveal, and after those, as long as commit,
/// the window for an appeal to twice as many arbitrators and one more. The panel is known to anyone once the seed's block
/// is there, so the draw itself may come with the first commitment. Arbitrators of all panels are paid once, at the end,
/// by how near they were to the last ruling.
///
/// The court's events carry no trail of their own. Its record, `keccak256(abi.encode(prior, round, more, commits))` over
/// the round's word, the words of seats 3 and up, the accumulated commitments and the record of the round before it
/// (void, or appealed from), is folded into the complaint's trail with the ruling, and binds every seat, commitment and
/// vote. Each fresh panel of a dispute has a round number: three times the appeals before it, and the void rounds since.
interface IArbitrationCourt is ICourt {
    struct Setup {
        address desk;
        IOrganisationRegistry registry;
        address publicArbitrator;
        /// The only one that may appeal a house dispute.
        address appealFund;
        ISeedSource seedSource;
        address guardian;
        address timelock;
        address forwarder;
        uint256 ticketWei;
        /// What whoever draws is paid; part of every round's price.
        uint32 drawBountyGwei;
        Track[] tracks;
    }

    /// A commitment as it stands in the accumulator.
    struct SeatCommitment {
        uint8 seat;
        bytes32 commitment;
    }

    struct SignedCommit {
        uint8 seat;
        bytes32 commitment;
        /// Over `Commit(uint256 dispute,uint256 round,uint8 seat,bytes32 commitment,address actor)`; the actor is the owner
        /// of the seat's position or its voting key.
        bytes signature;
    }

    /// What shows a committed vote.
    struct Opening {
        uint8 seat;
        bytes32 salt;
        /// The digest of the manifest that gives the reasons, or zero.
        bytes32 reason;
        /// Basis points, or a choice.
        uint256 vote;
        /// The accumulator before the seat's last commitment (0 for the first), and the commitments after it, in order.
        uint224 prefix;
        SeatCommitment[] later;
    }

    /// One commitment of those that follow each other in the accumulator.
    struct Link {
        uint8 seat;
        /// Whether its opening is here; else `salt` is the commitment itself.
        bool opened;
        uint256 vote;
        bytes32 salt;
        bytes32 reason;
    }

    /// A position takes part in draws of rounds armed after this block; `tickets` are its weight.
    event Staked(PositionId indexed position, address indexed owner, uint8 tickets);
    /// By its owner, or because a penalty left less than half of the stake.
    event ExitRequested(PositionId indexed position, address indexed owner);
    /// The position is gone, its voting key forgotten and its place free; `amount` is all it held (wei).
    event Unstaked(PositionId indexed position, address indexed owner, address to, uint256 amount);
    /// `amount` wei above the stake left the position.
    event RewardsWithdrawn(PositionId indexed position, address indexed owner, address to, uint256 amount);
    /// `key` may commit for the position; zero for none but the owner.
    event VotingKeySet(PositionId indexed position, uint64 version, address key);
    /// New disputes on the track are heard on these terms.
    event TrackSet(uint8 indexed track, Track terms);
    /// A round waits for its seed. The word pins the terms. The desk's own event tells the first round of its disputes; this
    /// one tells every other: of public disputes, after a missed seed, a void round or an appeal.
    event RoundArmed(uint256 indexed dispute, Round round);
    /// The panel, by seat: the position that sits in each. Fewer than paid for if too few could be found, none if that
    /// were half or less. If a committing arbitrator drew, `bountySeat` is its seat, whose position was given the bounty;
    /// else 255.
    event Drawn(uint256 indexed dispute, bytes32 seed, uint8 bountySeat, uint32[] positions);
    /// A later one of the same seat replaces it.
    event Committed(uint256 indexed dispute, uint8 seat, bytes32 commitment);
    /// `vote` in basis points, or a choice; `reason` is the digest of the manifest that gives the reasons, or zero.
    event Revealed(uint256 indexed dispute, uint8 seat, uint256 vote, bytes32 salt, bytes32 reason);
    /// Somebody knew a vote before its time: the seat has none, and its position lost `taken` gwei.
    event Leaked(uint256 indexed dispute, uint8 seat, address indexed reporter, uint256 taken);
    /// Fewer than a majority revealed. `pays` (gwei, by seat) were booked.
    event RoundVoided(uint256 indexed dispute, bytes32 record, int256[] pays);
    /// A larger panel hears the dispute, for the `appeals`th time; `ruling` is what it was asked to look at again.
    event Appealed(uint256 indexed dispute, uint256 appeals, uint256 ruling, Round round);
    /// `pays` (gwei, by seat over all appealed rounds and the last, in order) were booked against the ruling. `refused` if
    /// there was none to be had, or the parties agreed before the votes were open: then the last panel has its fee, and those
    /// before it are measured by the last ruling there was.
    event Concluded(uint256 indexed dispute, uint256 ruling, bool refused, int256[] pays);

    error OnlyClient(address caller, address client);
    error DisputeInvalid(uint256 dispute, uint256 seats);
    error TermsInvalid(uint256 track);
    error TicketsInvalid(uint256 tickets, uint256 max);
    error ValueInvalid(uint256 expected, uint256 given);
    error PositionsFull(uint256 limit);
    error NotOwner(PositionId position, address caller, address owner);
    error AlreadyExiting(PositionId position);
    /// Seats are open, or the exit is not old enough.
    error CannotUnstake(PositionId position, uint256 seats, uint256 untilBlock, uint256 currentBlock);
    error NoRewards(PositionId position);
    error VersionNotRising(PositionId position, uint256 current, uint256 given);
    error WrongPhase(uint256 dispute, RoundPhase current);
    /// The parties agreed about another round than the one that is open.
    error WrongRound(uint256 dispute, uint256 current, uint256 given);
    error SeatUnknown(uint256 dispute, uint8 seat, uint256 seats);
    /// A batch that draws must begin with a commitment that counts: its seat gets the bounty.
    error BountyUnclaimed(uint256 dispute, uint8 seat);
    error NotSeated(uint256 dispute, uint8 seat, address caller, address owner);
    error SeatLeaked(uint256 dispute, uint8 seat);
    error TooManyReplacements(uint256 dispute, uint8 seat, uint256 limit);
    error VoteInvalid(uint256 vote, uint256 max);
    error AlreadyRevealed(uint256 dispute, uint8 seat);
    /// Vote, salt, reason or the neighbouring commitments are not what was committed.
    error CommitmentMismatch(uint256 dispute, uint8 seat);
    /// The links do not lead from the prefix to the accumulator.
    error ChainMismatch(uint256 dispute);

    // Stakes

    /// Stake of one ticket.
    function ticketWei() external view returns (uint256);
    function positions(PositionId position) external view returns (Position);
    /// Who may commit for the position besides its owner, and the version that a new key must exceed.
    function votingKey(PositionId position) external view returns (address key, uint64 version);

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
    /// Lets `key` commit for the position as well; zero takes that back. `version` must exceed the last one.
    function setVotingKey(PositionId position, uint64 version, address key) external;

    // Disputes

    function drawBountyGwei() external view returns (uint256);
    /// The terms for new disputes; zero where there are none, and then those of track 0 apply.
    function tracks(uint256 track) external view returns (Track);
    /// The open round; zero once the dispute is over.
    function rounds(uint256 dispute) external view returns (Round);
    /// Accumulated commitments of the open round: chain 224 (high bits) | bitmap of committed seats 32.
    function commits(uint256 dispute) external view returns (uint256);
    /// How many choices a public dispute has, besides 0; zero if its votes are basis points.
    function choices(uint256 dispute) external view returns (uint256);
    function phase(uint256 dispute) external view returns (RoundPhase);
    /// The position in a seat, its owner, and the vote (16 383: not revealed, 16 382: leaked; of choices, the place in the
    /// order in which different ones were first revealed). Reverts with `SeatUnknown`.
    function seat(uint256 dispute, uint8 number)
        external
        view
        returns (PositionId position, address owner, uint256 vote);
    /// What the commitment to a vote is; it binds chain, court, dispute, round, seat and all that will be revealed.
    function commitmentOf(uint256 dispute, uint256 round, uint8 number, uint256 vote, bytes32 salt, bytes32 reason)
        external
        view
        returns (bytes32);
    /// Price of a first round on `track` with `seats` seats.
    function costOf(uint8 track, uint256 seats) external view returns (uint256);
    /// What the votes say, or the panel that stands if the last one said nothing. Provisional while `Appealable`.
    function currentRuling(uint256 dispute) external view returns (uint256);
    /// Price of an appeal.
    function appealCost(uint256 dispute) external view returns (uint256);
    /// When an appeal can be made (Unix seconds, half-open); zero twice if it cannot be made now.
    function appealWindow(uint256 dispute) external view returns (uint256 start, uint256 end);
    /// The ruling that appeal number `appeal` (1 to 3) of a house dispute was made from.
    function rulingBefore(uint256 dispute, uint256 appeal) external view returns (uint16);
    /// What an appealed house dispute came to; `refused` if the parties agreed before the last panel ruled.
    function finalRuling(uint256 dispute) external view returns (bool known, bool refused, uint16 ruling);

    /// Opens a public dispute, paid with exactly `costOf`. Only the public arbitrator.
    /// @param seats Odd, 3 to 31.
    /// @param choices_ How many choices there are besides 0, or 0: then votes are basis points.
    function openPublic(uint256 dispute, uint8 track, uint256 seats, uint256 choices_) external payable returns (Round);
    /// Draws the panel, by anyone, once the seed's block is there; `proof` goes to the seed source. Pays the bounty, except
    /// for the round after a void one.
    function draw(uint256 dispute, bytes calldata proof) external;
    /// Starts again where nobody drew in time: new seed, arbitrators as staked now. Anyone.
    function rearm(uint256 dispute) external;
    /// Commits a seat's vote, by the owner of its position or its voting key. May be replaced three times, until the window
    /// ends or every seat has committed.
    function commit(uint256 dispute, uint16 number, bytes32 commitment) external;
    /// Draws and commits at once; the bounty goes to the seat's position.
    function commitDrawing(uint256 dispute, bytes calldata proof, uint8 number, bytes32 commitment) external;
    /// Commits for those who signed, and draws before if nobody has (else `proof` is not looked at); the bounty goes to the
    /// position of the first seat. What does not fit, or comes from a seat that has committed, is passed over: a signed
    /// commitment never replaces another.
    function commitBatch(uint256 dispute, bytes calldata proof, SignedCommit[] calldata items) external;
    /// Opens a seat's vote. Anyone who knows the salt may.
    function reveal(uint256 dispute, Opening calldata opening) external;
    /// Opens many votes along one chain: `links` are all commitments after `prefix`, in order. Openings of replaced
    /// commitments, of votes that are none and of seats that have revealed are passed over.
    function revealBatch(uint256 dispute, uint224 prefix, Link[] calldata links) external;
    /// Shows that a committed vote is known while others still commit. The seat loses its vote and its position the full
    /// lock: a quarter for the caller, the rest burns, so that it does not pay to tell oneself.
    function reportLeak(uint256 dispute, Opening calldata opening) external;
    /// Ends a round in which too few revealed and arms the next; after the second one the dispute can be concluded as
    /// refused, or with the ruling that was appealed from. Anyone.
    function voidRound(uint256 dispute) external;
    /// Asks a larger panel, paid with exactly `appealCost`; what is not spent goes back to `payer`. Only the appeal fund, or
    /// for public disputes the public arbitrator.
    /// @return ruling What is appealed from.
    function appeal(uint256 dispute, address payer) external payable returns (uint256 ruling);
    /// Counts the votes of a public dispute and pays the seats. Fees not spent go to `payer`. A refused one is 0. Only the
    /// public arbitrator.
    function concludePublic(uint256 dispute, address payer) external returns (uint256 ruling, bytes32 record);

    /// Sets the terms of new disputes. Only the timelock, whose delay is the notice.
    function setTrack(uint8 track, Track terms) external;
}
