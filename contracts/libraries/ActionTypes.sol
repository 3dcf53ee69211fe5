// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppealFund} from "../interfaces/IAppealFund.sol";
import {IArbitrationCourt} from "../interfaces/IArbitrationCourt.sol";
import {IComplaintAnchor} from "../interfaces/IComplaintAnchor.sol";
import {IBondClaims} from "../interfaces/IBondClaims.sol";
import {IComplaintDesk} from "../interfaces/IComplaintDesk.sol";
import {IKeyRegistry} from "../interfaces/IKeyRegistry.sol";
import {IOrderEscrow} from "../interfaces/IOrderEscrow.sol";
import {IOrganisationRegistry} from "../interfaces/IOrganisationRegistry.sol";
import {IPayouts} from "../interfaces/IPayouts.sol";
import {ITokenPayouts} from "../interfaces/ITokenPayouts.sol";

/// What is signed for each action (EIP-712): a struct named like the function, with its arguments, then who signs, for which
/// contract, a nonce and a deadline. A function that is not here takes no signature.
library ActionTypes {
    /// The type hash of the struct for a call; zero if the function takes no signature.
    function hashOf(bytes4 selector) internal pure returns (bytes32 typeHash) {
        typeHash = _ofCases(selector);
        if (typeHash == 0) typeHash = _ofMoney(selector);
        if (typeHash == 0) typeHash = _ofPeople(selector);
    }

    /// Complaints.
    function _ofCases(bytes4 selector) private pure returns (bytes32) {
        if (selector == IComplaintDesk.file.selector) {
            return keccak256(
                "File(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,"
                "uint16 demand,uint8 category,bytes32 digest,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IComplaintAnchor.revoke.selector) {
            return keccak256(
                "Revoke(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,"
                "uint16 demand,uint8 category,bytes32 digest,address opener,uint256 anchorBy,address actor,"
                "address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.acknowledge.selector) {
            return keccak256(
                "Acknowledge(uint64 complaint,bytes32 digest,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.contest.selector) {
            return keccak256("Contest(uint64 complaint,address actor,address target,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.ask.selector) {
            return keccak256(
                "Ask(uint64 complaint,bytes32 digest,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.inform.selector) {
            return keccak256(
                "Inform(uint64 complaint,bytes32 digest,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.offer.selector) {
            return keccak256(
                "Offer(uint64 complaint,uint16 share,bytes32 digest,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.pledge.selector) {
            return keccak256(
                "Pledge(uint64 complaint,uint8 kind,uint16 dueHours,uint16 refund,bytes32 digest,"
                "address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.deliver.selector) {
            return keccak256(
                "Deliver(uint64 complaint,bytes32 digest,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.reopen.selector) {
            return keccak256(
                "Reopen(uint64 complaint,bytes32 digest,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.accept.selector) {
            return keccak256(
                "Accept(uint64 complaint,uint24 organisation,uint16 version,address customer,address token,"
                "bytes32 ref,uint8 offerNumber,address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.withdraw.selector) {
            return keccak256(
                "Withdraw(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,uint8 offerNumber,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.escalate.selector) {
            return keccak256(
                "Escalate(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,uint8 offerNumber,uint16 demand,bytes32 digest,address actor,"
                "address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.settle.selector) {
            return keccak256(
                "Settle(uint64 complaint,uint24 organisation,uint16 version,address customer,address token,"
                "bytes32 ref,uint8 round,uint16 share,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.confirm.selector) {
            return keccak256("Confirm(uint64 complaint,address actor,address target,uint256 nonce,uint256 deadline)");
        }
        if (selector == IComplaintDesk.confirmDelivery.selector) {
            return keccak256(
                "ConfirmDelivery(uint64 complaint,uint24 organisation,uint16 version,address customer,"
                "address token,bytes32 ref,address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.rate.selector) {
            return keccak256(
                "Rate(uint64 complaint,uint8 stars,bytes32 digest,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.submitEvidence.selector) {
            return keccak256(
                "SubmitEvidence(uint64 complaint,bytes32 digest,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.accuse.selector) {
            return keccak256(
                "Accuse(uint64 complaint,bytes32 accusation,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IComplaintDesk.nameAccused.selector) {
            return keccak256(
                "NameAccused(uint64 complaint,address account,bytes32 salt,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        return 0;
    }

    /// Orders, claims, appeals and what is paid out.
    function _ofMoney(bytes4 selector) private pure returns (bytes32) {
        if (selector == IOrderEscrow.pay.selector) {
            return keccak256(
                "Pay(uint24 organisation,uint16 version,bytes32 ref,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrderEscrow.payToken.selector) {
            return keccak256(
                "PayToken(uint24 organisation,uint16 version,address token,uint96 amount,bytes32 ref,"
                "address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrderEscrow.payTokenWithPermit.selector) {
            return keccak256(
                "PayTokenWithPermit(uint24 organisation,uint16 version,address token,uint96 amount,"
                "bytes32 ref,uint256 permitDeadline,uint8 v,bytes32 r,bytes32 s,address actor,"
                "address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrderEscrow.release.selector) {
            return keccak256(
                "Release(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,"
                "address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrderEscrow.refund.selector) {
            return keccak256(
                "Refund(uint24 organisation,uint16 version,address customer,address token,bytes32 ref,"
                "address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrderEscrow.withdrawOrganisation.selector) {
            return keccak256(
                "WithdrawOrganisation(uint24 organisation,address token,address to,address actor,"
                "address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IBondClaims.claim.selector) {
            return keccak256(
                "Claim(uint24 organisation,uint16 version,uint96 amount,bytes32 ref,uint16 demand,"
                "uint8 category,bytes32 digest,address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IBondClaims.fund.selector) {
            return keccak256("Fund(uint64 complaint,address actor,address target,uint256 nonce,uint256 deadline)");
        }
        if (selector == IBondClaims.withdrawFunding.selector) {
            return keccak256(
                "WithdrawFunding(uint64 complaint,address to,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IAppealFund.contribute.selector) {
            return keccak256(
                "Contribute(uint64 dispute,bool higher,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IAppealFund.withdrawShare.selector) {
            return keccak256(
                "WithdrawShare(uint64 dispute,uint256 level,bool higher,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IPayouts.withdrawTo.selector) {
            return keccak256("WithdrawTo(address to,address actor,address target,uint256 nonce,uint256 deadline)");
        }
        if (selector == ITokenPayouts.withdrawTokenTo.selector) {
            return keccak256(
                "WithdrawTokenTo(address token,address to,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        return 0;
    }

    /// Organisations, arbitrators and keys.
    function _ofPeople(bytes4 selector) private pure returns (bytes32) {
        if (selector == IOrganisationRegistry.register.selector) {
            return keccak256(
                "Register(uint168 peakMask,uint32 acknowledgePeak,uint32 acknowledgeOffPeak,"
                "uint16 answerHours,uint16 confirmHours,uint16 protectionHours,uint8 track,uint8 claimCap,"
                "bytes32 agreement,address actor,address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.publishPolicy.selector) {
            return keccak256(
                "PublishPolicy(uint24 organisation,uint168 peakMask,uint32 acknowledgePeak,"
                "uint32 acknowledgeOffPeak,uint16 answerHours,uint16 confirmHours,uint16 protectionHours,"
                "uint8 track,uint8 claimCap,bytes32 agreement,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.nominateOperator.selector) {
            return keccak256(
                "NominateOperator(uint24 organisation,address account,uint8 roles,address actor,"
                "address target,uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.acceptOperator.selector) {
            return keccak256(
                "AcceptOperator(uint24 organisation,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.removeOperator.selector) {
            return keccak256(
                "RemoveOperator(uint24 organisation,address account,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.depositBond.selector) {
            return keccak256(
                "DepositBond(uint24 organisation,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.requestBondWithdrawal.selector) {
            return keccak256(
                "RequestBondWithdrawal(uint24 organisation,uint96 amount,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IOrganisationRegistry.withdrawBond.selector) {
            return keccak256(
                "WithdrawBond(uint24 organisation,address to,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IArbitrationCourt.stake.selector) {
            return keccak256("Stake(uint8 tickets,address actor,address target,uint256 nonce,uint256 deadline)");
        }
        if (selector == IArbitrationCourt.requestExit.selector) {
            return keccak256("RequestExit(uint32 position,address actor,address target,uint256 nonce,uint256 deadline)");
        }
        if (selector == IArbitrationCourt.unstake.selector) {
            return keccak256(
                "Unstake(uint32 position,address to,address actor,address target,uint256 nonce," "uint256 deadline)"
            );
        }
        if (selector == IArbitrationCourt.withdrawRewards.selector) {
            return keccak256(
                "WithdrawRewards(uint32 position,address to,address actor,address target,uint256 nonce,"
                "uint256 deadline)"
            );
        }
        if (selector == IArbitrationCourt.setVotingKey.selector) {
            return keccak256(
                "SetVotingKey(uint32 position,uint64 version,address key,address actor,address target,"
                "uint256 nonce,uint256 deadline)"
            );
        }
        if (selector == IKeyRegistry.setKey.selector) {
            return
                keccak256(
                    "SetKey(uint64 version,bytes32 key,address actor,address target,uint256 nonce,uint256 deadline)"
                );
        }
        return 0;
    }
}
