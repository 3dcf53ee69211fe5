// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The published interface once more, in the words of a stranger: what is written against it knows nothing of ours.
interface Arbitrator792 {
    enum DisputeStatus {
        Waiting,
        Appealable,
        Solved
    }

    event DisputeCreation(uint256 indexed _disputeID, Arbitrable792 indexed _arbitrable);
    event AppealPossible(uint256 indexed _disputeID, Arbitrable792 indexed _arbitrable);
    event AppealDecision(uint256 indexed _disputeID, Arbitrable792 indexed _arbitrable);

    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256);
    function arbitrationCost(bytes calldata _extraData) external view returns (uint256);
    function appeal(uint256 _disputeID, bytes calldata _extraData) external payable;
    function appealCost(uint256 _disputeID, bytes calldata _extraData) external view returns (uint256);
    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end);
    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus);
    function currentRuling(uint256 _disputeID) external view returns (uint256);
}

interface Arbitrable792 {
    event Ruling(Arbitrator792 indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling);

    function rule(uint256 _disputeID, uint256 _ruling) external;
}

/// Two parties, money between them, and appeals by whoever lost; extra data and arbitrator as it was made with.
contract Escrow792 is Arbitrable792 {
    Arbitrator792 public immutable arbitrator;
    bytes public extraData;
    address payable public immutable payer;
    address payable public immutable payee;
    uint256 public disputeID;
    bool public resolved;

    constructor(Arbitrator792 arbitrator_, bytes memory extraData_, address payable payee_) payable {
        (arbitrator, extraData, payer, payee) = (arbitrator_, extraData_, payable(msg.sender), payee_);
    }

    receive() external payable {}

    function dispute() external payable {
        require(msg.value >= arbitrator.arbitrationCost(extraData), "too little");
        disputeID = arbitrator.createDispute{value: msg.value}(2, extraData);
    }

    function appeal() external payable {
        (uint256 start, uint256 end) = arbitrator.appealPeriod(disputeID);
        require(block.timestamp >= start && block.timestamp < end, "not now");
        require(arbitrator.disputeStatus(disputeID) == Arbitrator792.DisputeStatus.Appealable, "not appealable");
        require(msg.sender == (arbitrator.currentRuling(disputeID) == 1 ? payee : payer), "not the loser");
        arbitrator.appeal{value: arbitrator.appealCost(disputeID, extraData)}(disputeID, extraData);
    }

    function rule(uint256 _disputeID, uint256 _ruling) external {
        require(msg.sender == address(arbitrator) && _disputeID == disputeID && !resolved && _ruling <= 2, "no");
        resolved = true;
        (_ruling == 1 ? payer : payee).transfer(address(this).balance);
        emit Ruling(arbitrator, _disputeID, _ruling);
    }
}

/// Asks for an answer to any question, as Kleros' proxy for Reality does: 2^256 - 2 choices, 0 for none.
contract Reality792 is Arbitrable792 {
    Arbitrator792 public immutable arbitrator;
    mapping(uint256 disputeID => bool) public asked;
    mapping(uint256 disputeID => bytes32) public answer;

    constructor(Arbitrator792 arbitrator_) {
        arbitrator = arbitrator_;
    }

    function ask() external payable returns (uint256 disputeID) {
        // Kleros' extra data: court 0, 31 jurors.
        disputeID = arbitrator.createDispute{value: msg.value}(type(uint256).max - 1, abi.encode(0, 31));
        asked[disputeID] = true;
    }

    function rule(uint256 _disputeID, uint256 _ruling) external {
        require(msg.sender == address(arbitrator) && asked[_disputeID], "no");
        delete asked[_disputeID];
        // As Reality counts: answers from 0, and the largest number for "invalid".
        unchecked {
            answer[_disputeID] = bytes32(_ruling - 1);
        }
        emit Ruling(arbitrator, _disputeID, _ruling);
    }
}

/// One owner decides; appeals double the fee. `ids` are as its owner wants them.
contract Arbiter792 is Arbitrator792 {
    struct Entry {
        Arbitrable792 arbitrable;
        uint256 ruling;
        uint256 until;
        uint256 appeals;
    }

    uint256 public fee = 0.05 ether;
    uint256 public next = 1;
    uint256 public lastChoices;
    bytes public lastExtraData;
    mapping(uint256 id => Entry) public entries;

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setNext(uint256 next_) external {
        next = next_;
    }

    function createDispute(uint256 choices, bytes calldata extraData) external payable virtual returns (uint256 id) {
        require(msg.value >= fee, "too little");
        (lastChoices, lastExtraData) = (choices, extraData);
        id = next++;
        entries[id].arbitrable = Arbitrable792(msg.sender);
        emit DisputeCreation(id, Arbitrable792(msg.sender));
    }

    function arbitrationCost(bytes calldata) external view virtual returns (uint256) {
        return fee;
    }

    function decide(uint256 id, uint256 ruling) external {
        (entries[id].ruling, entries[id].until) = (ruling, block.timestamp + 1 days);
        emit AppealPossible(id, entries[id].arbitrable);
    }

    function appeal(uint256 id, bytes calldata extraData) external payable {
        require(msg.value >= fee << ++entries[id].appeals && block.timestamp < entries[id].until, "no");
        lastExtraData = extraData;
        entries[id].until = 0;
        emit AppealDecision(id, entries[id].arbitrable);
    }

    function appealCost(uint256 id, bytes calldata) external view returns (uint256) {
        return fee << (entries[id].appeals + 1);
    }

    function appealPeriod(uint256 id) external view returns (uint256 start, uint256 end) {
        end = entries[id].until;
        if (end != 0) start = end - 1 days;
    }

    function disputeStatus(uint256 id) external view returns (DisputeStatus) {
        uint256 until = entries[id].until;
        if (until == 0) return DisputeStatus.Waiting;
        return block.timestamp < until ? DisputeStatus.Appealable : DisputeStatus.Solved;
    }

    function currentRuling(uint256 id) external view returns (uint256) {
        return entries[id].ruling;
    }

    function execute(uint256 id) external {
        require(entries[id].until != 0 && block.timestamp >= entries[id].until, "not yet");
        entries[id].arbitrable.rule(id, entries[id].ruling);
    }

    /// Rules at once, whatever was said before.
    function dictate(Arbitrable792 arbitrable, uint256 id, uint256 ruling) external {
        arbitrable.rule(id, ruling);
    }
}
