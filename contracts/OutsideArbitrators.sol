// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC165, IERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IOutsideArbitrators} from "./interfaces/IOutsideArbitrators.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {EvidenceUri} from "./libraries/EvidenceUri.sol";

/// The door through which the desk's cases reach arbitrators outside; the interface is the manual. It never holds money.
contract OutsideArbitrators is IOutsideArbitrators, ERC165 {
    uint256 private constant MAX_NUMBER = 3;
    uint256 private constant MIN_DAYS = 30;
    uint256 private constant MAX_DAYS = 365;
    uint256 private constant CHOICES = 5;
    /// Between one choice and the next, in basis points.
    uint256 private constant STEP = 2500;
    uint256 private constant QUOTE_GAS = 100_000;
    uint256 private constant CREATE_GAS = 1_000_000;
    uint256 private constant META_EVIDENCE = 0;

    address public immutable desk;
    /// Takes the cases that no arbitrator outside will have.
    ICourt public immutable house;
    /// @inheritdoc IOutsideArbitrators
    address public immutable timelock;

    /// @inheritdoc IOutsideArbitrators
    mapping(IArbitrator arbitrator => mapping(uint256 id => uint256)) public disputeOf;
    mapping(uint256 dispute => Case) private _cases;
    Listing[] private _listings;
    /// The index of a number's listing, plus 1.
    uint256[4] private _current;

    /// @param metaEvidence Digest of the file that tells arbitrators (ERC-1497) what they decide about.
    constructor(address desk_, ICourt house_, address timelock_, bytes32 metaEvidence) {
        (desk, house, timelock) = (desk_, house_, timelock_);
        emit MetaEvidence(META_EVIDENCE, EvidenceUri.fromDigest(metaEvidence));
    }

    modifier onlyDesk() {
        if (msg.sender != desk) revert OnlyDesk(msg.sender);
        _;
    }

    // The timelock

    /// @inheritdoc IOutsideArbitrators
    function list(uint8 number, IArbitrator arbitrator, bytes calldata extraData, uint96 costCap, uint16 timeOutDays)
        external
    {
        if (msg.sender != timelock) revert OnlyTimelock(msg.sender);
        if (number > MAX_NUMBER) revert NumberInvalid(number, MAX_NUMBER);
        if (timeOutDays < MIN_DAYS || timeOutDays > MAX_DAYS) revert TimeOutInvalid(timeOutDays, MIN_DAYS, MAX_DAYS);
        bool none = address(arbitrator) == address(0);
        if (!none && address(arbitrator).code.length == 0) revert NoContract(address(arbitrator));
        emit Listed(number, arbitrator, extraData, costCap, timeOutDays, _listings.length);
        _listings.push(Listing(arbitrator, costCap, timeOutDays, extraData));
        _current[number] = _listings.length;
    }

    // The desk

    /// @inheritdoc ICourt
    function acceptCase(uint256 dispute, uint8 track, uint64, uint256)
        external
        payable
        onlyDesk
        returns (uint256 terms)
    {
        if (_cases[dispute].state != CaseState.None) revert DisputeExists(dispute);
        uint256 index = _current[track & MAX_NUMBER];
        if (index == 0) revert OutsideUnavailable(track);
        Listing storage terms_ = _listings[--index];
        // Whether the price is right is the arbitrator's to say, by taking the dispute: asked a second time, a hostile
        // one could answer otherwise than to `quote`, and so keep the case from the house court too.
        if (msg.value > terms_.costCap) revert OutsideUnavailable(track);
        IArbitrator arbitrator = terms_.arbitrator;
        (bool created, uint256 id) = _create(arbitrator, terms_.extraData);
        if (!created || disputeOf[arbitrator][id] != 0) revert OutsideUnavailable(track);

        uint96 cost = uint96(msg.value);
        uint40 deadline = uint40(block.timestamp + uint256(terms_.timeOutDays) * 1 days);
        disputeOf[arbitrator][id] = dispute;
        _cases[dispute] = Case(cost, deadline, 0, uint32(index), 0, CaseState.Waiting, id);
        terms = uint256(keccak256(abi.encode(arbitrator, id, index, cost, deadline)));
        emit Opened(dispute, arbitrator, id, index, cost, deadline, terms);
        emit Dispute(arbitrator, id, META_EVIDENCE, dispute);
    }

    /// @inheritdoc ICourt
    function concludeCase(uint256 dispute, address) external onlyDesk returns (Conclusion memory end) {
        Case storage self = _cases[dispute];
        bool timedOut = self.state == CaseState.Waiting && block.timestamp >= self.deadline;
        if (self.state != CaseState.Ruled && !timedOut) revert NotDecided(dispute, self.deadline, block.timestamp);
        self.state = CaseState.Ended;
        end.refused = self.choice == 0;
        if (!end.refused) end.ruling = uint16((self.choice - 1) * STEP);
        (end.record, end.cost) = (_record(self), self.cost);
        emit Concluded(dispute, end.ruling, end.refused, end.record);
    }

    /// @inheritdoc ICourt
    function settleCase(uint256 dispute, uint256 round, address) external onlyDesk returns (Conclusion memory end) {
        Case storage self = _cases[dispute];
        if (self.state != CaseState.Waiting) revert NotWaiting(dispute, self.state);
        if (round != 0) revert RoundInvalid(round);
        self.state = CaseState.Ended;
        (end.record, end.cost) = (_record(self), self.cost);
        emit Settled(dispute, end.record);
    }

    /// @inheritdoc IOutsideArbitrators
    function showEvidence(uint256 dispute, address party, bytes32 digest) external onlyDesk {
        emit Evidence(_arbitratorOf(_waiting(dispute)), dispute, party, EvidenceUri.fromDigest(digest));
    }

    // The arbitrators

    /// Unknown numbers revert, and so do calls from inside `createDispute`, where the number is not known yet. A second
    /// ruling or a late one is not booked, but does not revert: the arbitrator must be able to close its own books.
    /// @inheritdoc IArbitrable
    function rule(uint256 _disputeID, uint256 _ruling) external {
        uint256 dispute = disputeOf[IArbitrator(msg.sender)][_disputeID];
        if (dispute == 0) revert IdUnknown(msg.sender, _disputeID);
        Case storage self = _cases[dispute];
        if (self.state != CaseState.Waiting || block.timestamp >= self.deadline) {
            emit RulingIgnored(dispute, _ruling);
            return;
        }
        (self.state, self.ruledAt) = (CaseState.Ruled, uint40(block.timestamp));
        if (_ruling <= CHOICES) self.choice = uint8(_ruling);
        emit Ruling(IArbitrator(msg.sender), _disputeID, _ruling);
    }

    // Anyone

    /// @inheritdoc IOutsideArbitrators
    function appeal(uint256 dispute) external payable {
        Case storage self = _waiting(dispute);
        uint256 cost = appealCost(dispute);
        if (msg.value != cost) revert ValueInvalid(cost, msg.value);
        emit Appealed(dispute, msg.sender, cost);
        Listing storage terms = _listings[self.listing];
        terms.arbitrator.appeal{value: cost}(self.id, terms.extraData);
    }

    // Views

    /// @inheritdoc ICourt
    function quote(uint8 track, uint256 base) external view returns (uint256 seats, uint256 cost) {
        uint256 index = _current[track & MAX_NUMBER];
        if (index != 0 && address(_listings[index - 1].arbitrator) != address(0)) {
            Listing storage terms = _listings[index - 1];
            if (!BoundedCall.affordable(QUOTE_GAS)) revert GasTooLow(QUOTE_GAS, gasleft());
            bytes memory data = abi.encodeCall(IArbitrator.arbitrationCost, (terms.extraData));
            bool answered;
            (answered, cost) = BoundedCall.ask(address(terms.arbitrator), QUOTE_GAS, data);
            if (answered && cost <= terms.costCap) return (0, cost);
        }
        return house.quote(0, base);
    }

    /// @inheritdoc ICourt
    function evidenceOpen(uint256 dispute) external view returns (bool) {
        Case storage self = _cases[dispute];
        return self.state == CaseState.Waiting && block.timestamp < self.deadline;
    }

    /// @inheritdoc IOutsideArbitrators
    function appealCost(uint256 dispute) public view returns (uint256) {
        Case storage self = _waiting(dispute);
        Listing storage terms = _listings[self.listing];
        return terms.arbitrator.appealCost(self.id, terms.extraData);
    }

    /// @inheritdoc IOutsideArbitrators
    function appealPeriod(uint256 dispute) external view returns (uint256 start, uint256 end) {
        Case storage self = _waiting(dispute);
        return _arbitratorOf(self).appealPeriod(self.id);
    }

    /// @inheritdoc IOutsideArbitrators
    function listed(uint8 number) external view returns (Listing memory current) {
        if (number > MAX_NUMBER) revert NumberInvalid(number, MAX_NUMBER);
        if (_current[number] != 0) current = _listings[_current[number] - 1];
    }

    /// @inheritdoc IOutsideArbitrators
    function listing(uint256 index) external view returns (Listing memory) {
        return _listings[index];
    }

    /// @inheritdoc IOutsideArbitrators
    function cases(uint256 dispute) external view returns (Case memory) {
        return _cases[dispute];
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IArbitrable).interfaceId || super.supportsInterface(interfaceId);
    }

    // Below: the parts of the above

    function _create(IArbitrator arbitrator, bytes storage extraData) private returns (bool created, uint256 id) {
        if (!BoundedCall.affordable(CREATE_GAS)) revert GasTooLow(CREATE_GAS, gasleft());
        uint256 size;
        bytes memory data = abi.encodeCall(IArbitrator.createDispute, (CHOICES, extraData));
        (created, size, id) = BoundedCall.call(address(arbitrator), CREATE_GAS, msg.value, data);
        // An account without code would take the money and answer nothing.
        created = created && size >= 32;
    }

    function _waiting(uint256 dispute) private view returns (Case storage self) {
        self = _cases[dispute];
        if (self.state != CaseState.Waiting) revert NotWaiting(dispute, self.state);
    }

    function _arbitratorOf(Case storage self) private view returns (IArbitrator) {
        return _listings[self.listing].arbitrator;
    }

    /// Binds who ruled what for how much, and when: 0 if the deadline passed or the parties agreed.
    function _record(Case storage self) private view returns (bytes32) {
        return keccak256(abi.encode(_arbitratorOf(self), self.id, self.choice, self.cost, self.ruledAt));
    }
}
