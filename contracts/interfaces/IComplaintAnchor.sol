// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintId} from "../types/Ids.sol";
import {Order} from "../types/Order.sol";
import {IComplaintDesk} from "./IComplaintDesk.sol";
import {IForwarder} from "./IForwarder.sol";

/// Complaints that were signed and not sent: whoever collects them puts one Merkle root for all of them on chain. Any one
/// can be opened at the desk later; it is in time as of its anchoring, and the organisation's clocks start as it is opened.
///
/// A batch is its sender's: roots are known by (sender, root), so nobody can spoil another's. The list of a sender's
/// batches has a trail (libraries/Trail.sol) under the sender's address, so that none can be left out. The file of a
/// batch, with everything that was signed, is found by the digest in `Anchored`.
interface IComplaintAnchor {
    /// What a customer signs (EIP-712, in the forwarder's domain):
    /// AnchoredComplaint(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,uint16 demand,
    /// uint8 category,bytes32 digest,address opener,uint256 anchorBy,address anchor).
    struct AnchoredComplaint {
        Order order;
        uint16 demand;
        uint8 category;
        bytes32 digest;
        /// Who may open it beside its customer, such as the service that collects; zero for anyone who has the signature.
        /// Opening starts clocks that the customer must watch, too.
        address opener;
        /// Unix seconds: what is anchored later cannot be opened.
        uint256 anchorBy;
    }

    /// @param leaves How many complaints there are under `root`, as the sender says.
    /// @param digest SHA-256 of the manifest of the batch's file.
    event Anchored(address indexed sender, bytes32 indexed root, uint32 leaves, bytes32 digest);
    /// The complaint of this leaf was taken back by its customer before anybody opened it.
    event Revoked(bytes32 indexed leaf, address indexed customer);

    /// A batch holds 1 to `max` complaints.
    error BatchSizeInvalid(uint256 leaves, uint256 max);
    error AnchoredBefore(address sender, bytes32 root, uint256 anchoredAt);
    /// This sender anchored no batch with this leaf: root is what the proof leads to.
    error NotAnchored(bytes32 leaf, address sender, bytes32 root);
    error AnchoredTooLate(uint256 anchorBy, uint256 anchoredAt);
    /// Opened or revoked.
    error LeafSpent(bytes32 leaf);
    error SignatureOfAnother(address customer);
    error OnlyCustomer(address actor, address customer);
    error NotOpener(address caller, address opener);

    function desk() external view returns (IComplaintDesk);
    function forwarder() external view returns (IForwarder);
    /// The list of a sender's batches as one word (libraries/Trail.sol); 0 before the first.
    function trail(address sender) external view returns (bytes32);
    /// Unix seconds; 0 if this sender did not anchor this root.
    function anchoredAt(address sender, bytes32 root) external view returns (uint256);
    /// Whether the complaint was opened or revoked.
    function spent(bytes32 leaf) external view returns (bool);
    /// What stands in the tree: bound to this chain and this contract, and hashed twice, so that no inner node can pass for
    /// one.
    function leafOf(AnchoredComplaint calldata complaint) external view returns (bytes32);

    /// Puts a batch of the caller's on chain. Inner nodes hash the lower child first.
    function anchor(bytes32 root, uint32 leaves, bytes32 digest) external;
    /// Files a complaint of the batch at the desk. By its customer, or by its opener with the customer's signature.
    /// @param proof The siblings of the leaf, from below.
    /// @param signature By key, or as the customer's contract has it (ERC-1271); empty if the customer calls.
    function open(
        AnchoredComplaint calldata complaint,
        address sender,
        bytes32[] calldata proof,
        bytes calldata signature
    ) external returns (ComplaintId);
    /// Takes a complaint back that nobody has opened. By its customer, anchored or not.
    function revoke(AnchoredComplaint calldata complaint) external;
}
