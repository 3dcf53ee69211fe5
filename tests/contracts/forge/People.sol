// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {Phase} from "../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";
import {ComplaintId, OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState} from "../../../contracts/types/Order.sol";
import {Position} from "../../../contracts/types/Position.sol";
import {NO_VOTE, Round} from "../../../contracts/types/Round.sol";
import {House, Refuser} from "./House.sol";
import {bound, vm} from "./Vm.sol";

/// Plays the people at random: every public function is one thing somebody may do. Each does only what is allowed, so
/// that a revert is a failure; where nothing fits, it does nothing.
contract People is House {
    struct Commitment {
        uint8 seat;
        uint16 vote;
        bytes32 hash;
    }

    address[3] public customers = [address(0xc1), address(0xc2), address(new Refuser())];
    Order[] public orders;
    /// The order of each complaint; complaint n at n - 1.
    uint256[] public orderOf;
    /// What each complaint's arbitration was opened with (wei), and whether the bond holds as much.
    mapping(uint256 complaint => uint256) public advance;
    mapping(uint256 complaint => bool) public reserved;
    mapping(uint256 complaint => Commitment[]) private _entries;
    uint256 public positionCount;
    /// How many complaints ended, and by a ruling.
    uint256 public ended;
    uint256 public ruled;

    constructor() {
        _build(5);
        positionCount = 5;
        vm.prank(ADMIN);
        registry.depositBond{value: 0.05 ether}(ORGANISATION);
    }

    modifier moves(uint256 complaint) {
        bytes32 before = desk.trail(ComplaintId.wrap(uint64(complaint)));
        _;
        require(desk.trail(ComplaintId.wrap(uint64(complaint))) != before, "stale trail");
    }

    function orderCount() external view returns (uint256) {
        return orders.length;
    }

    function complaintCount() public view returns (uint256) {
        return orderOf.length;
    }

    function contracts() external view returns (address, address, address, address) {
        return (address(registry), address(escrow), address(court), address(desk));
    }

    /// One complaint goes some steps of its usual way, with other things between them or not.
    function course(uint256 which, uint256 random) external {
        uint256 count = orderOf.length;
        if (count == 0) return;
        for (uint256 left = random % 8; left > 0; --left) {
            _step(which % count, uint256(keccak256(abi.encode(random, left))));
        }
    }

    function _step(uint256 which, uint256 random) private {
        Phase phase = desk.phase(_id(which + 1));
        if (phase == Phase.Filed) offer(which - which % 3 + 1, random);
        else if (phase == Phase.Offered) escalate(which, random);
        else if (phase == Phase.Overdue || phase == Phase.Lapsed) execute(which);
        else if (phase == Phase.Escalated) _stepInCourt(which, random);
    }

    function _stepInCourt(uint256 which, uint256 random) private {
        RoundPhase phase = court.phase(which + 1);
        if (phase <= RoundPhase.Drawable) draw(which, bytes32(random));
        else if (phase == RoundPhase.Missed) rearm(which);
        else if (phase == RoundPhase.HandOver) commit(which, uint16(random));
        else if (phase <= RoundPhase.Reveal) reveal(which, random);
        else if (phase == RoundPhase.Insufficient) voidRound(which);
        else execute(which);
    }

    // Time

    function wait(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 2 days));
        vm.roll(block.number + 1);
    }

    function mine(uint256 blocks) external {
        vm.roll(block.number + (blocks % 16 == 0 ? 8300 : bound(blocks, 1, 10)));
        vm.warp(block.timestamp + 1);
    }

    // Orders

    function pay(uint256 who, uint256 amount) external {
        address customer = customers[who % 3];
        amount = bound(amount, 1, 3 ether);
        Order memory order = Order(ORGANISATION, 1, customer, address(0), bytes32(orders.length));
        vm.deal(customer, customer.balance + amount);
        vm.prank(customer);
        escrow.pay{value: amount}(ORGANISATION, 1, order.ref);
        orders.push(order);
        if (amount % 4 != 0) file(orders.length - 1, amount);
    }

    function release(uint256 which) external {
        if (orders.length == 0 || which % 4 != 0) return;
        Order memory order = orders[which % orders.length];
        if (escrow.orders(order.key()).state() != OrderState.Held) return;
        vm.prank(order.customer);
        escrow.release(order);
    }

    function refund(uint256 which) external {
        if (orders.length == 0 || which % 4 != 0) return;
        Order memory order = orders[which % orders.length];
        if (escrow.orders(order.key()).state() != OrderState.Held) return;
        vm.prank(ADMIN);
        escrow.refund(order);
    }

    function withdrawOrganisation() external {
        if (escrow.organisationBalance(ORGANISATION) == 0) return;
        vm.prank(ADMIN);
        escrow.withdrawOrganisation(ORGANISATION, payable(ADMIN));
    }

    function withdrawCredits() external {
        address refuser = customers[2];
        if (escrow.credits(refuser) == 0) return;
        vm.prank(refuser);
        escrow.withdrawTo(payable(address(0xcafe)));
    }

    function depositBond(uint256 amount) external {
        vm.prank(ADMIN);
        registry.depositBond{value: bound(amount, 1, 0.1 ether)}(ORGANISATION);
    }

    function moveBond(uint256 amount) external {
        (uint96 announced, uint40 readyAt) = registry.withdrawal(ORGANISATION);
        (uint96 balance, uint96 held) = registry.bond(ORGANISATION);
        if (announced == 0) {
            vm.prank(ADMIN);
            registry.requestBondWithdrawal(ORGANISATION, uint96(bound(amount, 0, balance)));
        } else if (block.timestamp >= readyAt && balance > held) {
            vm.prank(ADMIN);
            registry.withdrawBond(ORGANISATION, payable(ADMIN));
        }
    }

    // Complaints

    function file(uint256 which, uint256 demand) public {
        if (orders.length == 0) return;
        which = which % orders.length;
        Order memory order = orders[which];
        bool late = block.timestamp >= escrow.orders(order.key()).paidAt() + 336 hours;
        if (late || escrow.orders(order.key()).state() != OrderState.Held) return;
        vm.prank(order.customer);
        ComplaintId complaint = desk.file(order, uint16(bound(demand, 1, 10_000)), 2, bytes32(demand));
        orderOf.push(which);
        require(ComplaintId.unwrap(complaint) == orderOf.length, "a gap in the numbers");
    }

    function ask(uint256 which) external {
        uint256 id = _pick(which, Phase.Filed);
        if (id != 0 && desk.complaints(_id(id)).askCount() < 2) _ask(id);
    }

    function _ask(uint256 id) private moves(id) {
        vm.prank(ADMIN);
        desk.ask(_id(id), 0);
    }

    function inform(uint256 which) external {
        uint256 id = _pick(which, Phase.Asked);
        if (id != 0) _inform(id);
    }

    function _inform(uint256 id) private moves(id) {
        vm.prank(_order(id).customer);
        desk.inform(_id(id), 0);
    }

    function offer(uint256 which, uint256 share) public {
        uint256 id = _pick(which, which % 3 == 0 ? Phase.Offered : Phase.Filed);
        if (id == 0 || desk.complaints(_id(id)).offerCount() == 4) return;
        uint256 least = desk.phase(_id(id)) == Phase.Offered ? desk.complaints(_id(id)).offer() + 500 : 0;
        if (least <= 10_000) _offer(id, bound(share, least, least + (10_000 - least) / 4));
    }

    function _offer(uint256 id, uint256 share) private moves(id) {
        vm.prank(ADMIN);
        desk.offer(_id(id), uint16(share), 0);
    }

    function accept(uint256 which) external {
        uint256 id = which % 4 == 0 ? _pick(which, Phase.Offered) : 0;
        if (id != 0 && desk.complaints(_id(id)).offer() != 0) _accept(id);
    }

    function _accept(uint256 id) private moves(id) {
        uint8 number = uint8(desk.complaints(_id(id)).offerCount());
        vm.prank(_order(id).customer);
        desk.accept(_id(id), _order(id), number);
        ++ended;
    }

    function withdraw(uint256 which) external {
        uint256 id = which % 4 == 0 ? _pick(which, Phase.Filed) : 0;
        if (id != 0) _withdraw(id);
    }

    function _withdraw(uint256 id) private moves(id) {
        vm.prank(_order(id).customer);
        desk.withdraw(_id(id), _order(id));
        ++ended;
    }

    function escalate(uint256 which, uint256 demand) public {
        uint256 id = _pick(which, Phase.Offered);
        if (id != 0 && desk.complaints(_id(id)).offer() < 10_000) _escalate(id, demand);
    }

    function _escalate(uint256 id, uint256 demand) private moves(id) {
        Order memory order = _order(id);
        uint256 least = desk.complaints(_id(id)).offer() + 1;
        uint8 number = uint8(desk.complaints(_id(id)).offerCount());
        (, uint256 cost) = desk.escalationCost(_id(id), order);
        (uint96 balance, uint96 held) = registry.bond(ORGANISATION);
        (advance[id], reserved[id]) = (cost, balance - held >= cost);
        vm.deal(order.customer, order.customer.balance + cost);
        vm.prank(order.customer);
        desk.escalate{value: cost}(_id(id), order, number, uint16(bound(demand, least, 10_000)), 0);
    }

    // The court

    function stake(uint256 who, uint256 tickets) external {
        PositionId position = _stake(_arbitrator(who % 8), uint8(bound(tickets, 1, 8)));
        if (PositionId.unwrap(position) == positionCount) ++positionCount;
    }

    function quit(uint256 which) external {
        PositionId position = PositionId.wrap(uint32(which % positionCount));
        Position word = court.positions(position);
        if (word.owner() == address(0)) return;
        if (!word.exiting()) {
            vm.prank(word.owner());
            court.requestExit(position);
        } else if (word.seats() == 0 && block.number >= court.exitBlock(position) + 8200) {
            vm.prank(word.owner());
            court.unstake(position, payable(word.owner()));
        }
    }

    function takeRewards(uint256 which) external {
        PositionId position = PositionId.wrap(uint32(which % positionCount));
        Position word = court.positions(position);
        if (word.balance() * 1 gwei <= word.tickets() * TICKET) return;
        vm.prank(word.owner());
        court.withdrawRewards(position, payable(word.owner()));
    }

    function draw(uint256 which, bytes32 random) public {
        uint256 id = _pick(which, RoundPhase.Drawable);
        if (id == 0) id = _pick(which, RoundPhase.AwaitingSeed);
        if (id == 0) return;
        uint256 seedBlock = court.rounds(id).armedAt() + 4;
        if (block.number <= seedBlock) vm.roll(seedBlock + 1);
        if (block.number - seedBlock > 256) return;
        bytes memory proof = _header(random);
        vm.setBlockhash(seedBlock, keccak256(proof));
        delete _entries[id];
        court.draw(id, proof);
    }

    function rearm(uint256 which) public {
        uint256 id = _pick(which, RoundPhase.Missed);
        if (id != 0) court.rearm(id);
    }

    /// The whole panel at once, so that rounds are decided often enough.
    function commit(uint256 which, uint16 vote) public {
        uint256 id = _pick(which, RoundPhase.HandOver);
        if (id != 0) vm.warp(court.rounds(id).commitOpens());
        else id = _pick(which, RoundPhase.Commit);
        if (id == 0) return;
        Round round = court.rounds(id);
        for (uint8 seat; seat < round.seats() && court.phase(id) == RoundPhase.Commit; ++seat) {
            // Now and then somebody sleeps.
            if (uint256(keccak256(abi.encode(which, vote, seat))) % 8 != 0) {
                _commit(id, seat, uint16((uint256(vote) + 700 * seat) % 10_001));
            }
        }
    }

    function _commit(uint256 id, uint8 seat, uint16 vote) private {
        bytes32 hash = court.commitmentOf(id, court.rounds(id).voids(), seat, vote, 0, 0);
        uint256 before;
        for (uint256 i; i < _entries[id].length; ++i) {
            if (_entries[id][i].seat == seat) ++before;
        }
        if (before == 4) return;
        (, address owner,) = court.seat(id, seat);
        vm.prank(owner);
        court.commit(id, seat, hash);
        _entries[id].push(Commitment(seat, vote, hash));
    }

    function reveal(uint256 which, uint256 sleepers) public {
        uint256 id = _pick(which, RoundPhase.Reveal);
        if (id == 0) id = _pick(which, RoundPhase.Commit);
        if (id == 0) return;
        if (court.phase(id) == RoundPhase.Commit) vm.warp(court.rounds(id).commitEnds());
        for (uint256 i; i < _entries[id].length && court.phase(id) == RoundPhase.Reveal; ++i) {
            if (sleepers >> i & 7 != 0) _reveal(id, i);
        }
    }

    function _reveal(uint256 id, uint256 at_) private {
        Commitment[] storage all = _entries[id];
        Commitment memory mine_ = all[at_];
        uint224 prefix;
        for (uint256 i; i < at_; ++i) {
            prefix = uint224(uint256(keccak256(abi.encode(prefix, all[i].seat, all[i].hash))));
        }
        IArbitrationCourt.SeatCommitment[] memory later = new IArbitrationCourt.SeatCommitment[](all.length - at_ - 1);
        for (uint256 i; i < later.length; ++i) {
            Commitment memory next = all[at_ + 1 + i];
            if (next.seat == mine_.seat) return;
            later[i] = IArbitrationCourt.SeatCommitment(next.seat, next.hash);
        }
        (,, uint256 vote) = court.seat(id, mine_.seat);
        if (vote == NO_VOTE) court.reveal(id, mine_.seat, mine_.vote, 0, 0, prefix, later);
    }

    function voidRound(uint256 which) public {
        uint256 id = _pick(which, RoundPhase.Insufficient);
        if (id == 0 && which % 2 == 0) {
            id = _pick(which, RoundPhase.Reveal);
            if (id != 0) vm.warp(court.rounds(id).revealEnds());
            if (court.phase(id) != RoundPhase.Insufficient) return;
        }
        if (id != 0) court.voidRound(id);
    }

    function execute(uint256 which) public {
        uint256 id = _pick(which, RoundPhase.Decidable);
        if (id != 0) ++ruled;
        else id = _pick(which, which % 2 == 0 ? Phase.Overdue : Phase.Lapsed);
        if (id != 0) _execute(id);
    }

    function _execute(uint256 id) private moves(id) {
        vm.prank(address(0x99));
        desk.execute(_id(id), _order(id));
        ++ended;
    }

    /// Brings a complaint to its end by the clock and a stranger alone.
    function finish(uint256 id) external {
        for (uint256 step; step < 40; ++step) {
            Phase phase = desk.phase(_id(id));
            if (phase >= Phase.Paid) return;
            if (phase == Phase.Overdue || phase == Phase.Lapsed) _execute(id);
            else if (phase != Phase.Escalated) vm.warp(block.timestamp + 7 days);
            else _push(id);
        }
        require(false, "stuck");
    }

    function _push(uint256 id) private {
        RoundPhase phase = court.phase(id);
        if (phase == RoundPhase.AwaitingSeed) vm.roll(block.number + 5);
        else if (phase == RoundPhase.Missed) court.rearm(id);
        else if (phase == RoundPhase.Insufficient) court.voidRound(id);
        else if (phase == RoundPhase.Decidable) _execute(id);
        else if (phase != RoundPhase.Drawable) vm.warp(block.timestamp + 24 hours);
        else if (block.number - court.rounds(id).armedAt() > 260) vm.roll(block.number + 8200);
        else this.drawOne(id);
    }

    function drawOne(uint256 id) external {
        bytes memory proof = _header(bytes32(id));
        vm.setBlockhash(court.rounds(id).armedAt() + 4, keccak256(proof));
        court.draw(id, proof);
    }

    // Who is meant

    function _id(uint256 id) private pure returns (ComplaintId) {
        return ComplaintId.wrap(uint64(id));
    }

    function _order(uint256 id) private view returns (Order memory) {
        return orders[orderOf[id - 1]];
    }

    /// A complaint in that phase, looked for from `from` on; 0 if there is none.
    function _pick(uint256 from, Phase phase) private view returns (uint256) {
        uint256 count = orderOf.length;
        for (uint256 i; i < count; ++i) {
            uint256 id = (from % count + i) % count + 1;
            if (desk.phase(_id(id)) == phase) return id;
        }
        return 0;
    }

    function _pick(uint256 from, RoundPhase phase) private view returns (uint256) {
        uint256 count = orderOf.length;
        for (uint256 i; i < count; ++i) {
            uint256 id = (from % count + i) % count + 1;
            if (court.phase(id) == phase) return id;
        }
        return 0;
    }
}
