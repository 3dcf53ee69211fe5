// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClaimState, IBondClaims} from "../../../contracts/interfaces/IBondClaims.sol";
import {ComplaintId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {RegistryHouse} from "./RegistryHouse.sol";
import {bound, vm} from "./Vm.sol";

/// Many claims at once, whatever happens to them: held = owed + unclaimed. (tests/contracts/claims.tree)
contract BondClaimsManyTest is RegistryHouse {
    address private constant WALLET = address(0x5ec0);

    Order[] private _orders;
    address[3] private _payers = [address(0xf1), address(0xf2), address(0xf3)];

    function setUp() external {
        _build();
        registry.depositBond{value: 100 ether}(ORGANISATION);
        for (uint256 i; i < 3; ++i) {
            vm.deal(_payers[i], 100_000 ether);
        }
        vm.deal(WALLET, 1000 ether);
    }

    /// The most that each may claim, one after another, and nobody answers: nothing moves without a ruling.
    function test_fiveHundredClaimsAtOnceAllUnanswered() external {
        (uint256 held, uint256 deposits) = _claimFiveHundredTimes();
        vm.warp(START + 365 days);
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 100 ether && locked == held && held <= 90 ether);
        assert(address(registry).balance == 100 ether && address(claims).balance == deposits);
        // All of them lost: the bond has the deposits as well.
        for (uint256 i; i < _orders.length; ++i) {
            desk.divide(_orders[i], _id(i), 0, 0);
        }
        (balance, locked) = _bond();
        assert(balance == 100 ether + deposits && locked == 0 && address(claims).balance == 0);
    }

    /// The same, and all of them won, with costs besides: each gets what it held, and the costs what is free.
    function test_fiveHundredClaimsAtOnceAllWon() external {
        (uint256 held,) = _claimFiveHundredTimes();
        uint256 paid;
        for (uint256 i; i < _orders.length; ++i) {
            (, uint256 others) = _bond();
            others -= claims.valueOf(_orders[i], _id(i));
            paid += desk.divide(_orders[i], _id(i), 10_000, 1 ether).toCustomer;
            (uint256 balance, uint256 locked) = _bond();
            // Costs never touch what another claim holds.
            assert(locked == others && balance >= locked);
            assert(address(registry).balance == balance);
        }
        assert(paid >= held && paid <= 100 ether);
        assert(address(claims).balance == 0);
    }

    /// Each takes two coins, later a tenth of what is free but for a tenth of the bond; so that stays free, and a little
    /// more, until a tenth of that is less than a wei and no claim is accepted.
    function _claimFiveHundredTimes() private returns (uint256 held, uint256 deposits) {
        for (uint256 i; i < 500; ++i) {
            (, uint256 most) = claims.limit(ORGANISATION);
            uint256 free = 90 ether - held;
            assert(free != 0 && most == (free / 10 < 2 ether ? free / 10 : 2 ether));
            if (most == 0) {
                vm.expectRevert(abi.encodeWithSelector(IBondClaims.ClaimTooLarge.selector, ORGANISATION, 1, 0));
                claims.claim{value: 1}(ORGANISATION, 1, 1, 0, 10_000, 2, 0);
                continue;
            }
            _claim(CUSTOMER, uint96(most));
            held += most;
            deposits += claims.depositFor(most);
        }
    }

    /// An organisation claims from itself with a second wallet: without a ruling no way leads out of the bond.
    function test_ownClaimsTakeNothingOut() external {
        for (uint64 i = 1; i <= 4; ++i) {
            _claim(WALLET, 2 ether);
        }
        vm.prank(ADMIN);
        claims.fund{value: 3 ether}(ComplaintId.wrap(1));
        desk.splitFunded(_orders[0], ComplaintId.wrap(1), 10_000);
        desk.close(_orders[1], ComplaintId.wrap(2));
        desk.splitFunded(_orders[2], ComplaintId.wrap(3), 0);
        // What it offers itself without money sent along is not covered, and the notice runs for the rest.
        assert(!claims.covers(ComplaintId.wrap(4), 1));
        vm.prank(ADMIN);
        claims.withdrawFunding(ComplaintId.wrap(1), payable(ADMIN));
        (uint256 balance, uint256 locked) = _bond();
        assert(balance == 100 ether && locked == 2 ether && address(registry).balance == 100 ether);
        assert(WALLET.balance + ADMIN.balance + address(claims).balance == 2000 ether);
    }

    /// Two bytes choose what happens, the rest how much.
    function testFuzz_heldIsOwed(uint256[32] calldata acts) external {
        for (uint256 i; i < acts.length; ++i) {
            uint256 act = acts[i] % 8;
            uint256 value = acts[i] >> 16;
            if (act < 2 || _orders.length == 0) _claimSome(value);
            else if (act == 2) _fundSome(value);
            else if (act == 3) _takeSome(value);
            else if (act == 4) registry.depositBond{value: bound(value, 1, 5 ether)}(ORGANISATION);
            else if (act == 5) _charge(value);
            else _end(act == 6, value);
            _check();
        }
    }

    function _claimSome(uint256 value) private {
        (, uint256 most) = claims.limit(ORGANISATION);
        if (most != 0) _claim(value % 2 == 0 ? CUSTOMER : WALLET, uint96(bound(value, 1, most)));
    }

    function _fundSome(uint256 value) private {
        uint256 i = value % _orders.length;
        if (!_isOpen(i)) return;
        vm.prank(_payers[value % 3]);
        claims.fund{value: bound(value, 1, 3 ether)}(_id(i));
    }

    function _takeSome(uint256 value) private {
        ComplaintId complaint = _id(value % _orders.length);
        address payer = _payers[value % 3];
        if (claims.sentBy(complaint, payer) == 0) return;
        vm.prank(payer);
        claims.withdrawFunding(complaint, payable(payer));
    }

    function _charge(uint256 value) private {
        vm.prank(address(desk));
        registry.charge(ORGANISATION, uint96(bound(value, 0, 20 ether)), STRANGER);
    }

    function _end(bool ruled, uint256 value) private {
        uint256 i = value % _orders.length;
        if (!_isOpen(i)) return;
        uint16 share = uint16(bound(value, 0, 10_000));
        if (ruled) desk.divide(_orders[i], _id(i), share, uint96(bound(value, 0, 3 ether)));
        else if (claims.covers(_id(i), share)) desk.splitFunded(_orders[i], _id(i), share);
        else desk.close(_orders[i], _id(i));
    }

    function _check() private view {
        (uint256 balance, uint256 locked) = _bond();
        assert(address(registry).balance == balance);
        uint256 held;
        uint256 owed;
        for (uint256 i; i < _orders.length; ++i) {
            (uint96 amount,,,,) = claims.claims(_orders[i].key());
            (uint96 sent, uint96 left) = claims.funding(_id(i));
            uint256 payers;
            for (uint256 j; j < 3; ++j) {
                payers += claims.sentBy(_id(i), _payers[j]);
            }
            assert(payers == sent && left <= sent);
            owed += left;
            if (!_isOpen(i)) continue;
            held += amount;
            owed += claims.depositFor(amount);
        }
        assert(locked == held && locked <= balance);
        assert(address(claims).balance == owed);
    }

    function _claim(address customer, uint96 amount) private {
        bytes32 ref = bytes32(_orders.length);
        uint256 deposit = claims.depositFor(amount);
        vm.prank(customer);
        claims.claim{value: deposit}(ORGANISATION, 1, amount, ref, 10_000, 2, 0);
        _orders.push(Order(ORGANISATION, 1, customer, address(claims), ref));
    }

    function _isOpen(uint256 i) private view returns (bool) {
        (,,, ClaimState state,) = claims.claims(_orders[i].key());
        return state == ClaimState.Open;
    }

    function _id(uint256 i) private pure returns (ComplaintId) {
        return ComplaintId.wrap(uint64(i + 1));
    }
}
