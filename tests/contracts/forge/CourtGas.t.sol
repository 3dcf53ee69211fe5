// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {PositionId} from "../../../contracts/types/Ids.sol";
import {CourtHouse, courtVm} from "./CourtHouse.sol";
import {vm} from "./Vm.sol";

interface GasVm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function lastCallGas() external view returns (Gas memory);
}

/// What each call costs as a transaction of its own: run with `--isolate -vvvv` to see the figures.
contract CourtGasTest is CourtHouse {
    function _note(string memory what) private {
        emit Used(what, GasVm(address(vm)).lastCallGas().gasTotalUsed);
    }

    /// The same panel as in each test: neither places nor seed depend on the court's address.
    PositionId[3] private _panel;

    function setUp() external {
        _build(20);
        _open(3);
        _draw(DISPUTE);
        for (uint256 i; i < 3; ++i) {
            _panel[i] = _position(DISPUTE, i);
        }
        (time, height) = (START, 1000);
        _build(20);
    }

    function test_gas() external {
        _open(3);
        _mine(5);
        bytes32 first = _commitment(DISPUTE, 0, 1);
        address owner = court.positions(_panel[0]).owner();
        _at(DISPUTE, 24);
        vm.prank(owner);
        court.commitDrawing(DISPUTE, PROOF, 0, first);
        _note("commitDrawing");
        _note(0, 1, first);
        _commitNoted(1);
        _commitNoted(2);
        for (uint256 i; i < 3; ++i) {
            IArbitrationCourt.Opening memory opening = _opening(DISPUTE, i);
            court.reveal(DISPUTE, opening);
            _note("reveal");
        }
        delete chain;
        _appeal();
        _note("appeal");
        _draw(DISPUTE);
        _note("draw of seven");
        _vote(DISPUTE, _same(7, 1));
        _at(DISPUTE, 96);
        desk.conclude(DISPUTE, PAYER);
        _note("conclude of ten");
    }

    function _commitNoted(uint256 seat) private {
        bytes32 commitment = _commitment(DISPUTE, seat, 1);
        address owner = _owner(DISPUTE, seat);
        vm.prank(owner);
        court.commit(DISPUTE, uint8(seat), commitment);
        _note("commit");
        _note(seat, 1, commitment);
    }

    function test_gasOfTheEnd() external {
        vm.deal(address(0x51), 10 ether);
        vm.prank(address(0x51));
        court.stake{value: 3 * TICKET}(3);
        _note("stake");
        vm.deal(address(this), 10 ether);
        desk.open{value: _cost(3)}(DISPUTE, 0, 1);
        _note("openCase (whole call through the fake desk)");
        _mine(5);
        vm.deal(PAYER, 1);
        vm.prank(PAYER);
        court.draw(DISPUTE, PROOF);
        _note("draw");
        _vote(DISPUTE, _all(1, 1, 1));
        _at(DISPUTE, 96);
        desk.conclude(DISPUTE, PAYER);
        _note("concludeCase (whole call through the fake desk)");
    }

    function test_gasRelayed() external {
        _open(3);
        _mine(5);
        IArbitrationCourt.SignedCommit[] memory items = new IArbitrationCourt.SignedCommit[](3);
        for (uint256 i; i < 3; ++i) {
            items[i].seat = uint8(i);
            items[i].commitment = _commitment(DISPUTE, i, 1);
            PositionId position = _panel[i];
            address owner = court.positions(position).owner();
            items[i].signature = _signCommit(_key(PositionId.unwrap(position)), owner, i, items[i].commitment);
        }
        _at(DISPUTE, 24);
        vm.deal(PAYER, 1);
        vm.prank(PAYER);
        court.commitBatch(DISPUTE, PROOF, items);
        _note("commitBatch of three, drawing");
        IArbitrationCourt.Link[] memory links = new IArbitrationCourt.Link[](3);
        for (uint256 i; i < 3; ++i) {
            links[i] = IArbitrationCourt.Link(uint8(i), true, 1, _salt(DISPUTE, 0, i), 0);
        }
        court.revealBatch(DISPUTE, 0, links);
        _note("revealBatch of three");
    }
}
