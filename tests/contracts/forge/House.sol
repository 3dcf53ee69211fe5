// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AppealFund} from "../../../contracts/AppealFund.sol";
import {ArbitrationCourt} from "../../../contracts/ArbitrationCourt.sol";
import {BondClaims} from "../../../contracts/BondClaims.sol";
import {ComplaintAnchor} from "../../../contracts/ComplaintAnchor.sol";
import {ComplaintDesk} from "../../../contracts/ComplaintDesk.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {KeyRegistry} from "../../../contracts/KeyRegistry.sol";
import {OrderEscrow} from "../../../contracts/OrderEscrow.sol";
import {OrganisationRegistry} from "../../../contracts/OrganisationRegistry.sol";
import {OutsideArbitrators} from "../../../contracts/OutsideArbitrators.sol";
import {PublicArbitrator} from "../../../contracts/PublicArbitrator.sol";
import {RandaoSource} from "../../../contracts/RandaoSource.sol";
import {Timelock} from "../../../contracts/Timelock.sol";
import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Policy} from "../../../contracts/types/Policy.sol";
import {Track, Tracks} from "../../../contracts/types/Track.sol";
import {vm} from "./Vm.sol";

/// Takes no money.
contract Refuser {}

/// The whole system, wired as `scripts/release.py` says, with one organisation and some arbitrators.
abstract contract House {
    uint256 internal constant START = 1_893_974_400;
    uint256 internal constant TICKET = 0.4 ether;
    uint256 internal constant FEE = 0.01 ether;
    uint256 internal constant LOCK = 0.1 ether;
    uint256 internal constant BOUNTY = 0.0005 ether;
    uint256 internal constant BOND = 20 ether;
    OrganisationId internal constant ORGANISATION = OrganisationId.wrap(1);

    uint256 internal constant ADMIN_KEY = 0xad;
    uint256 internal constant CUSTOMER_KEY = 0xc0;
    uint256 private constant FIRST_ARBITRATOR_KEY = 0xa000;
    address internal immutable ADMIN = vm.addr(ADMIN_KEY);
    address internal immutable CUSTOMER = vm.addr(CUSTOMER_KEY);
    address internal constant GUARDIAN = address(0x9a);
    address internal constant PROPOSER = address(0x9b);
    address internal constant STRANGER = address(0x57a);
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    Forwarder internal forwarder;
    Timelock internal timelock;
    RandaoSource internal seeds;
    KeyRegistry internal keys;
    OrganisationRegistry internal registry;
    OrderEscrow internal escrow;
    BondClaims internal claims;
    ComplaintAnchor internal anchor;
    ArbitrationCourt internal court;
    PublicArbitrator internal publicArbitrator;
    OutsideArbitrators internal outside;
    AppealFund internal fund;
    ComplaintDesk internal desk;

    error Differs(uint256 given, uint256 expected);

    /// Arbitrator i holds position i, with 1 to 8 tickets; the bond is full.
    function _build(uint256 arbitrators) internal {
        vm.warp(START);
        vm.roll(1000);
        _deploy();
        vm.prank(ADMIN);
        registry.register(_policy(0), keccak256("agreement"));
        vm.deal(ADMIN, 1000 ether);
        vm.deal(CUSTOMER, 1000 ether);
        vm.deal(STRANGER, 1000 ether);
        vm.prank(ADMIN);
        registry.depositBond{value: BOND}(ORGANISATION);
        for (uint256 i; i < arbitrators; ++i) {
            _stake(_arbitrator(i), uint8(1 + i % 8));
        }
        _mine(1);
    }

    /// Claims of up to 2 coins; hours as short as they can be.
    function _policy(uint8 track) internal pure returns (Policy memory) {
        return Policy(0, 1800, 600, 48, 72, 336, track, 26);
    }

    /// On track 0: small claims.
    function _terms() internal pure returns (Track) {
        return Tracks.pack(FEE / 1 gwei, LOCK / 1 gwei, 24, 24, 24);
    }

    function _arbitratorKey(uint256 i) internal pure returns (uint256) {
        return FIRST_ARBITRATOR_KEY + i;
    }

    function _arbitrator(uint256 i) internal pure returns (address) {
        return vm.addr(_arbitratorKey(i));
    }

    /// Of somebody with a key among the first thousand arbitrators.
    function _keyOf(address owner) internal pure returns (uint256 key) {
        for (key = FIRST_ARBITRATOR_KEY; vm.addr(key) != owner;) {
            require(++key < FIRST_ARBITRATOR_KEY + 1000, "no arbitrator");
        }
    }

    function _stake(address owner, uint8 tickets) internal returns (PositionId) {
        vm.deal(owner, owner.balance + tickets * TICKET);
        vm.prank(owner);
        return court.stake{value: tickets * TICKET}(tickets);
    }

    // The clock. The optimiser takes block.number and block.timestamp for constants, the cheat codes change them.

    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function _block() internal view returns (uint256) {
        return vm.getBlockNumber();
    }

    function _wait(uint256 time) internal {
        vm.warp(_now() + time);
    }

    function _mine(uint256 blocks) internal {
        vm.roll(_block() + blocks);
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

    function _same(uint256 given, uint256 expected) internal pure {
        if (given != expected) revert Differs(given, expected);
    }

    // Not `new`: the compiler would put all the code into every test.
    function _deploy() private {
        uint256 nonce = vm.getNonce(address(this));
        address[] memory all = new address[](13);
        for (uint256 i; i < all.length; ++i) {
            all[i] = vm.computeCreateAddress(address(this), nonce + i);
        }
        (forwarder, timelock, seeds) = (Forwarder(all[0]), Timelock(payable(all[1])), RandaoSource(all[2]));
        (keys, registry, escrow) = (KeyRegistry(all[3]), OrganisationRegistry(all[4]), OrderEscrow(all[5]));
        (claims, court) = (BondClaims(all[6]), ArbitrationCourt(all[7]));
        (publicArbitrator, outside) = (PublicArbitrator(all[8]), OutsideArbitrators(all[9]));
        (fund, desk, anchor) = (AppealFund(all[10]), ComplaintDesk(all[11]), ComplaintAnchor(all[12]));
        address[] memory proposers = new address[](1);
        proposers[0] = PROPOSER;
        _create("Forwarder", "", all[0]);
        _create("Timelock", abi.encode(proposers), all[1]);
        _create("RandaoSource", "", all[2]);
        _create("KeyRegistry", abi.encode(forwarder), all[3]);
        _create("OrganisationRegistry", abi.encode(desk, claims, GUARDIAN, timelock, forwarder), all[4]);
        _create("OrderEscrow", abi.encode(registry, desk, GUARDIAN, timelock, forwarder), all[5]);
        _create("BondClaims", abi.encode(registry, desk, forwarder), all[6]);
        _create("ArbitrationCourt", abi.encode(_setup()), all[7]);
        _create("PublicArbitrator", abi.encode(court, forwarder), all[8]);
        _create("OutsideArbitrators", abi.encode(desk, court, timelock, keccak256("meta-evidence")), all[9]);
        _create("AppealFund", abi.encode(court, registry, desk, forwarder), all[10]);
        _create("ComplaintDesk", abi.encode(registry, escrow, claims, court, outside, anchor, forwarder), all[11]);
        _create("ComplaintAnchor", abi.encode(desk, forwarder), all[12]);
    }

    function _setup() private view returns (IArbitrationCourt.Setup memory) {
        Track[] memory tracks = new Track[](1);
        tracks[0] = _terms();
        return IArbitrationCourt.Setup(
            address(desk),
            registry,
            address(publicArbitrator),
            address(fund),
            seeds,
            GUARDIAN,
            address(timelock),
            address(forwarder),
            TICKET,
            uint32(BOUNTY / 1 gwei),
            tracks
        );
    }

    function _create(string memory name, bytes memory arguments, address expected) private {
        address given = vm.deployCode(string.concat(name, ".sol:", name), arguments);
        require(given == expected, "another address");
    }
}
