// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondClaims} from "../../../contracts/BondClaims.sol";
import {Forwarder} from "../../../contracts/Forwarder.sol";
import {OrganisationRegistry} from "../../../contracts/OrganisationRegistry.sol";
import {IClaimDesk} from "../../../contracts/interfaces/IBondClaims.sol";
import {ICaseFund} from "../../../contracts/interfaces/ICaseFund.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {ComplaintState, ComplaintWord, ComplaintWords} from "../../../contracts/types/Complaint.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {Policy} from "../../../contracts/types/Policy.sol";
import {signAction} from "./Signing.sol";
import {Vm, vm} from "./Vm.sol";

/// A desk that says what a test tells it to.
contract SayingDesk {
    BondClaims public claims;
    uint64 public count;
    mapping(ComplaintId => ComplaintWord) public complaints;

    function serve(BondClaims claims_) external {
        claims = claims_;
    }

    function fileClaim(Order calldata order, uint16 demand, uint8, bytes32) external returns (ComplaintId complaint) {
        require(msg.sender == address(claims));
        complaint = ComplaintId.wrap(++count);
        claims.open(order, complaint);
        complaints[complaint] = ComplaintWords.pack(order.customer, order.organisation, 0, 0, demand, 0);
    }

    function say(ComplaintId complaint, ComplaintState state) external {
        complaints[complaint] = complaints[complaint].withState(state);
    }

    function open(Order calldata order, ComplaintId complaint) external {
        claims.open(order, complaint);
    }

    function close(Order calldata order, ComplaintId complaint) external {
        claims.close(order, complaint);
    }

    function divide(Order calldata order, ComplaintId complaint, uint16 share, uint96 owed)
        external
        returns (ICaseFund.Division memory)
    {
        return claims.divide(order, complaint, share, owed);
    }

    function splitFunded(Order calldata order, ComplaintId complaint, uint16 share)
        external
        returns (ICaseFund.Division memory)
    {
        return claims.splitFunded(order, complaint, share);
    }
}

/// A registry with its claims, one organisation and people with keys.
abstract contract RegistryHouse {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant ADMIN_KEY = 0xa11ce;
    uint256 internal constant CUSTOMER_KEY = 0xc0;
    address internal constant GUARDIAN = address(0x9a);
    address internal constant RELAYER = address(0x4e1);
    address internal constant STRANGER = address(0x57a);
    OrganisationId internal constant ORGANISATION = OrganisationId.wrap(1);
    bytes32 internal constant AGREEMENT = bytes32(uint256(7));

    address internal immutable ADMIN = vm.addr(ADMIN_KEY);
    address internal immutable CUSTOMER = vm.addr(CUSTOMER_KEY);

    Forwarder internal forwarder;
    OrganisationRegistry internal registry;
    BondClaims internal claims;
    SayingDesk internal desk;

    function _build() internal {
        vm.warp(START);
        forwarder = new Forwarder();
        desk = new SayingDesk();
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        registry = new OrganisationRegistry(address(desk), next, GUARDIAN, address(0x71), address(forwarder));
        claims = new BondClaims(registry, IClaimDesk(address(desk)), address(forwarder));
        desk.serve(claims);
        vm.prank(ADMIN);
        registry.register(_policy(), AGREEMENT);
        vm.roll(block.number + 1);
        vm.deal(ADMIN, 1000 ether);
        vm.deal(CUSTOMER, 1000 ether);
        vm.deal(RELAYER, 1000 ether);
        vm.deal(STRANGER, 1000 ether);
    }

    /// A cap of 2 coins.
    function _policy() internal pure returns (Policy memory) {
        return Policy({
            peakMask: type(uint168).max,
            acknowledgePeak: 1 hours,
            acknowledgeOffPeak: 4 hours,
            answerHours: 48,
            confirmHours: 72,
            protectionHours: 240,
            track: 0,
            claimCap: 26
        });
    }

    /// The relayer sends what the key's owner signs, and pays for it.
    function _act(address target, uint256 key, uint256 nonce, bytes memory action, uint256 value) internal {
        IForwarder.SignedAction memory signed = signAction(forwarder, target, key, action, nonce);
        vm.prank(RELAYER);
        forwarder.actWithSig{value: value}(signed);
    }

    /// The trail after `logs`, of which the indexed arguments come first.
    function _folded(bytes32 trail, Vm.Log memory log, uint256 actorTopic, uint256 timestamp)
        internal
        pure
        returns (bytes32)
    {
        bytes memory arguments;
        for (uint256 i = 1; i < log.topics.length; ++i) {
            arguments = bytes.concat(arguments, log.topics[i]);
        }
        arguments = bytes.concat(arguments, log.data);
        bytes32 actor = log.topics[actorTopic];
        return keccak256(abi.encode(trail, log.topics[0], keccak256(arguments), actor, timestamp));
    }

    function _bond() internal view returns (uint256 balance, uint256 locked) {
        return registry.bond(ORGANISATION);
    }
}
