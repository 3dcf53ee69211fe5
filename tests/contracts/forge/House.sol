// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArbitrationCourt} from "../../../contracts/ArbitrationCourt.sol";
import {ComplaintDesk} from "../../../contracts/ComplaintDesk.sol";
import {OrderEscrow} from "../../../contracts/OrderEscrow.sol";
import {OrganisationRegistry} from "../../../contracts/OrganisationRegistry.sol";
import {RandaoSource} from "../../../contracts/RandaoSource.sol";
import {OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Policy} from "../../../contracts/types/Policy.sol";
import {Track} from "../../../contracts/types/Track.sol";
import {vm} from "./Vm.sol";

/// Takes no money.
contract Refuser {}

/// The contracts wired as they are deployed, one organisation and some arbitrators.
abstract contract House {
    uint256 internal constant TICKET = 0.4 ether;
    address internal constant ADMIN = address(0xad);
    OrganisationId internal constant ORGANISATION = OrganisationId.wrap(1);

    RandaoSource internal seeds;
    OrganisationRegistry internal registry;
    OrderEscrow internal escrow;
    ArbitrationCourt internal court;
    ComplaintDesk internal desk;

    function _build(uint256 arbitrators) internal {
        vm.warp(1_893_974_400);
        vm.roll(1000);
        uint256 nonce = vm.getNonce(address(this));
        address desk_ = vm.computeCreateAddress(address(this), nonce + 4);
        Track[] memory tracks = new Track[](1);
        tracks[0] = Track(10_000_000, 100_000_000, 24, 24, 24);
        seeds = new RandaoSource();
        registry = new OrganisationRegistry(desk_);
        escrow = new OrderEscrow(registry, desk_);
        court = new ArbitrationCourt(desk_, seeds, TICKET, tracks);
        desk = new ComplaintDesk(registry, escrow, court);
        require(address(desk) == desk_, "another address");

        vm.prank(ADMIN);
        registry.register(Policy(0, 1800, 600, 48, 72, 336, 0), keccak256("agreement"));
        vm.deal(ADMIN, 1000 ether);
        for (uint256 i; i < arbitrators; ++i) {
            _stake(_arbitrator(i), uint8(1 + i % 8));
        }
        vm.roll(block.number + 1);
    }

    function _arbitrator(uint256 i) internal pure returns (address) {
        return address(uint160(0xa000 + i));
    }

    function _stake(address owner, uint8 tickets) internal returns (PositionId) {
        vm.deal(owner, owner.balance + tickets * TICKET);
        vm.prank(owner);
        return court.stake{value: tickets * TICKET}(tickets);
    }

    /// A block header with this RANDAO value; only the fields' lengths are true to life.
    function _header(bytes32 mixHash) internal pure returns (bytes memory) {
        bytes32 zero;
        bytes memory first = abi.encodePacked(hex"a0", zero, hex"a0", zero, hex"94", bytes20(0));
        bytes memory roots = abi.encodePacked(hex"a0", zero, hex"a0", zero, hex"a0", zero, hex"b90100", new bytes(256));
        bytes memory numbers = hex"808201f48401c9c380808465a1b2c383010203";
        bytes memory body = abi.encodePacked(first, roots, numbers, hex"a0", mixHash, hex"88", bytes8(0));
        return abi.encodePacked(hex"f9", uint16(body.length), body);
    }
}
