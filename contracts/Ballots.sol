// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Panels} from "./Panels.sol";
import {IForwarder} from "./interfaces/IForwarder.sol";
import {IArbitrationCourt} from "./interfaces/IArbitrationCourt.sol";
import {Fees} from "./libraries/Fees.sol";
import {RoundPhase} from "./libraries/RoundPhases.sol";
import {PositionId} from "./types/Ids.sol";
import {LEAKED, NO_VOTE, ONE_REVEAL, Round} from "./types/Round.sol";

/// Commitments, their opening, and the leak of a vote before its time.
abstract contract Ballots is Panels {
    /// How often a seat may replace its commitment. Each one makes every earlier seat's reveal longer, so that without a
    /// limit one arbitrator could price the others out of revealing.
    uint256 internal constant MAX_REPLACEMENTS = 3;
    /// What the reporter of a leak gets of the lock; the rest burns. Telling oneself costs three quarters then, and the
    /// worst vote only a half.
    uint256 internal constant REPORTER_PART = 4;
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;
    bytes32 private constant COMMIT_TYPEHASH =
        keccak256("Commit(uint256 dispute,uint256 round,uint8 seat,bytes32 commitment,address actor)");

    /// @inheritdoc IArbitrationCourt
    mapping(uint256 dispute => uint256) public choices;
    /// The choices that were revealed, each once; a vote names its place here.
    mapping(uint256 dispute => uint256[]) internal _revealed;
    /// How often each seat of a round has replaced its commitment, eight bits a seat.
    mapping(uint256 dispute => mapping(uint256 number => uint256)) private _replacements;

    // Commitments

    /// @inheritdoc IArbitrationCourt
    function commit(uint256 dispute, uint16 number, bytes32 commitment) external {
        _commit(dispute, rounds[dispute], number, commitment);
    }

    /// @inheritdoc IArbitrationCourt
    function commitDrawing(uint256 dispute, bytes calldata proof, uint8 number, bytes32 commitment) external {
        Round round = _draw(dispute, rounds[dispute], proof, number);
        PositionId position = _commit(dispute, round, number, commitment);
        positions[position] = positions[position].credited(_bounty(round));
    }

    /// @inheritdoc IArbitrationCourt
    function commitBatch(uint256 dispute, bytes calldata proof, SignedCommit[] calldata items) external {
        Round round = rounds[dispute];
        bool draws = !round.drawn();
        uint8 first = items.length == 0 ? _noBountySeat : items[0].seat;
        if (draws) round = _draw(dispute, round, proof, first);
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Commit);
        for (uint256 i; i < items.length; ++i) {
            SignedCommit calldata item = items[i];
            if (item.seat >= round.seats() || accumulated >> item.seat & 1 == 1) continue;
            if (_isSigned(dispute, round, item)) {
                accumulated = _accumulate(dispute, accumulated, item.seat, item.commitment);
            }
        }
        commits[dispute] = accumulated;
        if (!draws) return;
        if (accumulated >> first & 1 == 0) revert BountyUnclaimed(dispute, first);
        PositionId position = _position(_seat(dispute, round, first));
        positions[position] = positions[position].credited(_bounty(round));
    }

    /// @inheritdoc IArbitrationCourt
    function commitmentOf(uint256 dispute, uint256 round, uint8 number, uint256 vote, bytes32 salt, bytes32 reason)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), dispute, round, number, vote, salt, reason));
    }

    function _commit(uint256 dispute, Round round, uint256 number, bytes32 commitment)
        private
        returns (PositionId position)
    {
        uint256 accumulated = commits[dispute];
        _require(dispute, round, accumulated, RoundPhase.Commit);
        uint256 bits = _seat(dispute, round, number);
        position = _position(bits);
        address owner = positions[position].owner();
        if (msg.sender != owner && msg.sender != votingKey[position].key) {
            revert NotSeated(dispute, uint8(number), msg.sender, owner);
        }
        if (bits >> 26 == LEAKED) revert SeatLeaked(dispute, uint8(number));
        if (accumulated >> number & 1 == 1) _replace(dispute, round, number);
        commits[dispute] = _accumulate(dispute, accumulated, number, commitment);
    }

    function _replace(uint256 dispute, Round round, uint256 number) private {
        uint256 counts = _replacements[dispute][round.number()];
        uint256 shift = number * 8;
        if (counts >> shift & 0xff == MAX_REPLACEMENTS) {
            revert TooManyReplacements(dispute, uint8(number), MAX_REPLACEMENTS);
        }
        _replacements[dispute][round.number()] = counts + (1 << shift);
    }

    function _accumulate(uint256 dispute, uint256 accumulated, uint256 number, bytes32 commitment)
        private
        returns (uint256)
    {
        emit Committed(dispute, uint8(number), commitment);
        uint256 chain = _chain(accumulated >> 32, number, commitment);
        return chain << 32 | uint32(accumulated) | 1 << number;
    }

    /// By the position's owner or its voting key, and not for a seat whose vote has leaked.
    function _isSigned(uint256 dispute, Round round, SignedCommit calldata item) private view returns (bool) {
        uint256 bits = _seat(dispute, round, item.seat);
        if (bits >> 26 != NO_VOTE) return false;
        if (_isSignedAs(positions[_position(bits)].owner(), dispute, round, item)) return true;
        address key = votingKey[_position(bits)].key;
        return key != address(0) && _isSignedAs(key, dispute, round, item);
    }

    function _isSignedAs(address actor, uint256 dispute, Round round, SignedCommit calldata item)
        private
        view
        returns (bool)
    {
        bytes32 structHash =
            keccak256(abi.encode(COMMIT_TYPEHASH, dispute, round.number(), item.seat, item.commitment, actor));
        return IForwarder(trustedForwarder()).isSigned(actor, structHash, item.signature);
    }

    // Votes

    /// @inheritdoc IArbitrationCourt
    function reveal(uint256 dispute, Opening calldata opening) external {
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Reveal);
        uint256 max = _maxVote(dispute);
        if (opening.vote > max) revert VoteInvalid(opening.vote, max);
        if (_seat(dispute, round, opening.seat) >> 26 != NO_VOTE) revert AlreadyRevealed(dispute, opening.seat);
        if (!_fits(dispute, round, accumulated, opening)) revert CommitmentMismatch(dispute, opening.seat);
        rounds[dispute] = _setVote(dispute, round, opening.seat, opening.vote, opening.salt, opening.reason);
    }

    /// @inheritdoc IArbitrationCourt
    function revealBatch(uint256 dispute, uint224 prefix, Link[] calldata links) external {
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Reveal);
        uint256 number = round.number();
        uint256 chain = prefix;
        for (uint256 i; i < links.length; ++i) {
            Link calldata link = links[i];
            bytes32 commitment = link.salt;
            if (link.opened) commitment = commitmentOf(dispute, number, link.seat, link.vote, link.salt, link.reason);
            chain = _chain(chain, link.seat, commitment);
        }
        if (chain != accumulated >> 32) revert ChainMismatch(dispute);
        uint256 max = _maxVote(dispute);
        // From the end: what comes first is the seat's last commitment.
        uint256 seen;
        for (uint256 i = links.length; i != 0;) {
            Link calldata link = links[--i];
            uint256 bit = 1 << link.seat;
            bool counts = link.opened && seen & bit == 0 && link.vote <= max;
            seen |= bit;
            if (!counts || _seat(dispute, round, link.seat) >> 26 != NO_VOTE) continue;
            round = _setVote(dispute, round, link.seat, link.vote, link.salt, link.reason);
        }
        rounds[dispute] = round;
    }

    /// @inheritdoc IArbitrationCourt
    function reportLeak(uint256 dispute, Opening calldata opening) external nonReentrant {
        (Round round, uint256 accumulated) = _inPhase(dispute, RoundPhase.Commit);
        uint8 number = opening.seat;
        PositionId position = _position(_seat(dispute, round, number));
        // A leaked seat's bit is gone as well.
        bool committed = accumulated >> number & 1 == 1;
        if (!committed || !_fits(dispute, round, accumulated, opening)) revert CommitmentMismatch(dispute, number);
        // Its bit goes, so that the others' reveals end without it.
        commits[dispute] = accumulated ^ 1 << number;
        rounds[dispute] = _changeVote(dispute, round, number, NO_VOTE ^ LEAKED);
        uint256 taken = _fine(position, round.lockGwei());
        emit Leaked(dispute, number, msg.sender, taken);
        uint256 reward = taken / REPORTER_PART;
        _payGwei(msg.sender, reward);
        _payGwei(BURN, taken - reward);
    }

    function _maxVote(uint256 dispute) private view returns (uint256) {
        return _isChoice(dispute) ? choices[dispute] : Fees.ALL;
    }

    /// House disputes need no look at storage.
    function _isChoice(uint256 dispute) internal view returns (bool) {
        return _isPublic(dispute) && choices[dispute] != 0;
    }

    /// Of a seat that has no vote: NO_VOTE is all ones, so the exclusive or leaves the vote.
    function _setVote(uint256 dispute, Round round, uint8 number, uint256 vote, bytes32 salt, bytes32 reason)
        private
        returns (Round)
    {
        emit Revealed(dispute, number, vote, salt, reason);
        if (_isChoice(dispute)) vote = _indexOf(_revealed[dispute], vote);
        round = _changeVote(dispute, round, number, vote ^ NO_VOTE);
        return Round.wrap(Round.unwrap(round) + ONE_REVEAL);
    }

    function _indexOf(uint256[] storage list, uint256 choice) private returns (uint256 i) {
        for (; i < list.length; ++i) {
            if (list[i] == choice) return i;
        }
        list.push(choice);
    }

    /// Whether the accumulator holds this as the seat's last commitment.
    function _fits(uint256 dispute, Round round, uint256 accumulated, Opening calldata opening)
        private
        view
        returns (bool)
    {
        uint8 number = opening.seat;
        bytes32 commitment = commitmentOf(dispute, round.number(), number, opening.vote, opening.salt, opening.reason);
        uint256 chain = _chain(opening.prefix, number, commitment);
        SeatCommitment[] calldata later = opening.later;
        for (uint256 i; i < later.length; ++i) {
            SeatCommitment calldata next = later[i];
            uint256 seat_ = next.seat;
            if (seat_ == number) return false;
            chain = _chain(chain, seat_, next.commitment);
        }
        return chain == accumulated >> 32;
    }

    /// 224 bits; the seat's eight lie below those of the chain before.
    function _chain(uint256 chain, uint256 number, bytes32 commitment) private pure returns (uint256) {
        return uint224(uint256(Hashes.efficientKeccak256(bytes32(chain << 8 | number), commitment)));
    }
}
