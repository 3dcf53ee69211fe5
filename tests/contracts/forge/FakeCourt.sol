// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFeePayer} from "../../../contracts/interfaces/IFeePayer.sol";
import {IPublicCourt} from "../../../contracts/interfaces/IPublicCourt.sol";
import {RoundPhase} from "../../../contracts/libraries/RoundPhases.sol";

/// A court that rules what it is told, and keeps what it is paid.
contract FakeCourt is IPublicCourt {
    struct Round {
        RoundPhase phase;
        uint8 track;
        uint256 seats;
        uint256 choices;
        uint256 ruling;
        uint256 appealEnds;
        uint256 appeals;
        address payer;
        bool ended;
        bool refused;
    }

    mapping(uint256 dispute => Round) public rounds;

    error Refused(RoundPhase current);
    error NotThePrice(uint256 expected, uint256 given);

    function quote(uint8 track, uint256) external pure returns (uint256 seats, uint256 cost) {
        return (3, costOf(track, 3));
    }

    /// Votes are counted: anyone may appeal for a day.
    function count(uint256 dispute, uint256 ruling) external {
        Round storage round = rounds[dispute];
        (round.phase, round.ruling, round.appealEnds) = (RoundPhase.Appealable, ruling, block.timestamp + 1 days);
    }

    /// The desk concludes, or the parties settle: then `refused`.
    function end(uint256 dispute, bool refused, uint256 ruling) external {
        Round storage round = rounds[dispute];
        (round.phase, round.ended, round.refused, round.ruling) = (RoundPhase.None, true, refused, ruling);
    }

    function giveBack(uint256 dispute, uint256 payment, uint256 amount) external {
        IFeePayer(rounds[dispute].payer).takeBack{value: amount}(dispute, payment);
    }

    function openPublic(uint256 dispute, uint8 track, uint256 seats, uint256 choices)
        external
        payable
        returns (uint256 terms)
    {
        if (msg.value != costOf(track, seats)) revert NotThePrice(costOf(track, seats), msg.value);
        Round storage round = rounds[dispute];
        (round.phase, round.track, round.seats, round.choices) = (RoundPhase.AwaitingSeed, track, seats, choices);
        return uint256(keccak256(abi.encode(track, seats, choices)));
    }

    function concludePublic(uint256 dispute, address payer) external returns (uint256 ruling, bytes32 record) {
        RoundPhase current = phase(dispute);
        if (current != RoundPhase.Decidable) revert Refused(current);
        (rounds[dispute].phase, rounds[dispute].payer) = (RoundPhase.None, payer);
        return (rounds[dispute].ruling, bytes32(dispute));
    }

    function appeal(uint256 dispute, address payer) external payable returns (uint256 rulingBefore) {
        RoundPhase current = phase(dispute);
        if (current != RoundPhase.Appealable) revert Refused(current);
        if (msg.value != appealCost(dispute)) revert NotThePrice(appealCost(dispute), msg.value);
        Round storage round = rounds[dispute];
        (round.phase, round.payer) = (RoundPhase.AwaitingSeed, payer);
        ++round.appeals;
        return round.ruling;
    }

    function phase(uint256 dispute) public view returns (RoundPhase) {
        Round storage round = rounds[dispute];
        bool over = round.phase == RoundPhase.Appealable && block.timestamp >= round.appealEnds;
        return over ? RoundPhase.Decidable : round.phase;
    }

    function appealWindow(uint256 dispute) external view returns (uint256, uint256) {
        return (rounds[dispute].appealEnds - 1 days, rounds[dispute].appealEnds);
    }

    function currentRuling(uint256 dispute) external view returns (uint256) {
        if (phase(dispute) < RoundPhase.Appealable) revert Refused(phase(dispute));
        return rounds[dispute].ruling;
    }

    function finalRuling(uint256 dispute) external view returns (bool known, bool refused, uint16 ruling) {
        Round storage round = rounds[dispute];
        return (round.ended, round.refused, uint16(round.ruling));
    }

    function appealCost(uint256 dispute) public view returns (uint256) {
        return 0.07 ether + 1 + rounds[dispute].appeals;
    }

    function costOf(uint8 track, uint256 seats) public pure returns (uint256) {
        return seats * (track < 4 ? track + 1 : 1) * 0.01 ether;
    }
}
