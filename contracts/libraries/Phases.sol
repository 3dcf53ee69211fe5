// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintState, ComplaintWord} from "../types/Complaint.sol";

/// Where a complaint stands, computed from its word and the clock. Windows are half-open: an action counts while
/// `now < deadline`, its consequence from `now >= deadline`.
enum Phase {
    None,
    /// The organisation must answer.
    Filed,
    /// The customer must reply; the answer clock stands still.
    Asked,
    /// No answer in time: anyone may execute the claim as filed.
    Overdue,
    /// The customer may accept, escalate or withdraw.
    Offered,
    /// Silent for the whole window on a cash offer (it is accepted) or on a rejection (the complaint is withdrawn).
    Lapsed,
    /// The court has it.
    Escalated,
    /// The money moved; the customer may confirm.
    Paid,
    Confirmed,
    /// Closed by itself after the window to confirm.
    Closed,
    Withdrawn,
    /// A pledge in kind was accepted: the organisation must deliver.
    Pledged,
    /// It did not: anyone may execute the refund that it named.
    Broken,
    /// It did: the customer may confirm or reopen.
    Delivered,
    /// The customer is silent about it: anyone may execute.
    Kept
}

library Phases {
    /// What is left to answer after an information request is never less (seconds).
    uint256 internal constant MIN_ANSWER_LEFT = 24 hours;

    /// The end of the answer window. In Asked: as it will be if the customer never replies.
    function answerDeadline(ComplaintWord complaint) internal pure returns (uint256) {
        if (complaint.state() != ComplaintState.Asked) return complaint.deadline();
        return resumed(complaint, complaint.deadline());
    }

    /// The end of the answer window when the clock starts again at `timestamp`.
    function resumed(ComplaintWord complaint, uint256 timestamp) internal pure returns (uint256) {
        uint256 left = complaint.offer() * 1 minutes;
        return timestamp + (left < MIN_ANSWER_LEFT ? MIN_ANSWER_LEFT : left);
    }

    function phase(ComplaintWord complaint, uint256 timestamp) internal pure returns (Phase) {
        ComplaintState state = complaint.state();
        bool over = timestamp >= complaint.deadline();
        if (state == ComplaintState.Filed) return over ? Phase.Overdue : Phase.Filed;
        if (state == ComplaintState.Asked) {
            if (!over) return Phase.Asked;
            return timestamp >= answerDeadline(complaint) ? Phase.Overdue : Phase.Filed;
        }
        if (state == ComplaintState.Offered) return over ? Phase.Lapsed : Phase.Offered;
        if (state == ComplaintState.Escalated) return Phase.Escalated;
        if (state == ComplaintState.Paid) return over ? Phase.Closed : Phase.Paid;
        if (state == ComplaintState.Confirmed) return Phase.Confirmed;
        if (state == ComplaintState.Pledged) return over ? Phase.Broken : Phase.Pledged;
        if (state == ComplaintState.Delivered) return over ? Phase.Kept : Phase.Delivered;
        return state == ComplaintState.Withdrawn ? Phase.Withdrawn : Phase.None;
    }
}
