// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArbitrationCourt} from "../../../contracts/ArbitrationCourt.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {ICourt} from "../../../contracts/interfaces/ICourt.sol";
import {IExclusions} from "../../../contracts/interfaces/IExclusions.sol";
import {IFeePayer} from "../../../contracts/interfaces/IFeePayer.sol";
import {IOrganisationRegistry} from "../../../contracts/interfaces/IOrganisationRegistry.sol";
import {ISeedSource} from "../../../contracts/interfaces/ISeedSource.sol";
import {OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Track, Tracks} from "../../../contracts/types/Track.sol";
import {signatureOf} from "./Signing.sol";
import {vm} from "./Vm.sol";

/// A seed for each block, by its number.
contract FakeSeeds is ISeedSource {
    uint256 public constant delay = 4;

    function gone(uint256 blockNumber) public view returns (bool) {
        return block.number > blockNumber + 8191;
    }

    function seed(uint256 blockNumber, bytes calldata proof) external view returns (bytes32) {
        if (block.number <= blockNumber) revert SeedPending(blockNumber, block.number);
        if (gone(blockNumber)) revert SeedGone(blockNumber, block.number);
        return keccak256(abi.encode(blockNumber, proof));
    }
}

/// Stands for the desk and the registry: whom they exclude is what the test says.
contract FakeDesk is IExclusions {
    uint64 private constant ORGANISATION = 77;

    ArbitrationCourt public court;
    uint64 public parties;
    address public customer;
    mapping(address account => bool) public isExcluded;
    bool public allBut;

    function setCourt(ArbitrationCourt court_) external {
        court = court_;
    }

    function exclude(address account) external {
        isExcluded[account] = true;
    }

    function excludeAllButListed() external {
        allBut = true;
    }

    /// From now on the court is told that this is the customer.
    function tell(address customer_) external {
        customer = customer_;
        parties = uint64((uint160(customer_) & (1 << 44) - 1) << 20) | ORGANISATION;
    }

    function bars(address account) public view returns (bool) {
        return isExcluded[account] != allBut || account == customer && account != address(0);
    }

    function exclusions(uint256, address[] calldata accounts, uint256) external view returns (uint256 bits) {
        for (uint256 i; i < accounts.length; ++i) {
            if (bars(accounts[i])) bits |= 1 << i;
        }
    }

    function wereOperators(OrganisationId organisation, address[] calldata accounts, uint256)
        external
        view
        returns (uint256 bits)
    {
        require(OrganisationId.unwrap(organisation) == ORGANISATION, "another organisation");
        for (uint256 i; i < accounts.length; ++i) {
            if (isExcluded[accounts[i]]) bits |= 1 << i;
        }
    }

    function open(uint256 dispute, uint8 track, uint256 base) external payable returns (uint256) {
        return court.acceptCase{value: msg.value}(dispute, track, parties, base);
    }

    function conclude(uint256 dispute, address payer) external returns (ICourt.Conclusion memory) {
        return court.concludeCase(dispute, payer);
    }

    function settle(uint256 dispute, uint256 round, address payer) external returns (ICourt.Conclusion memory) {
        return court.settleCase(dispute, round, payer);
    }
}

/// Stands for the appeal fund: counts what comes back.
contract FakeFund is IFeePayer {
    mapping(uint256 payment => uint256) public back;

    function takeBack(uint256, uint256 payment) external payable {
        back[payment] += msg.value;
    }
}

