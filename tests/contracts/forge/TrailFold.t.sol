// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {Handler} from "./Handler.sol";
import {HandlerCampaign} from "./HandlerCampaign.sol";

/// Whatever people do: who folds a subject's events in order arrives at its word on chain. The books compare the words of
/// whatever a transaction touched; here all are compared, touched or not.
contract TrailFoldTest is HandlerCampaign {
    error NeverHappened(string what);

    function invariant_eachWordIsTheFoldOfItsEvents() external view {
        _checkTrails();
    }

    /// A campaign that never got to a void round would prove nothing about void rounds. It ends when all has happened.
    function test_aCampaignGetsEverywhere() external {
        bytes4[] memory acts = _acts();
        string memory missing = "anything";
        for (uint256 i; i < 8000 && bytes(missing).length != 0; ++i) {
            uint256 random = uint256(keccak256(abi.encode(i)));
            (bool done, bytes memory reason) =
                address(_people).call(abi.encodeWithSelector(acts[random % acts.length], random));
            if (!done) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
            if (i % 250 == 249) missing = _missing();
        }
        if (bytes(missing).length != 0) revert NeverHappened(missing);
        _checkTrails();
        _checkMoney();
        _checkSeats();
    }

    function _missing() private view returns (string memory) {
        string[41] memory all = [
            "paid",
            "released",
            "refunded",
            "frozen",
            "credits",
            "token credits",
            "bond withdrawn",
            "claimed",
            "offered",
            "pledged",
            "funding withdrawn",
            "withdrawn",
            "accepted",
            "escalated",
            "escalated outside",
            "reopened",
            "delivered",
            "settled",
            "drawn",
            "drawn by a commitment",
            "rearmed",
            "committed",
            "leaked",
            "revealed",
            "voided",
            "contributed",
            "appealed",
            "resolved",
            "appeal refunded",
            "appeal shared",
            "judged",
            "ruled",
            "executed",
            "unstaked",
            "brought",
            "ruled for a contract",
            "appealed by a contract",
            "anchored",
            "opened",
            "opened in the grace",
            "revoked"
        ];
        for (uint256 i; i < all.length; ++i) {
            if (_people.counted(bytes32(bytes(all[i]))) == 0) return all[i];
        }
        return "";
    }

    /// The usual course more often than the rest.
    function _acts() private pure returns (bytes4[] memory acts) {
        string[50] memory all = [
            "begin",
            "begin",
            "begin",
            "course",
            "course",
            "course",
            "course",
            "pay",
            "release",
            "refund",
            "freeze",
            "withdrawOrganisation",
            "withdrawCredits",
            "turn",
            "pause",
            "depositBond",
            "moveBond",
            "claim",
            "withdrawFunding",
            "settle",
            "say",
            "stake",
            "quit",
            "takeRewards",
            "setKey",
            "setTrack",
            "rearm",
            "commit",
            "commitDrawing",
            "leak",
            "reveal",
            "voidRound",
            "contribute",
            "collect",
            "judge",
            "mood",
            "bring",
            "appealPublic",
            "executeRuling",
            "deliver",
            "trespass",
            "wait",
            "sleep",
            "mine",
            "execute",
            "anchorBatch",
            "openAnchored",
            "revokeAnchored",
            "withdrawCredits",
            "turn"
        ];
        acts = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            acts[i] = bytes4(keccak256(bytes.concat(bytes(all[i]), "(uint256)")));
        }
    }

    function _checkTrails() private view {
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            assert(_desk.trail(ComplaintId.wrap(uint64(id))) == _people.folded(address(_desk), id));
        }
        for (uint24 organisation = 1; organisation <= 2; ++organisation) {
            OrganisationId id = OrganisationId.wrap(organisation);
            assert(_registry.trail(id) == _people.folded(address(_registry), organisation));
            assert(_desk.organisationTrail(id) == _people.foldedList(organisation));
        }
        for (uint256 i; i < _people.orderCount(); ++i) {
            _checkOrder(_people.orders(i));
        }
        for (uint256 i; i < _people.peopleCount(); ++i) {
            address sender = _people.people(i);
            assert(_people.anchorContract().trail(sender) == _people.folded(address(_contracts[9]), uint160(sender)));
        }
    }

    /// Of what a complaint divided, the desk's trail has the last word.
    function _checkOrder(Order memory order) private view {
        uint256 key = uint256(order.key());
        bytes32 word = order.token == address(_claims) ? _claims.claimTrail(order) : _escrow.orderTrail(order);
        bytes32 expected = _people.folded(order.token == address(_claims) ? address(_claims) : address(_escrow), key);
        OrderWord state = _escrow.orders(order.key());
        assert(word == expected || word == 0 && (state.state() == OrderState.Split || order.token == address(_claims)));
    }
}
