// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AppealFund} from "../../../contracts/AppealFund.sol";
import {ArbitrationCourt} from "../../../contracts/ArbitrationCourt.sol";
import {BondClaims} from "../../../contracts/BondClaims.sol";
import {ComplaintDesk} from "../../../contracts/ComplaintDesk.sol";
import {OrderEscrow} from "../../../contracts/OrderEscrow.sol";
import {OrganisationRegistry} from "../../../contracts/OrganisationRegistry.sol";
import {ClaimState} from "../../../contracts/interfaces/IBondClaims.sol";
import {IAppealFund} from "../../../contracts/interfaces/IAppealFund.sol";
import {Handler} from "./Handler.sol";
import {ComplaintId, OrganisationId, PositionId} from "../../../contracts/types/Ids.sol";
import {Order, OrderState, OrderWord} from "../../../contracts/types/Order.sol";
import {vm} from "./Vm.sol";

/// A campaign of random acts, and what it is judged by.
abstract contract HandlerCampaign {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal _people;
    OrganisationRegistry internal _registry;
    OrderEscrow internal _escrow;
    BondClaims internal _claims;
    ArbitrationCourt internal _court;
    ComplaintDesk internal _desk;
    AppealFund internal _fund;
    address[10] internal _contracts;

    error Differs(string what, uint256 held, uint256 owed);

    function setUp() external {
        // Not `new`: the compiler would put all the code into every campaign.
        _people = Handler(vm.deployCode("Handler.sol:Handler", ""));
        _contracts = _people.contracts();
        (_registry, _escrow) = (OrganisationRegistry(_contracts[0]), OrderEscrow(_contracts[1]));
        (_claims, _court) = (BondClaims(_contracts[2]), ArbitrationCourt(_contracts[3]));
        (_desk, _fund) = (ComplaintDesk(_contracts[4]), AppealFund(_contracts[5]));
    }

    /// forge asks for it: only the people act.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_people);
    }

    /// forge asks for it: these are for the end.
    function excludeSelectors() external view returns (FuzzSelector[] memory excluded) {
        excluded = new FuzzSelector[](1);
        excluded[0].addr = address(_people);
        excluded[0].selectors = new bytes4[](4);
        excluded[0].selectors[0] = Handler.finish.selector;
        excluded[0].selectors[1] = Handler.finishPublic.selector;
        excluded[0].selectors[2] = Handler.settleUp.selector;
        excluded[0].selectors[3] = Handler.releaseAll.selector;
    }

    /// Every case ends by the clock and strangers alone; then nothing is held for it.
    function _finishAll() internal {
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            _people.finish(id);
            _people.settleUp(id);
        }
        uint256[] memory brought = _people.publicDisputes();
        for (uint256 i; i < brought.length; ++i) {
            _people.finishPublic(brought[i]);
        }
        _people.releaseAll();
    }

    // Money: held = owed

    function _checkMoney() internal view {
        (address coin, address turncoat) = _people.tokens();
        _checkEscrow(address(0), address(_escrow).balance);
        _checkEscrow(coin, IERC20(coin).balanceOf(address(_escrow)));
        _checkEscrow(turncoat, IERC20(turncoat).balanceOf(address(_escrow)));
        _checkBonds();
        _checkCourt();
        _checkFund();
        _checkCredits();
        _equal("desk", address(_desk).balance, 0);
        _equal("outside", _contracts[6].balance, 0);
        _equal("public", _contracts[7].balance, _credits(7));
        _equal("keys", _contracts[8].balance, 0);
        _equal("anchor", _contracts[9].balance, 0);
    }

    /// A credit that no person owns would never be taken.
    function _checkCredits() private view {
        for (uint256 payer; payer < 9; ++payer) {
            if (payer == 4 || payer == 6 || payer == 8) continue;
            for (uint256 i; i < 10; ++i) {
                _equal("stuck", OrderEscrow(_contracts[payer]).credits(_contracts[i]), 0);
            }
        }
    }

    function _checkEscrow(address token, uint256 held) private view {
        uint256 owed = _escrow.organisationBalance(OrganisationId.wrap(1), token)
            + _escrow.organisationBalance(OrganisationId.wrap(2), token);
        for (uint256 i; i < _people.orderCount(); ++i) {
            Order memory order = _people.orders(i);
            OrderWord word = _escrow.orders(order.key());
            bool open = word.state() == OrderState.Held || word.state() == OrderState.Disputed;
            if (open && order.token == token) owed += word.amount();
        }
        if (token == address(0)) {
            owed += _credits(1);
        } else {
            for (uint256 i; i < _people.peopleCount(); ++i) {
                owed += _escrow.tokenCredits(IERC20(token), _people.people(i));
            }
        }
        _equal("escrow", held, owed);
    }

    /// The registry: bonds and credits. Claims: deposits, what was sent along, and credits.
    function _checkBonds() private view {
        uint256[3] memory locked;
        uint256 owed = _credits(2);
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            (, uint96 left) = _claims.funding(ComplaintId.wrap(uint64(id)));
            owed += left;
            if (!_people.isClaim(id)) continue;
            Order memory order = _people.orderOf(id);
            (uint96 amount,,, ClaimState state,) = _claims.claims(order.key());
            if (state != ClaimState.Open) continue;
            locked[OrganisationId.unwrap(order.organisation)] += amount;
            owed += _claims.depositFor(amount);
        }
        _equal("claims", address(_claims).balance, owed);
        owed = _credits(0);
        for (uint24 organisation = 1; organisation <= 2; ++organisation) {
            (uint96 balance, uint96 locked_) = _registry.bond(OrganisationId.wrap(organisation));
            _equal("locked", locked_, locked[organisation]);
            _equal("bond", balance, _people.bondOf(organisation));
            assert(locked_ <= balance);
            owed += balance;
        }
        _equal("registry", address(_registry).balance, owed);
    }

    /// Stakes, the fees of every round of every open dispute, and credits.
    function _checkCourt() private view {
        uint256 owed = _credits(3);
        for (uint256 i; i < _people.positionCount(); ++i) {
            owed += _court.positions(PositionId.wrap(uint32(i))).balance() * 1 gwei;
        }
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            owed += _people.held(id);
        }
        uint256[] memory brought = _people.publicDisputes();
        for (uint256 i; i < brought.length; ++i) {
            owed += _people.held(brought[i]);
        }
        _equal("court", address(_court).balance, owed);
    }

    /// Open pots, pots of the losing side not taken back, stakes not awarded, shares not taken, and credits.
    function _checkFund() private view {
        uint256 owed = _credits(5) + _fund.owedToBond(OrganisationId.wrap(1)) + _fund.owedToBond(OrganisationId.wrap(2));
        for (uint256 id = 1; id <= _people.complaintCount(); ++id) {
            uint256 levels = _fund.levels(ComplaintId.wrap(uint64(id)));
            for (uint256 level; level <= levels; ++level) {
                owed += _potsOwed(ComplaintId.wrap(uint64(id)), level, levels);
            }
        }
        _equal("fund", address(_fund).balance, owed);
    }

    function _potsOwed(ComplaintId id, uint256 level, uint256 levels) private view returns (uint256 owed) {
        IAppealFund.Appeal memory appeal = _fund.appeals(id, level);
        if (level < levels && !appeal.resolved) owed += appeal.stake;
        for (uint256 side; side < 2; ++side) {
            bool higher = side == 1;
            bool opened = level < levels && appeal.higher == higher;
            owed += _fund.pot(id, level, higher).shared;
            for (uint256 i; i < _people.peopleCount(); ++i) {
                IAppealFund.Contribution memory mine = _fund.contribution(id, level, higher, _people.people(i));
                if (!opened && !mine.refunded) owed += mine.amount;
                owed -= mine.taken;
            }
        }
    }

    function _credits(uint256 which) private view returns (uint256 sum) {
        for (uint256 i; i < _people.peopleCount(); ++i) {
            sum += OrderEscrow(_contracts[which]).credits(_people.people(i));
        }
    }

    // Seats

    /// Each position sits where draws put it, and nowhere else; whoever sits is still there.
    function _checkSeats() internal view {
        for (uint256 i; i < _people.positionCount(); ++i) {
            PositionId position = PositionId.wrap(uint32(i));
            _equal("seats", _court.positions(position).seats(), _people.seatsHeld(i));
            assert(_court.positions(position).owner() == _people.ownerOf(i));
            assert(_people.seatsHeld(i) == 0 || _people.ownerOf(i) != address(0));
        }
    }

    function _equal(string memory what, uint256 held, uint256 owed) internal pure {
        if (held != owed) revert Differs(what, held, owed);
    }
}