/// A court with a desk and seeds of the test's own, and what people do there.
abstract contract CourtHouse {
    uint256 internal constant TICKET = 0.4 ether;
    uint256 internal constant FEE = 10_000_000;
    uint256 internal constant LOCK = 100_000_000;
    uint256 internal constant BOUNTY = 1_000_000;
    uint256 internal constant START = 1_893_974_400;
    uint256 internal constant PUBLIC_DISPUTE = 1 << 64;
    address internal constant PUBLIC = address(0x9b);
    address internal constant FUND = address(0xf0);
    address internal constant TIMELOCK = address(0x71);
    address internal constant PAYER = address(0x9a);
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;
    uint256 internal constant DISPUTE = 7;
    bytes internal constant PROOF = "proof";

    FakeDesk internal desk;
    FakeSeeds internal seeds;
    Forwarder internal forwarder;
    ArbitrationCourt internal court;
    // Kept here, as the compiler takes `block` for constant within a test.
    uint256 internal time = START;
    uint256 internal height = 1000;
    /// What was committed in the open round, in order.
    IArbitrationCourt.SeatCommitment[] internal chain;
    uint256[31] internal votes;

    function _build(uint256 arbitrators) internal {
        vm.warp(time);
        vm.roll(height);
        desk = new FakeDesk();
        seeds = new FakeSeeds();
        IArbitrationCourt.Setup memory setup;
        (setup.desk, setup.publicArbitrator, setup.appealFund) = (address(desk), PUBLIC, FUND);
        (setup.seedSource, setup.guardian, setup.timelock) = (seeds, address(0x60), TIMELOCK);
        (setup.ticketWei, setup.drawBountyGwei) = (TICKET, uint32(BOUNTY));
        forwarder = new Forwarder();
        vm.etch(FUND, type(FakeFund).runtimeCode);
        (setup.registry, setup.forwarder) = (IOrganisationRegistry(address(desk)), address(forwarder));
        setup.tracks = new Track[](1);
        setup.tracks[0] = Tracks.pack(FEE, LOCK, 24, 24, 24);
        court = new ArbitrationCourt(setup);
        desk.setCourt(court);
        for (uint256 i; i < arbitrators; ++i) {
            _stake(_arbitrator(i), 8);
        }
        _mine(1);
    }

    function _key(uint256 i) internal pure returns (uint256) {
        return 0xa11ce000 + i;
    }

    function _arbitrator(uint256 i) internal pure returns (address) {
        return vm.addr(_key(i));
    }

    function _stake(address owner, uint8 tickets) internal returns (PositionId) {
        vm.deal(owner, owner.balance + tickets * TICKET);
        vm.prank(owner);
        return court.stake{value: tickets * TICKET}(tickets);
    }

    function _mine(uint256 blocks) internal {
        vm.roll(height += blocks);
    }

    function _wait(uint256 seconds_) internal {
        vm.warp(time += seconds_);
    }

    /// Goes to `hours_` after the arming of the open round.
    function _at(uint256 dispute, uint256 hours_) internal {
        vm.warp(time = court.rounds(dispute).armedAt() + hours_ * 1 hours);
    }

    function _cost(uint256 seats) internal pure returns (uint256) {
        return (seats * FEE + BOUNTY) * 1 gwei;
    }

    /// Over an amount that takes `seats` seats.
    function _open(uint256 seats) internal {
        uint256 base = ((seats / 2 + 1) * LOCK + seats * FEE) * 5 gwei;
        vm.deal(address(this), _cost(seats));
        desk.open{value: _cost(seats)}(DISPUTE, 0, base);
        assert(court.rounds(DISPUTE).seats() == seats);
    }

    function _openPublic(uint256 seats, uint256 choices) internal {
        vm.deal(PUBLIC, _cost(seats));
        vm.prank(PUBLIC);
        court.openPublic{value: _cost(seats)}(PUBLIC_DISPUTE, 0, seats, choices);
    }

    function _draw(uint256 dispute) internal {
        _mine(5);
        court.draw(dispute, PROOF);
    }

    function _salt(uint256 dispute, uint256 round, uint256 seat) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", dispute, round, seat));
    }

    function _commitment(uint256 dispute, uint256 seat, uint256 vote) internal view returns (bytes32) {
        uint256 round = court.rounds(dispute).number();
        return court.commitmentOf(dispute, round, uint8(seat), vote, _salt(dispute, round, seat), 0);
    }

    function _owner(uint256 dispute, uint256 seat) internal view returns (address owner) {
        (, owner,) = court.seat(dispute, uint8(seat));
    }

    function _position(uint256 dispute, uint256 seat) internal view returns (PositionId position) {
        (position,,) = court.seat(dispute, uint8(seat));
    }

    function _balance(PositionId position) internal view returns (uint256) {
        return court.positions(position).balance();
    }

    /// The owner commits; notes what a reveal needs.
    function _commit(uint256 dispute, uint256 seat, uint256 vote) internal {
        bytes32 commitment = _commitment(dispute, seat, vote);
        vm.prank(_owner(dispute, seat));
        court.commit(dispute, uint8(seat), commitment);
        _note(seat, vote, commitment);
    }

    function _note(uint256 seat, uint256 vote, bytes32 commitment) internal {
        chain.push(IArbitrationCourt.SeatCommitment(uint8(seat), commitment));
        votes[seat] = vote;
    }

    /// What opens the seat's last commitment.
    function _opening(uint256 dispute, uint256 seat) internal view returns (IArbitrationCourt.Opening memory opening) {
        uint256 last;
        for (uint256 i; i < chain.length; ++i) {
            if (chain[i].seat == seat) last = i;
        }
        opening.seat = uint8(seat);
        opening.vote = votes[seat];
        opening.salt = _salt(dispute, court.rounds(dispute).number(), seat);
        for (uint256 i; i < last; ++i) {
            opening.prefix = _link(opening.prefix, chain[i]);
        }
        opening.later = new IArbitrationCourt.SeatCommitment[](chain.length - last - 1);
        for (uint256 i; i < opening.later.length; ++i) {
            opening.later[i] = chain[last + 1 + i];
        }
    }

    function _link(uint224 prefix, IArbitrationCourt.SeatCommitment memory item) private pure returns (uint224) {
        return uint224(uint256(keccak256(abi.encode(uint256(prefix) << 8 | item.seat, item.commitment))));
    }

    /// A whole round: all seats vote what `votes_` says.
    function _vote(uint256 dispute, uint256[] memory votes_) internal {
        _at(dispute, 24);
        for (uint256 i; i < votes_.length; ++i) {
            _commit(dispute, i, votes_[i]);
        }
        for (uint256 i; i < votes_.length; ++i) {
            court.reveal(dispute, _opening(dispute, i));
        }
        delete chain;
    }

    function _all(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory list) {
        list = new uint256[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    function _same(uint256 count, uint256 vote) internal pure returns (uint256[] memory list) {
        list = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = vote;
        }
    }

    function _appeal() internal {
        uint256 cost = court.appealCost(DISPUTE);
        vm.deal(FUND, cost);
        vm.prank(FUND);
        court.appeal{value: cost}(DISPUTE, FUND);
    }

    /// `actor` commits to a vote by signature.
    function _signCommit(uint256 key, address actor, uint256 seat, bytes32 commitment)
        internal
        view
        returns (bytes memory)
    {
        bytes32 type_ = keccak256("Commit(uint256 dispute,uint256 round,uint8 seat,bytes32 commitment,address actor)");
        uint256 round = court.rounds(DISPUTE).number();
        bytes32 content = keccak256(abi.encode(type_, DISPUTE, round, seat, commitment, actor));
        return signatureOf(address(forwarder), key, content);
    }

    /// Everything the court holds is somebody's: balances, credits and open disputes' money.
    function _held(uint256 positions) internal view returns (uint256 sum) {
        for (uint256 i; i < positions; ++i) {
            sum += _balance(PositionId.wrap(uint32(i))) * 1 gwei;
        }
    }
}
