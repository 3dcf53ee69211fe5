// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Actors} from "./Actors.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {IComplaintDesk} from "./interfaces/IComplaintDesk.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IEvidence} from "./interfaces/IEvidence.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";
import {IOutsideArbitrators} from "./interfaces/IOutsideArbitrators.sol";
import {EvidenceUri} from "./libraries/EvidenceUri.sol";
import {Phase, Phases} from "./libraries/Phases.sol";
import {Trail} from "./libraries/Trail.sol";
import {
    ACCUSING,
    ACKNOWLEDGED,
    CONTESTED,
    ComplaintState,
    ComplaintWord,
    OUTSIDE,
    RATED_BY_CUSTOMER,
    RATED_BY_ORGANISATION
} from "./types/Complaint.sol";
import {ComplaintId, OrganisationId} from "./types/Ids.sol";

/// What is known of a complaint, who may add to it, and the trail that makes it complete; the desk's interface is the
/// manual.
abstract contract CaseRecord is IComplaintDesk, IEvidence, Actors, ReentrancyGuardTransient {
    uint8 internal constant ROLE_ANSWER = 1;
    uint256 internal constant MAX_EVIDENCE = 32;

    IOrganisationRegistry public immutable registry;
    /// The house court, and the door to arbitrators outside.
    ICourt public immutable court;
    ICourt public immutable outside;

    /// @inheritdoc IComplaintDesk
    uint256 public complaintCount;
    /// @inheritdoc IComplaintDesk
    mapping(ComplaintId complaint => ComplaintWord) public complaints;
    /// @inheritdoc IComplaintDesk
    mapping(ComplaintId complaint => bytes32) public trail;
    /// @inheritdoc IComplaintDesk
    mapping(OrganisationId organisation => bytes32) public organisationTrail;
    /// Items of evidence sent by themselves: the customer's in the low 128 bits, the organisation's above.
    mapping(ComplaintId complaint => uint256) private _evidence;
    /// keccak256(account, salt), and the account once it is named.
    mapping(ComplaintId complaint => bytes32) private _accusations;
    mapping(ComplaintId complaint => address) private _accused;

    /// @inheritdoc IComplaintDesk
    function submitEvidence(ComplaintId complaint, bytes32 digest) external {
        if (digest == 0) revert DigestMissing();
        address actor = _actor();
        (ComplaintWord word, bool byCustomer) = _party(complaint, actor);
        if (!_evidenceOpen(complaint, word)) revert EvidenceClosed(complaint);
        uint256 shift = byCustomer ? 0 : 128;
        uint256 counts = _evidence[complaint];
        if (uint128(counts >> shift) == MAX_EVIDENCE) revert TooMuchEvidence(complaint, MAX_EVIDENCE);
        _evidence[complaint] = counts + (1 << shift);
        _record(complaint, EvidenceSubmitted.selector, abi.encode(complaint, actor, byCustomer, digest), actor);
        _echo(complaint, digest, actor);
        // The flag is one only in arbitration; before, its bit is a deadline's.
        if (word.state() == ComplaintState.Escalated && word.flag(OUTSIDE)) {
            IOutsideArbitrators(address(outside)).showEvidence(ComplaintId.unwrap(complaint), actor, digest);
        }
    }

    /// @inheritdoc IComplaintDesk
    function rate(ComplaintId complaint, uint8 stars, bytes32 digest) external nonReentrant {
        if (stars == 0 || stars > 5) revert StarsInvalid(stars);
        address actor = _actor();
        (ComplaintWord word, bool byCustomer) = _party(complaint, actor);
        Phase current = Phases.phase(word, block.timestamp);
        if (current != Phase.Confirmed && current != Phase.Closed) revert WrongPhase(complaint, current);
        uint256 rated = byCustomer ? RATED_BY_CUSTOMER : RATED_BY_ORGANISATION;
        if (word.flag(rated)) revert AlreadyRated(complaint, actor);
        complaints[complaint] = word.withFlag(rated);
        _record(complaint, Rated.selector, abi.encode(complaint, actor, byCustomer, stars, digest), actor);
    }

    /// @inheritdoc IComplaintDesk
    function contest(ComplaintId complaint) external {
        (ComplaintWord word, address actor) = _own(complaint);
        _requireOpen(complaint, word);
        if (!word.flag(ACKNOWLEDGED) || word.flag(CONTESTED)) revert NothingToContest(complaint);
        complaints[complaint] = word.withFlag(CONTESTED);
        _record(complaint, Contested.selector, abi.encode(complaint, actor), actor);
    }

    /// @inheritdoc IComplaintDesk
    function accuse(ComplaintId complaint, bytes32 accusation) external {
        (ComplaintWord word, address actor) = _own(complaint);
        _requireOpen(complaint, word);
        if (word.flag(ACCUSING)) revert AlreadyAccusing(complaint);
        complaints[complaint] = word.withFlag(ACCUSING);
        _accusations[complaint] = accusation;
        _record(complaint, Accused.selector, abi.encode(complaint, actor, accusation), actor);
    }

    /// @inheritdoc IComplaintDesk
    function nameAccused(ComplaintId complaint, address account, bytes32 salt) external {
        (ComplaintWord word, address actor) = _own(complaint);
        _requireOpen(complaint, word);
        if (_accusations[complaint] != keccak256(abi.encode(account, salt))) revert AccusationMismatch(complaint);
        _accused[complaint] = account;
        _record(complaint, AccusedNamed.selector, abi.encode(complaint, actor, account, salt), actor);
    }

    function _known(ComplaintId complaint) internal view returns (ComplaintWord word) {
        word = complaints[complaint];
        if (word.state() == ComplaintState.None) revert ComplaintUnknown(complaint);
    }

    /// The actor's own complaint.
    function _own(ComplaintId complaint) internal view returns (ComplaintWord word, address actor) {
        (word, actor) = (_known(complaint), _actor());
        if (actor != word.customer()) revert NotCustomer(complaint, actor, word.customer());
    }

    /// A complaint that the actor answers for the organisation.
    function _operated(ComplaintId complaint) internal view returns (ComplaintWord word, address actor) {
        (word, actor) = (_known(complaint), _actor());
        registry.requireRole(word.organisation(), actor, ROLE_ANSWER);
        if (_isAccused(complaint, word, actor)) revert AccusedCannotAct(complaint, actor);
    }

    function _party(ComplaintId complaint, address actor) internal view returns (ComplaintWord word, bool byCustomer) {
        word = _known(complaint);
        byCustomer = actor == word.customer();
        if (byCustomer) return (word, true);
        if (registry.rolesOf(word.organisation(), actor) & ROLE_ANSWER == 0) revert NotParty(complaint, actor);
        if (_isAccused(complaint, word, actor)) revert AccusedCannotAct(complaint, actor);
    }

    function _isAccused(ComplaintId complaint, ComplaintWord word, address account) internal view returns (bool) {
        return word.flag(ACCUSING) && _accused[complaint] == account;
    }

    /// Between the filing and the escalation.
    function _requireOpen(ComplaintId complaint, ComplaintWord word) internal view {
        Phase current = Phases.phase(word, block.timestamp);
        if (!_isOpen(current)) revert WrongPhase(complaint, current);
    }

    function _isOpen(Phase current) internal pure returns (bool) {
        return current == Phase.Filed || current == Phase.Asked || current == Phase.Offered;
    }

    function _evidenceOpen(ComplaintId complaint, ComplaintWord word) private view returns (bool) {
        Phase current = Phases.phase(word, block.timestamp);
        if (current == Phase.Escalated) return _courtOf(word).evidenceOpen(ComplaintId.unwrap(complaint));
        return _isOpen(current) || current == Phase.Pledged || current == Phase.Delivered;
    }

    /// Who hears an escalated case.
    function _courtOf(ComplaintWord word) internal view returns (ICourt) {
        return word.flag(OUTSIDE) ? outside : court;
    }

    /// Emits an event whose first two arguments, the complaint and the actor, are its indexed ones, and folds it. From one
    /// encoding of the arguments: what is folded cannot differ from what was emitted, and costs no second encoding.
    function _record(ComplaintId complaint, bytes32 topic0, bytes memory arguments, address actor) internal {
        assembly ("memory-safe") {
            let start := add(arguments, 32)
            log3(add(start, 64), sub(mload(arguments), 64), topic0, mload(start), mload(add(start, 32)))
        }
        trail[complaint] = Trail.fold(trail[complaint], topic0, keccak256(arguments), actor);
    }

    function _echo(ComplaintId complaint, bytes32 digest, address actor) internal {
        if (digest == 0) return;
        emit Evidence(IArbitrator(address(court)), ComplaintId.unwrap(complaint), actor, EvidenceUri.fromDigest(digest));
    }
}
