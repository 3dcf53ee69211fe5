// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IComplaintDesk} from "../interfaces/IComplaintDesk.sol";

/// What is signed for each action at the desk (EIP-712): the function's arguments, then who signs.
library DeskTypes {
    /// Zero: the function takes no signature.
    function hashOf(bytes4 selector) internal pure returns (bytes32) {
        if (selector == IComplaintDesk.file.selector) {
            return keccak256(
                "File(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,"
                "uint16 demand,uint8 category,bytes32 digest,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.acknowledge.selector) {
            return
                keccak256(
                    "Acknowledge(uint64 complaint,bytes32 digest,address actor,uint256 nonce," "uint256 deadline)"
                );
        }
        if (selector == IComplaintDesk.contest.selector) {
            return keccak256("Contest(uint64 complaint,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.ask.selector) {
            return keccak256("Ask(uint64 complaint,bytes32 digest,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.inform.selector) {
            return keccak256("Inform(uint64 complaint,bytes32 digest,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.offer.selector) {
            return keccak256(
                "Offer(uint64 complaint,uint16 share,bytes32 digest,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.pledge.selector) {
            return keccak256(
                "Pledge(uint64 complaint,uint8 kind,uint16 dueHours,uint16 refund,bytes32 digest,"
                "address actor,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.deliver.selector) {
            return keccak256("Deliver(uint64 complaint,bytes32 digest,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.reopen.selector) {
            return keccak256("Reopen(uint64 complaint,bytes32 digest,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.accept.selector) {
            return keccak256(
                "Accept(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,uint8 offerNumber,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.withdraw.selector) {
            return keccak256(
                "Withdraw(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,uint8 offerNumber,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.escalate.selector) {
            return keccak256(
                "Escalate(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,uint8 offerNumber,uint16 demand,bytes32 digest,address actor,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.settle.selector) {
            return keccak256(
                "Settle(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,uint8 round,uint16 share,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.confirm.selector) {
            return keccak256("Confirm(uint64 complaint,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.confirmDelivery.selector) {
            return keccak256(
                "ConfirmDelivery(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,address actor,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.rate.selector) {
            return keccak256(
                "Rate(uint64 complaint,uint8 stars,bytes32 digest,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.submitEvidence.selector) {
            return keccak256(
                "SubmitEvidence(uint64 complaint,bytes32 digest,address actor,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.accuse.selector) {
            return keccak256("Accuse(uint64 complaint,bytes32 accusation,address actor,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.nameAccused.selector) {
            return keccak256(
                "NameAccused(uint64 complaint,address account,bytes32 salt,address actor,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        return 0;
    }
}
