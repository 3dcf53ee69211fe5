// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Actors} from "./Actors.sol";
import {IComplaintAnchor} from "./interfaces/IComplaintAnchor.sol";
import {IComplaintDesk} from "./interfaces/IComplaintDesk.sol";
import {IForwarder} from "./interfaces/IForwarder.sol";
import {Trail} from "./libraries/Trail.sol";
import {ComplaintId} from "./types/Ids.sol";

/// Many complaints under one root; the interface is the manual.
contract ComplaintAnchor is IComplaintAnchor, Actors {
    uint256 internal constant MAX_LEAVES = 65_536;
    bytes32 internal constant COMPLAINT_TYPE = keccak256(
        "AnchoredComplaint(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,"
        "uint16 demand,uint8 category,bytes32 digest,address opener,uint256 anchorBy,address anchor)"
    );

    /// @inheritdoc IComplaintAnchor
    IComplaintDesk public immutable desk;
    /// @inheritdoc IComplaintAnchor
    IForwarder public immutable forwarder;

    /// @inheritdoc IComplaintAnchor
    mapping(address sender => bytes32) public trail;
    /// @inheritdoc IComplaintAnchor
    mapping(address sender => mapping(bytes32 root => uint256)) public anchoredAt;
    /// @inheritdoc IComplaintAnchor
    mapping(bytes32 leaf => bool) public spent;

    constructor(IComplaintDesk desk_, IForwarder forwarder_) Actors(address(forwarder_)) {
        (desk, forwarder) = (desk_, forwarder_);
    }

    /// @inheritdoc IComplaintAnchor
    function anchor(bytes32 root, uint32 leaves, bytes32 digest) external {
        if (leaves == 0 || leaves > MAX_LEAVES) revert BatchSizeInvalid(leaves, MAX_LEAVES);
        uint256 before = anchoredAt[msg.sender][root];
        if (before != 0) revert AnchoredBefore(msg.sender, root, before);
        anchoredAt[msg.sender][root] = block.timestamp;
        bytes32 list = trail[msg.sender];
        if (list == 0) list = Trail.genesis(uint160(msg.sender));
        bytes32 arguments = keccak256(abi.encode(msg.sender, root, leaves, digest));
        trail[msg.sender] = Trail.fold(list, Anchored.selector, arguments, msg.sender);
        emit Anchored(msg.sender, root, leaves, digest);
    }

    /// @inheritdoc IComplaintAnchor
    function open(
        AnchoredComplaint calldata complaint,
        address sender,
        bytes32[] calldata proof,
        bytes calldata signature
    ) external returns (ComplaintId) {
        bytes32 structHash = _structHash(complaint);
        bytes32 leaf = _leaf(structHash);
        bytes32 root = MerkleProof.processProofCalldata(proof, leaf);
        uint256 since = anchoredAt[sender][root];
        if (since == 0) revert NotAnchored(leaf, sender, root);
        if (since > complaint.anchorBy) revert AnchoredTooLate(complaint.anchorBy, since);
        address customer = complaint.order.customer;
        if (msg.sender != customer) {
            address opener = complaint.opener;
            if (opener != address(0) && msg.sender != opener) revert NotOpener(msg.sender, opener);
            if (!forwarder.isSigned(customer, structHash, signature)) revert SignatureOfAnother(customer);
        }
        _spend(leaf);
        return desk.fileAnchored(
            complaint.order, complaint.demand, complaint.category, complaint.digest, sender, root, leaf, uint40(since)
        );
    }

    /// @inheritdoc IComplaintAnchor
    function revoke(AnchoredComplaint calldata complaint) external {
        (address actor, address customer) = (_actor(), complaint.order.customer);
        if (actor != customer) revert OnlyCustomer(actor, customer);
        bytes32 leaf = leafOf(complaint);
        _spend(leaf);
        emit Revoked(leaf, customer);
    }

    /// @inheritdoc IComplaintAnchor
    function leafOf(AnchoredComplaint calldata complaint) public view returns (bytes32) {
        return _leaf(_structHash(complaint));
    }

    function _spend(bytes32 leaf) private {
        if (spent[leaf]) revert LeafSpent(leaf);
        spent[leaf] = true;
    }

    function _structHash(AnchoredComplaint calldata complaint) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                COMPLAINT_TYPE,
                complaint.order,
                complaint.demand,
                complaint.category,
                complaint.digest,
                complaint.opener,
                complaint.anchorBy,
                address(this)
            )
        );
    }

    function _leaf(bytes32 structHash) private view returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(block.chainid, address(this), structHash))));
    }
}
