// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {ComplaintId, PositionId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {House} from "./House.sol";
import {Coin} from "./EscrowTokens.sol";
import {vm} from "./Vm.sol";

/// How far a case is played.
enum Stage {
    Paid,
    Filed,
    Acknowledged,
    Offered,
    Escalated,
    /// Drawn, in the hand-over.
    Drawn,
    Commit,
    /// All have committed: the votes may be opened.
    Committed,
    /// All are opened: the ruling may be appealed.
    Revealed,
    Decidable,
    Executed
}

/// Plays cases to where a test needs them, and signs.
abstract contract Play is House {
    struct Case {
        Order order;
        ComplaintId id;
        /// The court's number for it.
        uint256 dispute;
    }

    struct Ballot {
        uint8 seat;
        uint256 vote;
        bytes32 commitment;
    }

    bytes32 internal constant SALT = keccak256("salt");

    /// A token that the escrow takes, at two wei for one.
    Coin internal coin;
    uint256 private _lastRef;
    /// What was committed in the open round of a dispute, in order.
    mapping(uint256 dispute => Ballot[]) internal _ballots;
    mapping(uint256 dispute => uint256 round) private _ballotsOf;

    // Orders and complaints

    function _refs() internal returns (bytes32) {
        return keccak256(abi.encode("ref", ++_lastRef));
    }

    function _pay(address customer, uint256 amount) internal returns (Order memory order) {
        order = Order(ORGANISATION, registry.currentVersion(ORGANISATION), customer, address(0), _refs());
        vm.deal(customer, customer.balance + amount);
        vm.prank(customer);
        escrow.pay{value: amount}(ORGANISATION, order.version, order.ref);
    }

    function _list(address token, uint128 rate) internal {
        vm.prank(address(timelock));
        escrow.setTokenRate(token, rate);
    }

    /// In `coin`.
    function _payCoin(address customer, uint96 amount) internal returns (Order memory order) {
        if (address(coin) == address(0)) {
            coin = new Coin();
            _list(address(coin), 2e18);
        }
        coin.mint(customer, amount);
        vm.prank(customer);
        coin.approve(address(escrow), amount);
        return _payToken(customer, address(coin), amount);
    }

    /// The customer has the token and has approved it.
    function _payToken(address customer, address token, uint96 amount) internal returns (Order memory order) {
        order = Order(ORGANISATION, registry.currentVersion(ORGANISATION), customer, token, _refs());
        vm.prank(customer);
        escrow.payToken(ORGANISATION, order.version, token, amount, order.ref);
    }

    function _file(Order memory order, uint16 demand) internal returns (Case memory self) {
        vm.prank(order.customer);
        return _asCase(order, desk.file(order, demand, 2, keccak256("complaint")));
    }

    /// A claim against the bond.
    function _claim(address customer, uint96 amount, uint16 demand) internal returns (Case memory self) {
        uint16 version = registry.currentVersion(ORGANISATION);
        Order memory order = Order(ORGANISATION, version, customer, address(claims), _refs());
        uint256 deposit = claims.depositFor(amount);
        vm.deal(customer, customer.balance + deposit);
        vm.prank(customer);
        return _asCase(
            order, claims.claim{value: deposit}(ORGANISATION, version, amount, order.ref, demand, 2, keccak256("claim"))
        );
    }

    function _asCase(Order memory order, ComplaintId id) internal pure returns (Case memory) {
        return Case(order, id, ComplaintId.unwrap(id));
    }

    function _acknowledge(Case memory self) internal {
        vm.prank(ADMIN);
        desk.acknowledge(self.id, 0);
    }

    function _offer(Case memory self, uint16 share) internal {
        vm.prank(ADMIN);
        desk.offer(self.id, share, 0);
    }

    /// The customer pays exactly what it costs.
    function _escalate(Case memory self, uint16 demand) internal {
        uint8 number = uint8(desk.complaints(self.id).offerCount());
        (, uint256 cost) = desk.escalationCost(self.id, self.order);
        vm.deal(self.order.customer, self.order.customer.balance + cost);
        vm.prank(self.order.customer);
        desk.escalate{value: cost}(self.id, self.order, number, demand, 0);
    }

    /// By a stranger.
    function _execute(Case memory self) internal {
        vm.prank(STRANGER);
        desk.execute(self.id, self.order);
    }

    function _settle(Case memory self, address who, uint8 round, uint16 share) internal {
        vm.prank(who);
        desk.settle(self.id, self.order, round, share);
    }

    /// An order of 1 coin and a rejected complaint about all of it, played to `stage`; all arbitrators vote `vote`.
    function _play(Stage stage, uint16 vote) internal returns (Case memory self) {
        return _play(_pay(CUSTOMER, 1 ether), stage, vote);
    }

    function _play(Order memory order, Stage stage, uint16 vote) internal returns (Case memory self) {
        self.order = order;
        if (stage == Stage.Paid) return self;
        self = _file(order, 10_000);
        _playOn(self, stage, vote);
    }

    /// A claim of 1 coin against the bond.
    function _playClaim(Stage stage, uint16 vote) internal returns (Case memory self) {
        self = _claim(CUSTOMER, 1 ether, 10_000);
        _playOn(self, stage, vote);
    }

    function _playOn(Case memory self, Stage stage, uint16 vote) private {
        if (stage >= Stage.Acknowledged) _acknowledge(self);
        if (stage >= Stage.Offered) _offer(self, 0);
        if (stage >= Stage.Escalated) _escalate(self, 10_000);
        if (stage >= Stage.Drawn) _draw(self.dispute);
        _vote(self.dispute, stage, vote);
        if (stage == Stage.Executed) _execute(self);
    }

    // The court

    /// From the drawn panel on, all with one vote.
    function _vote(uint256 dispute, Stage stage, uint256 vote) internal {
        if (stage >= Stage.Commit) _toCommit(dispute);
        if (stage >= Stage.Committed) _commitAll(dispute, vote);
        if (stage >= Stage.Revealed) _revealAll(dispute);
        if (stage >= Stage.Decidable) _toEnd(dispute);
    }

    /// Draws with a header made here: `random` is its RANDAO value.
    function _draw(uint256 dispute, bytes32 random) internal {
        bytes memory proof = _seed(dispute, random);
        vm.prank(STRANGER);
        court.draw(dispute, proof);
    }

    function _draw(uint256 dispute) internal {
        _draw(dispute, keccak256(abi.encode("random", dispute, court.rounds(dispute))));
    }

    /// Makes the seed's block, with this RANDAO value, the last one.
    function _seed(uint256 dispute, bytes32 random) internal returns (bytes memory proof) {
        uint256 seedBlock = court.rounds(dispute).armedBlock() + seeds.delay();
        if (_block() <= seedBlock) vm.roll(seedBlock + 1);
        proof = _header(random);
        vm.setBlockhash(seedBlock, keccak256(proof));
    }

    function _toCommit(uint256 dispute) internal {
        uint256 opens = court.rounds(dispute).commitOpens();
        if (_now() < opens) vm.warp(opens);
    }

    function _toReveal(uint256 dispute) internal {
        if (court.phase(dispute) < RoundPhase.Reveal) vm.warp(court.rounds(dispute).commitEnds());
    }

    /// Until nobody can appeal any more.
    function _toEnd(uint256 dispute) internal {
        Round round = court.rounds(dispute);
        if (court.phase(dispute) == RoundPhase.Appealable) vm.warp(round.appealEnds());
    }

    function _ownerOf(uint256 dispute, uint8 seat) internal view returns (address owner) {
        (, owner,) = court.seat(dispute, seat);
    }

    function _positionOf(uint256 dispute, uint8 seat) internal view returns (PositionId position) {
        (position,,) = court.seat(dispute, seat);
    }

    /// A seat's salt is known to the test alone.
    function _salt(uint8 seat) internal pure returns (bytes32) {
        return keccak256(abi.encode(SALT, seat));
    }

    function _commitment(uint256 dispute, uint8 seat, uint256 vote) internal view returns (bytes32) {
        return court.commitmentOf(dispute, court.rounds(dispute).number(), seat, vote, _salt(seat), 0);
    }

    function _commit(uint256 dispute, uint8 seat, uint256 vote) internal {
        bytes32 commitment = _commitment(dispute, seat, vote);
        vm.prank(_ownerOf(dispute, seat));
        court.commit(dispute, seat, commitment);
        _noteBallot(dispute, Ballot(seat, vote, commitment));
    }

    /// For commitments that a test sends by another way.
    function _noteBallot(uint256 dispute, Ballot memory ballot) internal {
        uint256 number = court.rounds(dispute).number() + 1;
        if (_ballotsOf[dispute] != number) delete _ballots[dispute];
        _ballotsOf[dispute] = number;
        _ballots[dispute].push(ballot);
    }

    function _commitAll(uint256 dispute, uint256 vote) internal {
        uint256 seats = court.rounds(dispute).seats();
        for (uint8 seat; seat < seats; ++seat) {
            _commit(dispute, seat, vote);
        }
    }

    /// Vote i for seat i, as far as there are votes.
    function _commitEach(uint256 dispute, uint256[] memory votes) internal {
        for (uint8 seat; seat < votes.length; ++seat) {
            _commit(dispute, seat, votes[seat]);
        }
    }

    function _reveal(uint256 dispute, uint8 seat) internal {
        court.reveal(dispute, _opening(dispute, seat));
    }

    /// After the time for it has come.
    function _revealAll(uint256 dispute) internal {
        _toReveal(dispute);
        uint256 seats = court.rounds(dispute).seats();
        for (uint8 seat; seat < seats; ++seat) {
            _reveal(dispute, seat);
        }
    }

    /// Of the seat's last commitment.
    function _opening(uint256 dispute, uint8 seat) internal view returns (IArbitrationCourt.Opening memory opening) {
        Ballot[] storage all = _ballots[dispute];
        uint256 last = all.length;
        while (last != 0 && all[last - 1].seat != seat) --last;
        require(last != 0, "no ballot");
        opening.seat = seat;
        (opening.vote, opening.salt) = (all[last - 1].vote, _salt(seat));
        for (uint256 i; i + 1 < last; ++i) {
            uint256 before = uint256(opening.prefix) << 8 | all[i].seat;
            opening.prefix = uint224(uint256(keccak256(abi.encode(before, all[i].commitment))));
        }
        opening.later = new IArbitrationCourt.SeatCommitment[](all.length - last);
        for (uint256 i; i < opening.later.length; ++i) {
            opening.later[i] = IArbitrationCourt.SeatCommitment(all[last + i].seat, all[last + i].commitment);
        }
    }

    /// Somebody fills one side's pot, which opens the appeal, and the next panel is drawn.
    function _appeal(Case memory self, address funder, bool higher) internal {
        uint256 missing = fund.missing(self.id, higher);
        vm.deal(funder, funder.balance + missing);
        vm.prank(funder);
        fund.contribute{value: missing}(self.id, higher);
        _draw(self.dispute);
    }

    // Signatures

    /// By a key, over its own action at `target`, for an hour.
    function _sign(address target, uint256 key, bytes memory action, uint256 nonce)
        internal
        view
        returns (IForwarder.SignedAction memory)
    {
        return _signFor(target, key, vm.addr(key), action, nonce);
    }

    /// By a key for an account, of a wallet for one.
    function _signFor(address target, uint256 key, address actor, bytes memory action, uint256 nonce)
        internal
        view
        returns (IForwarder.SignedAction memory)
    {
        uint256 deadline = _now() + 1 hours;
        bytes memory arguments = new bytes(action.length - 4);
        for (uint256 i; i < arguments.length; ++i) {
            arguments[i] = action[i + 4];
        }
        bytes32 typeHash = forwarder.typeHash(bytes4(action));
        bytes32 content = keccak256(bytes.concat(typeHash, arguments, abi.encode(actor, target, nonce, deadline)));
        return IForwarder.SignedAction(target, action, actor, nonce, deadline, _signature(key, content));
    }

    /// A commitment, as `commitBatch` takes it.
    function _signCommit(uint256 dispute, uint8 seat, uint256 vote, uint256 key)
        internal
        view
        returns (IArbitrationCourt.SignedCommit memory)
    {
        bytes32 commitment = _commitment(dispute, seat, vote);
        bytes32 typeHash =
            keccak256("Commit(uint256 dispute,uint256 round,uint8 seat,bytes32 commitment,address actor)");
        bytes32 content =
            keccak256(abi.encode(typeHash, dispute, court.rounds(dispute).number(), seat, commitment, vm.addr(key)));
        return IArbitrationCourt.SignedCommit(seat, commitment, _signature(key, content));
    }

    /// In the forwarder's domain.
    function _signature(uint256 key, bytes32 content) internal view returns (bytes memory) {
        (, string memory name, string memory version, uint256 chain, address verifier,,) = forwarder.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chain,
                verifier
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, content)));
        return abi.encodePacked(r, s, v);
    }
}
