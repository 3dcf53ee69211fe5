// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "./IArbitrable.sol";
import {IArbitrator} from "./IArbitrator.sol";
import {ICourt} from "./ICourt.sol";
import {IEvidence} from "./IEvidence.sol";

/// Arbitrators outside, by ERC-792, for complaints whose policy names one of four listed numbers (track 4 to 7). They
/// choose among 0, 25, 50, 75 and 100 % (choices 1 to 5); 0 or anything else is no ruling.
///
/// `quote` names no seats, and the arbitrator's price, where that arbitrator can be had; else it is the house court's
/// own, seats and price, for its track 0: nothing is listed, the price is above the cap, or there is no sound answer.
/// `open` then reverts with `OutsideUnavailable` if the arbitrator takes no dispute, and only then: whoever asked opens
/// at the house court instead. A caller with too little gas is told so by `GasTooLow` and can't bring about either.
///
/// What a dispute was opened with (arbitrator, `extraData`, price, time-out) is its own; the list binds new ones only.
/// Nobody who appeals outside is protected here: that is between the payer and the arbitrator.
interface IOutsideArbitrators is ICourt, IArbitrable, IEvidence {
    struct Listing {
        IArbitrator arbitrator;
        /// The highest price (wei) at which it gets a case.
        uint96 costCap;
        uint16 timeOutDays;
        bytes extraData;
    }

    enum CaseState {
        None,
        /// Evidence is welcome, and a ruling before the deadline.
        Waiting,
        Ruled,
        /// Concluded or settled.
        Ended
    }

    struct Case {
        /// What the arbitrator was paid (wei).
        uint96 cost;
        /// A ruling counts before it (Unix seconds).
        uint40 deadline;
        /// When the ruling came.
        uint40 ruledAt;
        /// Counts up from 0 with each listing.
        uint32 listing;
        /// 1 to 5; 0 if there is none.
        uint8 choice;
        CaseState state;
        /// The dispute's number at the arbitrator.
        uint256 id;
    }

    /// From now on `number` (0 to 3) stands for `arbitrator`; for none if that is zero.
    event Listed(
        uint8 indexed number,
        IArbitrator indexed arbitrator,
        bytes extraData,
        uint96 costCap,
        uint16 timeOutDays,
        uint256 listing
    );
    /// The arbitrator has the dispute, as `id`; `terms` is what `open` returned.
    event Opened(
        uint256 indexed dispute,
        IArbitrator indexed arbitrator,
        uint256 indexed id,
        uint256 listing,
        uint96 cost,
        uint40 deadline,
        uint256 terms
    );
    /// Somebody paid `value` wei for an appeal at the arbitrator.
    event Appealed(uint256 indexed dispute, address indexed payer, uint256 value);
    /// A second ruling, or one that came too late.
    event RulingIgnored(uint256 indexed dispute, uint256 ruling);
    event Concluded(uint256 indexed dispute, uint16 ruling, bool refused, bytes32 record);
    /// The parties agreed.
    event Settled(uint256 indexed dispute, bytes32 record);

    error OnlyTimelock(address caller);
    error NumberInvalid(uint256 number, uint256 max);
    error TimeOutInvalid(uint256 timeOutDays, uint256 min, uint256 max);
    error NoContract(address arbitrator);
    /// The arbitrator on `track` takes no dispute, or answered with a number it had used before.
    error OutsideUnavailable(uint8 track);
    error GasTooLow(uint256 needed, uint256 given);
    error ValueInvalid(uint256 expected, uint256 given);
    /// No open dispute has this number at that arbitrator.
    error IdUnknown(address arbitrator, uint256 id);
    /// There is no ruling yet, and it may still come.
    error NotDecided(uint256 dispute, uint256 deadline, uint256 current);
    error NotWaiting(uint256 dispute, CaseState current);
    error RoundInvalid(uint256 round);

    function timelock() external view returns (address);
    /// What `number` stands for now.
    function listed(uint8 number) external view returns (Listing memory);
    /// Any listing, also one that was replaced.
    function listing(uint256 index) external view returns (Listing memory);
    function cases(uint256 dispute) external view returns (Case memory);
    /// The dispute that the arbitrator knows as `id`; 0 if none.
    function disputeOf(IArbitrator arbitrator, uint256 id) external view returns (uint256 dispute);
    /// What an appeal costs at the arbitrator (wei).
    function appealCost(uint256 dispute) external view returns (uint256);
    /// When the arbitrator's ruling can be appealed there (Unix seconds; (0, 0) if it can't).
    function appealPeriod(uint256 dispute) external view returns (uint256 start, uint256 end);

    /// Lists an arbitrator for new disputes, or none. Only the timelock.
    /// @param timeOutDays 30 to 365: a dispute without a ruling is then without one for good.
    function list(uint8 number, IArbitrator arbitrator, bytes calldata extraData, uint96 costCap, uint16 timeOutDays)
        external;
    /// Appeals at the arbitrator, with exactly `appealCost`. Anyone.
    function appeal(uint256 dispute) external payable;
    /// Shows a party's evidence (the manifest's digest) to the arbitrator: many read the events of the contract that
    /// opened the dispute and no others. Only the desk.
    function showEvidence(uint256 dispute, address party, bytes32 digest) external;
}
