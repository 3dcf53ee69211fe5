// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RoundPhase} from "../libraries/RoundPhases.sol";
import {ComplaintId, OrganisationId} from "../types/Ids.sol";

/// Appeals of rulings about complaints, paid by whoever thinks that the ruling is too low or too high. Amounts are wei.
///
/// There are two pots for each ruling, `higher` and lower. The one that first holds the price of the next panel and half
/// as much again, the stake, opens the appeal; contributors of the other one get their money back, as they do if no pot
/// fills in time. So nothing is ever lost by not paying, and no more than was paid by paying.
///
/// If the next ruling is at least 500 basis points farther in the pot's direction, or there is none (the panel gave none,
/// or the parties agreed), the stake goes back to those who paid it. If not, it goes to the party that the appeal was
/// brought against: from `higher` to the organisation's bond, from lower to the customer; never to the other pot, into
/// which an appellant could pay as well. What the court does not spend of the price goes back to those who paid it.
/// Everything is divided in proportion to what each paid, rounded down; a remainder of less than a wei for each
/// contributor stays here for ever.
///
/// Money belongs to whoever sent it, also where somebody else signed.
interface IAppealFund {
    /// An appeal that was opened. Levels count up from 0 with each appeal of a dispute.
    struct Appeal {
        bool higher;
        bool resolved;
        /// The ruling that was appealed (basis points).
        uint16 rulingBefore;
        uint96 cost;
        uint96 stake;
    }

    struct Pot {
        /// What is in it or, once an appeal was opened at its level, what was.
        uint96 raised;
        /// All that came to its contributors later: the stake, fees not spent.
        uint96 shared;
    }

    struct Contribution {
        uint96 amount;
        /// What its payer took of the pot's `shared`.
        uint96 taken;
        bool refunded;
    }

    event Contributed(
        ComplaintId indexed dispute, uint256 indexed level, bool higher, address indexed payer, uint96 amount
    );
    event Appealed(
        ComplaintId indexed dispute, uint256 indexed level, bool higher, uint96 cost, uint96 stake, uint16 rulingBefore
    );
    /// The payer's whole contribution to a pot that opened no appeal was paid back.
    event Refunded(
        ComplaintId indexed dispute, uint256 indexed level, bool higher, address indexed payer, uint96 amount
    );
    /// Where the stake went; `rulingAfter` is 0 if refused. The two amounts add up to the stake.
    event Resolved(
        ComplaintId indexed dispute,
        uint256 indexed level,
        bool refused,
        uint16 rulingAfter,
        uint96 back,
        uint96 toParty
    );
    /// The court gave back `amount` of an appeal's price.
    event FeesReturned(ComplaintId indexed dispute, uint256 indexed level, uint96 amount);
    event ShareWithdrawn(
        ComplaintId indexed dispute, uint256 indexed level, bool higher, address indexed payer, uint96 amount
    );
    /// `amount` went to the organisation's bond.
    event BondPaid(OrganisationId indexed organisation, uint96 amount);

    error WrongPhase(ComplaintId dispute, RoundPhase current);
    error NothingGiven();
    /// The pot may still fill, or has opened an appeal.
    error NotRefundable(ComplaintId dispute, uint256 level, bool higher);
    error NothingToRefund(address payer);
    error AppealUnknown(ComplaintId dispute, uint256 level);
    /// The court gave back what this fund has not paid.
    error PaymentUnknown(ComplaintId dispute, uint256 payment);
    error AlreadyResolved(ComplaintId dispute, uint256 level);
    /// The ruling after the appeal is not known yet.
    error NotEnded(ComplaintId dispute, uint256 level);
    error NothingToShare(address payer);
    error NothingOwed(OrganisationId organisation);

    /// How many appeals of the dispute were opened; also the level whose pots are open, if any are.
    function levels(ComplaintId dispute) external view returns (uint256);
    function appeals(ComplaintId dispute, uint256 level) external view returns (Appeal memory);
    function pot(ComplaintId dispute, uint256 level, bool higher) external view returns (Pot memory);
    function contribution(ComplaintId dispute, uint256 level, bool higher, address payer)
        external
        view
        returns (Contribution memory);
    /// What is still missing in a pot that can be filled now.
    function missing(ComplaintId dispute, bool higher) external view returns (uint256);
    /// For the organisation's bond, which did not take it at first.
    function owedToBond(OrganisationId organisation) external view returns (uint256);

    /// Pays into the open pot, at most what is missing; the rest goes back at once. Fills it, and the appeal is open.
    function contribute(ComplaintId dispute, bool higher) external payable;
    /// Pays back what `payer` put into a pot that opened no appeal, once it can't any more. Anyone.
    function refund(ComplaintId dispute, uint256 level, bool higher, address payer) external;
    /// Decides where an appeal's stake goes, once the next ruling is known. Anyone.
    function resolve(ComplaintId dispute, uint256 level) external;
    /// Pays the caller's part of what came to a pot, after resolving the appeal if that can be done.
    function withdrawShare(ComplaintId dispute, uint256 level, bool higher) external;
    /// Pays what the organisation's bond did not take before. Anyone.
    function payBond(OrganisationId organisation) external;
}
