// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IArbitrationCourt} from "../../../../contracts/interfaces/IArbitrationCourt.sol";
import {IComplaintDesk} from "../../../../contracts/interfaces/IComplaintDesk.sol";
import {IForwarder} from "../../../../contracts/interfaces/IForwarder.sol";
import {Forwarder} from "../../../../contracts/Forwarder.sol";
import {Phase} from "../../../../contracts/libraries/Phases.sol";
import {Play, Stage} from "../Play.sol";
import {vm} from "../Vm.sol";

/// A wallet that can change hands.
contract SharedWallet is IERC1271 {
    address public owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function handOver(address owner_) external {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecover(digest, signature);
        return signer == owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    receive() external payable {}
}

/// Attacks with signatures that were given for something else.
contract SignatureAttacksTest is Play {
    function setUp() external {
        _build(12);
    }

    /// One signature is for one chain, one forwarder, one contract, one actor and one nonce.
    function test_signatureReplay() external {
        Case memory self = _play(Stage.Offered, 0);
        bytes memory action = abi.encodeCall(desk.withdraw, (self.id, self.order, 1));
        IForwarder.SignedAction memory signed = _sign(address(desk), CUSTOMER_KEY, action, 7);
        bytes memory invalid = abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, CUSTOMER);
        // Another chain.
        vm.chainId(1);
        vm.expectRevert(invalid);
        forwarder.actWithSig(signed);
        vm.chainId(31_337);
        // Another release's forwarder.
        Forwarder other = new Forwarder();
        vm.expectRevert(invalid);
        other.actWithSig(signed);
        // Another contract.
        signed.target = address(claims);
        vm.expectRevert(invalid);
        forwarder.actWithSig(signed);
        signed.target = address(desk);
        // Another actor, nonce, deadline, action.
        signed.actor = ADMIN;
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, ADMIN));
        forwarder.actWithSig(signed);
        (signed.actor, signed.nonce) = (CUSTOMER, 8);
        vm.expectRevert(invalid);
        forwarder.actWithSig(signed);
        (signed.nonce, signed.deadline) = (7, signed.deadline + 1);
        vm.expectRevert(invalid);
        forwarder.actWithSig(signed);
        --signed.deadline;
        signed.action = abi.encodeCall(desk.withdraw, (self.id, self.order, 2));
        vm.expectRevert(invalid);
        forwarder.actWithSig(signed);
        signed.action = bytes.concat(action, bytes32(0));
        vm.expectRevert(invalid);
        forwarder.actWithSig(signed);

        signed.action = action;
        vm.prank(STRANGER);
        forwarder.actWithSig(signed);
        assert(desk.phase(self.id) == Phase.Withdrawn);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.NonceUsed.selector, CUSTOMER, 7));
        forwarder.actWithSig(signed);
        signed = _sign(address(escrow), CUSTOMER_KEY, abi.encodeCall(escrow.release, (self.order)), 7);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.NonceUsed.selector, CUSTOMER, 7));
        forwarder.actWithSig(signed);
    }

    /// Who owned a wallet, or owns another one, does not sign for it.
    function test_signatureReplayAcrossAWalletsOwners() external {
        SharedWallet wallet = new SharedWallet(CUSTOMER);
        SharedWallet second = new SharedWallet(CUSTOMER);
        Case memory self = _play(_pay(address(wallet), 1 ether), Stage.Filed, 0);
        Case memory other = _play(_pay(address(second), 1 ether), Stage.Filed, 0);
        bytes memory action = abi.encodeCall(desk.withdraw, (self.id, self.order, 0));
        IForwarder.SignedAction memory signed = _signFor(address(desk), CUSTOMER_KEY, address(wallet), action, 0);
        // For the other wallet of the same owner; and by the owner for itself.
        signed.actor = address(second);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, address(second)));
        forwarder.actWithSig(signed);
        signed.actor = CUSTOMER;
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, CUSTOMER));
        forwarder.actWithSig(signed);
        signed.actor = address(wallet);
        // Signed before the wallet changed hands, sent after.
        wallet.handOver(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.SignatureInvalid.selector, address(wallet)));
        forwarder.actWithSig(signed);
        forwarder.actWithSig(_signFor(address(desk), ADMIN_KEY, address(wallet), action, 0));
        assert(desk.phase(self.id) == Phase.Withdrawn && desk.phase(other.id) == Phase.Filed);
    }

    /// Nobody can say by himself who acts: the last bytes count from the forwarder only, which takes what was signed.
    function test_actorForgedBehindTheArguments() external {
        Case memory self = _play(Stage.Offered, 0);
        bytes memory action = abi.encodeCall(desk.withdraw, (self.id, self.order, 1));
        vm.startPrank(STRANGER);
        (bool done, bytes memory answer) = address(desk).call(abi.encodePacked(action, STRANGER, CUSTOMER));
        assert(!done && bytes4(answer) == IComplaintDesk.NotCustomer.selector);
        // What a signer adds behind the arguments is not the actor either.
        vm.stopPrank();
        IForwarder.SignedAction memory signed =
            _sign(address(desk), ADMIN_KEY, abi.encodePacked(action, STRANGER, CUSTOMER), 0);
        vm.expectRevert(abi.encodeWithSelector(IComplaintDesk.NotCustomer.selector, self.id, ADMIN, CUSTOMER));
        forwarder.actWithSig(signed);
        // A call without arguments, so that those of the suffix are read as such.
        signed = _sign(address(desk), CUSTOMER_KEY, abi.encodePacked(desk.withdraw.selector), 1);
        (done,) = address(forwarder).call(abi.encodeCall(forwarder.actWithSig, (signed)));
        assert(!done);
    }

    /// The money that comes with one call pays for one action: a batch carries none.
    function test_valueCountedTwiceInABatch() external {
        Case memory self = _play(Stage.Offered, 0);
        Case memory other = _play(Stage.Offered, 0);
        (, uint256 cost) = desk.escalationCost(self.id, self.order);
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](2);
        items[0] = _escalation(self, 0);
        items[1] = _escalation(other, 1);
        (bool done,) =
            address(forwarder).call{value: cost}(abi.encodeCall(forwarder.batch, (items, uint256(1_000_000))));
        assert(!done);
        bool[] memory each = forwarder.batch(items, 1_000_000);
        assert(!each[0] && !each[1]);
        // Sent one by one, each needs its own.
        forwarder.actWithSig{value: cost}(items[0]);
        vm.expectRevert(abi.encodeWithSelector(IArbitrationCourt.ValueInvalid.selector, cost, 0));
        forwarder.actWithSig(items[1]);
        assert(desk.phase(self.id) == Phase.Escalated && desk.phase(other.id) == Phase.Offered);
        _same(address(forwarder).balance, 0);
    }

    /// One item was sent by somebody else first, another is starved or fails: the rest goes on, and what failed can be
    /// sent again.
    function test_batchedActionsFrontRun() external {
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](3);
        Case[3] memory all;
        for (uint256 i; i < 3; ++i) {
            all[i] = _play(Stage.Filed, 0);
            items[i] =
                _sign(address(desk), CUSTOMER_KEY, abi.encodeCall(desk.withdraw, (all[i].id, all[i].order, 0)), i);
        }
        vm.prank(STRANGER);
        forwarder.actWithSig(items[0]);
        _offer(all[1], 0);
        bool[] memory done = forwarder.batch(items, 1_000_000);
        assert(!done[0] && !done[1] && done[2]);
        assert(desk.phase(all[0].id) == Phase.Withdrawn && desk.phase(all[1].id) == Phase.Offered);
        _same(forwarder.nonces(CUSTOMER, 0), 5);
    }

    /// A sponsor relays a signed escalation: what comes back is the sponsor's, and none of it the signer's.
    function test_refundsOfASponsorsMoney() external {
        Case memory self = _play(Stage.Offered, 0);
        (, uint256 cost) = desk.escalationCost(self.id, self.order);
        uint256 sponsor = STRANGER.balance;
        uint256 customer = CUSTOMER.balance;
        vm.prank(STRANGER);
        forwarder.actWithSig{value: cost}(_escalation(self, 0));
        _settle(self, ADMIN, 0, 5000);
        _settle(self, CUSTOMER, 0, 5000);
        _same(STRANGER.balance, sponsor);
        _same(CUSTOMER.balance, customer + 0.5 ether);
    }

    function _escalation(Case memory self, uint256 nonce) private view returns (IForwarder.SignedAction memory) {
        bytes memory action = abi.encodeCall(desk.escalate, (self.id, self.order, 1, 10_000, bytes32(0)));
        return _sign(address(desk), CUSTOMER_KEY, action, nonce);
    }
}
