// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../../contracts/interfaces/IArbitrationCourt.sol";
import {IComplaintDesk} from "../../../../contracts/interfaces/IComplaintDesk.sol";
import {ISeedSource} from "../../../../contracts/interfaces/ISeedSource.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {RoundPhase} from "../../../../contracts/libraries/RoundPhases.sol";
import {PositionId} from "../../../../contracts/types/Ids.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// Draws, and undoes it where it does not like who was drawn.
contract Grinder {
    IArbitrationCourt private immutable _court;

    constructor(IArbitrationCourt court) {
        _court = court;
    }

    function drawUnless(uint256 dispute, bytes calldata proof, address disliked) external {
        (bool drawn,) = address(_court).call(abi.encodeWithSignature("draw(uint256,bytes)", dispute, proof));
        require(drawn, "not drawn");
        for (uint8 seat; seat < _court.rounds(dispute).seats(); ++seat) {
            (, address owner,) = _court.seat(dispute, seat);
            require(owner != disliked, "disliked");
        }
    }

    receive() external payable {}
}

/// Attacks on who sits.
contract DrawAttacksTest is Play {
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    // The contract of EIP-2935 as every chain has it.
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    function setUp() external {
        _build(12);
    }

    /// Undoing a draw only leaves it to the next: at any later block and by anyone, the panel is the same.
    function test_drawOrRevertGrinding() external {
        Case memory self = _play(Stage.Escalated, 0);
        bytes memory proof = _seed(self.dispute, "random");
        uint256 before = vm.snapshotState();
        _draw(self.dispute, "random");
        bytes32 panel = _panel(self.dispute);
        address disliked = _ownerOf(self.dispute, 0);
        vm.revertToState(before);

        Grinder grinder = new Grinder(court);
        vm.expectRevert(bytes("disliked"));
        grinder.drawUnless(self.dispute, proof, disliked);
        assert(court.phase(self.dispute) == RoundPhase.Drawable);
        _mine(200);
        _wait(1 hours);
        vm.expectRevert(bytes("disliked"));
        grinder.drawUnless(self.dispute, proof, disliked);
        court.draw(self.dispute, proof);
        assert(_panel(self.dispute) == panel);
    }

    /// Between the seed and the draw, everybody stakes, tops up, asks to leave and cuts off places.
    function test_stakingMovesBetweenSeedAndDraw() external {
        Case memory self = _play(Stage.Escalated, 0);
        uint256 before = vm.snapshotState();
        _draw(self.dispute, "random");
        bytes32 panel = _panel(self.dispute);
        vm.revertToState(before);

        bytes memory proof = _seed(self.dispute, "random");
        for (uint256 i; i < 12; ++i) {
            _stake(_arbitrator(i), 8);
            vm.prank(_arbitrator(i));
            court.requestExit(PositionId.wrap(uint32(i)));
        }
        court.trim(type(uint256).max);
        court.draw(self.dispute, proof);
        assert(_panel(self.dispute) == panel);
    }

    /// In the block of the escalation itself, too, a stake comes too late: whoever escalates cannot add to the lot.
    function test_stakingInTheBlockOfTheEscalation() external {
        Case memory self = _play(Stage.Offered, 0);
        PositionId late = _stake(address(0x1a7e), 8);
        _escalate(self, 10_000);
        for (uint256 i; i < 40; ++i) {
            uint256 before = vm.snapshotState();
            _draw(self.dispute, bytes32(i));
            for (uint8 seat; seat < 3; ++seat) {
                assert(PositionId.unwrap(_positionOf(self.dispute, seat)) != PositionId.unwrap(late));
            }
            vm.revertToState(before);
        }
    }

    /// Once the panel can be known, nobody can be made an operator of it, and nobody be accused, to get him off it.
    function test_lateOperatorsAndAccusationsAsAVeto() external {
        Case memory self = _play(Stage.Offered, 0);
        vm.prank(CUSTOMER);
        desk.accuse(self.id, keccak256(abi.encode(address(1), bytes32(0))));
        _escalate(self, 10_000);
        uint256 before = vm.snapshotState();
        _draw(self.dispute, "random");
        bytes32 panel = _panel(self.dispute);
        (address first, address second) = (_ownerOf(self.dispute, 0), _ownerOf(self.dispute, 1));
        vm.revertToState(before);

        bytes memory proof = _seed(self.dispute, "random");
        vm.prank(ADMIN);
        registry.nominateOperator(ORGANISATION, first, 7);
        vm.prank(first);
        registry.acceptOperator(ORGANISATION);
        vm.startPrank(CUSTOMER);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, Phase.Escalated));
        desk.accuse(self.id, keccak256(abi.encode(second, bytes32(0))));
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.WrongPhase.selector, self.id, Phase.Escalated));
        desk.nameAccused(self.id, address(1), 0);
        vm.stopPrank();
        court.draw(self.dispute, proof);
        assert(_panel(self.dispute) == panel);
    }

    /// Nobody is an operator against his will, so an organisation cannot empty the court before the escalation either.
    function test_operatorsWhoNeverAccepted() external {
        for (uint256 i; i < 12; ++i) {
            vm.prank(ADMIN);
            registry.nominateOperator(ORGANISATION, _arbitrator(i), 7);
        }
        _mine(1);
        Case memory self = _play(Stage.Drawn, 0);
        _same(court.rounds(self.dispute).seats(), 3);
    }

    /// Who was an operator until the block of the escalation has left too late to hear the case.
    function test_anOperatorWhoLeavesToSit() external {
        vm.prank(ADMIN);
        registry.nominateOperator(ORGANISATION, _arbitrator(7), 1);
        vm.prank(_arbitrator(7));
        registry.acceptOperator(ORGANISATION);
        _mine(1);
        Case memory self = _play(Stage.Offered, 0);
        vm.prank(ADMIN);
        registry.removeOperator(ORGANISATION, _arbitrator(7));
        _escalate(self, 10_000);
        for (uint256 i; i < 20; ++i) {
            uint256 before = vm.snapshotState();
            _draw(self.dispute, bytes32(i));
            for (uint8 seat; seat < 3; ++seat) {
                assert(_ownerOf(self.dispute, seat) != _arbitrator(7));
            }
            vm.revertToState(before);
        }
    }

    /// Before the appeal nothing fixes its panel: the seed is a block after it. After that, nobody of the first panel
    /// sits in it.
    function test_appealPanelKnownBeforehand() external {
        Case memory self = _play(Stage.Revealed, 5000);
        address[3] memory first;
        for (uint8 seat; seat < 3; ++seat) {
            first[seat] = _ownerOf(self.dispute, seat);
        }
        uint256 missing = fund.missing(self.id, true);
        vm.deal(STRANGER, 10 ether);
        vm.prank(STRANGER);
        fund.contribute{value: missing}(self.id, true);
        uint256 seedBlock = court.rounds(self.dispute).armedBlock() + 4;
        assert(seedBlock > _block());
        bytes memory proof = _header("old");
        vm.setBlockhash(_block() - 1, keccak256(proof));
        vm.expectRevert(abi.encodeWithSelector(ISeedSource.SeedPending.selector, seedBlock, _block()));
        court.draw(self.dispute, proof);

        uint256 before = vm.snapshotState();
        _draw(self.dispute, "one");
        bytes32 one = _panel(self.dispute);
        vm.revertToState(before);
        _draw(self.dispute, "two");
        assert(_panel(self.dispute) != one);
        _same(court.rounds(self.dispute).seats(), 7);
        for (uint8 seat; seat < 7; ++seat) {
            for (uint256 i; i < 3; ++i) {
                assert(_ownerOf(self.dispute, seat) != first[i]);
            }
        }
    }

    /// Whoever asks to leave after the escalation can still be drawn, and cannot be gone before the seat is settled.
    function test_unstakingToDodgeADraw() external {
        Case memory self = _play(Stage.Escalated, 0);
        for (uint256 i; i < 12; ++i) {
            vm.prank(_arbitrator(i));
            court.requestExit(PositionId.wrap(uint32(i)));
        }
        _draw(self.dispute);
        PositionId position = _positionOf(self.dispute, 0);
        address owner = _ownerOf(self.dispute, 0);
        _mine(9000);
        uint256 until = court.exitBlock(position) + 8200;
        uint256 seats = court.positions(position).seats();
        bytes memory refusal =
            abi.encodeWithSelector(IArbitrationCourt.CannotUnstake.selector, position, seats, until, _block());
        vm.expectRevert(refusal);
        vm.prank(owner);
        court.unstake(position, payable(owner));
        // It loses the whole lock for staying away, as if it had never asked.
        uint256 balance = court.positions(position).balance();
        _wait(72 hours);
        court.voidRound(self.dispute);
        _same(court.positions(position).balance(), balance - seats * LOCK / 1 gwei);
        vm.prank(owner);
        court.unstake(position, payable(owner));
    }

    /// A penalty that leaves less than half of a stake sends it away once: in one write, however often it is drawn.
    function test_forcedUnstakeLoops() external {
        PositionId position = PositionId.wrap(0);
        for (uint256 i; i < 4; ++i) {
            Case memory self = _play(Stage.Escalated, 0);
            _drawUntilSeated(self.dispute, position);
            _wait(73 hours);
            uint256 gas_ = gasleft();
            court.voidRound(self.dispute);
            assert(gas_ - gasleft() < 400_000);
        }
        assert(court.positions(position).exiting());
        uint256 asked = court.exitBlock(position);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.AlreadyExiting.selector, position));
        vm.prank(_arbitrator(0));
        court.requestExit(position);
        // Disputes of later blocks do not find it, and the first notice runs.
        _mine(1);
        Case memory later = _play(Stage.Escalated, 0);
        for (uint256 i; i < 40; ++i) {
            uint256 before = vm.snapshotState();
            _draw(later.dispute, bytes32(i));
            for (uint8 seat; seat < 3; ++seat) {
                assert(PositionId.unwrap(_positionOf(later.dispute, seat)) != PositionId.unwrap(position));
            }
            vm.revertToState(before);
        }
        vm.roll(asked + 8200);
        vm.prank(_arbitrator(0));
        court.unstake(position, payable(_arbitrator(0)));
    }

    /// To the block: hashes from the chain for 256 blocks, from its history contract for 8 191, then a new seed.
    function test_blockHashGone() external {
        Case memory self = _play(Stage.Escalated, 0);
        uint256 seedBlock = court.rounds(self.dispute).armedBlock() + 4;
        bytes memory proof = _header("random");
        uint256[4] memory ages = [uint256(255), 256, 257, 8191];
        vm.etch(HISTORY, HISTORY_CODE);
        bytes32 panel;
        for (uint256 i; i < 4; ++i) {
            uint256 before = vm.snapshotState();
            vm.roll(seedBlock + ages[i]);
            if (ages[i] <= 256) vm.setBlockhash(seedBlock, keccak256(proof));
            else vm.store(HISTORY, bytes32(seedBlock % 8191), keccak256(proof));
            court.draw(self.dispute, proof);
            assert(panel == 0 || panel == _panel(self.dispute));
            panel = _panel(self.dispute);
            vm.revertToState(before);
        }
        vm.roll(seedBlock + 8192);
        vm.store(HISTORY, bytes32(seedBlock % 8191), keccak256(proof));
        vm.expectRevert(abi.encodeWithSelector(ISeedSource.SeedGone.selector, seedBlock, _block()));
        court.draw(self.dispute, proof);
        vm.prank(STRANGER);
        court.rearm(self.dispute);
        _draw(self.dispute);
        assert(court.phase(self.dispute) == RoundPhase.HandOver);
    }

    /// A header of another block, or one made up, is no proof.
    function test_aForgedHeader() external {
        Case memory self = _play(Stage.Escalated, 0);
        bytes memory proof = _seed(self.dispute, "random");
        bytes memory forged = _header("chosen");
        uint256 seedBlock = court.rounds(self.dispute).armedBlock() + 4;
        vm.expectRevert(
            abi.encodeWithSelector(
                ISeedSource.SeedProofMismatch.selector, seedBlock, keccak256(proof), keccak256(forged)
            )
        );
        court.draw(self.dispute, forged);
    }

    function _panel(uint256 dispute) private view returns (bytes32 panel) {
        for (uint8 seat; seat < court.rounds(dispute).seats(); ++seat) {
            panel = keccak256(abi.encode(panel, _positionOf(dispute, seat)));
        }
    }

    /// The first random number that gives the position a seat.
    function _drawUntilSeated(uint256 dispute, PositionId position) private {
        for (uint256 i; i < 500; ++i) {
            uint256 before = vm.snapshotState();
            _draw(dispute, keccak256(abi.encode(i)));
            for (uint8 seat; seat < 3; ++seat) {
                if (PositionId.unwrap(_positionOf(dispute, seat)) == PositionId.unwrap(position)) return;
            }
            vm.revertToState(before);
        }
        require(false, "never seated");
    }
}
