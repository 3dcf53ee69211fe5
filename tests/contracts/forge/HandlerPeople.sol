// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrationCourt} from "../../../contracts/interfaces/IArbitrationCourt.sol";
import {IForwarder} from "../../../contracts/interfaces/IForwarder.sol";
import {ComplaintId, OrganisationId} from "../../../contracts/types/Ids.sol";
import {Order} from "../../../contracts/types/Order.sol";
import {Policy} from "../../../contracts/types/Policy.sol";
import {Round} from "../../../contracts/types/Round.sol";
import {Coin, TurncoatToken} from "./EscrowTokens.sol";
import {HandlerBooks} from "./HandlerBooks.sol";
import {Refuser} from "./House.sol";
import {vm} from "./Vm.sol";

/// Who plays, and how they act: in person, or by a signature that somebody else carries.
abstract contract HandlerPeople is HandlerBooks {
    uint256 internal constant ARBITRATORS = 12;
    /// At home before the house court, and before an arbitrator outside.
    OrganisationId internal constant ABROAD = OrganisationId.wrap(2);
    address internal constant RELAYER = address(0x3e1a);

    /// Everybody who may be owed something.
    address[] public people;
    address[4] internal _customers;
    mapping(address account => uint256) private _keys;
    uint256 private _nonce;
    Coin internal _coin = new Coin();
    TurncoatToken internal _turncoat = new TurncoatToken();

    Order[] internal _orders;
    mapping(bytes32 key => uint256 indexPlusOne) private _orderAt;
    /// By complaint, from 1 on.
    mapping(uint256 complaint => bytes32 key) private _keyOf_;
    uint256 public complaintCount;
    uint256[] internal _publicDisputes;
    /// What was done, for whoever wants to know whether a campaign got anywhere.
    mapping(bytes32 what => uint256) public counted;

    constructor() {
        vm.recordLogs();
        _build(ARBITRATORS);
        vm.prank(ADMIN);
        registry.register(_policy(4), keccak256("agreement"));
        vm.prank(ADMIN);
        registry.depositBond{value: BOND}(ABROAD);
        vm.prank(address(timelock));
        escrow.setTokenRate(address(_coin), 2e18);
        vm.prank(address(timelock));
        escrow.setTokenRate(address(_turncoat), 1e18);
        _read(vm.getRecordedLogs());
        _keys[ADMIN] = ADMIN_KEY;
        people.push(ADMIN);
        for (uint256 i; i < 3; ++i) {
            _customers[i] = vm.addr(CUSTOMER_KEY + i);
            _keys[_customers[i]] = CUSTOMER_KEY + i;
        }
        _customers[3] = address(new Refuser());
        for (uint256 i; i < 4; ++i) {
            people.push(_customers[i]);
            vm.prank(_customers[i]);
            _coin.approve(address(escrow), type(uint256).max);
        }
        for (uint256 i; i < ARBITRATORS; ++i) {
            _keys[_arbitrator(i)] = _arbitratorKey(i);
            people.push(_arbitrator(i));
        }
        people.push(RELAYER);
        people.push(STRANGER);
        people.push(BURN);
        people.push(address(fund));
        people.push(address(publicArbitrator));
        people.push(address(outside));
        people.push(address(desk));
    }

    function peopleCount() external view returns (uint256) {
        return people.length;
    }

    function orderCount() external view returns (uint256) {
        return _orders.length;
    }

    function orders(uint256 index) external view returns (Order memory) {
        return _orders[index];
    }

    function orderOf(uint256 complaint) external view returns (Order memory) {
        return _orderOf(complaint);
    }

    function publicDisputes() external view returns (uint256[] memory) {
        return _publicDisputes;
    }

    function tokens() external view returns (address, address) {
        return (address(_coin), address(_turncoat));
    }

    function isClaim(uint256 complaint) public view returns (bool) {
        return _orderOf(complaint).token == address(claims);
    }

    function _orderOf(uint256 complaint) internal view returns (Order storage) {
        return _orders[_orderAt[_keyOf_[complaint]] - 1];
    }

    function _keyOfCase(uint256 complaint) internal view override returns (bytes32) {
        return _keyOf_[complaint];
    }

    function _filed(uint256 complaint, bytes32 key) internal override {
        _require(complaint == ++complaintCount, "a gap in the numbers", complaint);
        _keyOf_[complaint] = key;
    }

    function _opened(uint256 dispute) internal override {
        _publicDisputes.push(dispute);
    }

    /// Its books can be asked for from now on.
    function _remember(Order memory order) internal {
        _orders.push(order);
        _orderAt[order.key()] = _orders.length;
    }

    function _id(uint256 complaint) internal pure returns (ComplaintId) {
        return ComplaintId.wrap(uint64(complaint));
    }

    function _random(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    /// 0 if it cannot sign.
    function _key(address account) internal view returns (uint256) {
        return _keys[account];
    }

    // Acting

    /// `actor` does it, mostly by itself; now and then it signs, and the relayer sends it and the money. Must not fail.
    function _act(address actor, address target, bytes memory data, uint256 value, uint256 seed) internal {
        uint256 way = _keys[actor] == 0 ? 2 : _random(seed, 77) % 8;
        if (way > 1 || forwarder.typeHash(bytes4(data)) == 0) return _send(actor, target, data, value);
        IForwarder.SignedAction[] memory items = new IForwarder.SignedAction[](1);
        items[0] = _signed(actor, target, data);
        bool alone = way == 1 || value != 0;
        _send(
            RELAYER,
            address(forwarder),
            alone
                ? abi.encodeCall(IForwarder.actWithSig, (items[0]))
                : abi.encodeCall(IForwarder.batch, (items, 5_000_000)),
            value
        );
        uint256 nonce = items[0].nonce;
        _require(forwarder.nonces(actor, nonce >> 8) >> (nonce & 0xff) & 1 == 1, "a batch's item failed", nonce);
    }

    function _send(address sender, address target, bytes memory data, uint256 value) internal {
        vm.deal(sender, sender.balance + value);
        vm.recordLogs();
        vm.prank(sender);
        (bool done, bytes memory reason) = target.call{value: value}(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        _read(vm.getRecordedLogs());
        _noted = 0;
    }

    /// Whoever tries this must not succeed.
    function _mustFail(address sender, address target, bytes memory data, string memory what) internal {
        vm.prank(sender);
        (bool done,) = target.call(data);
        _require(!done, what, 0);
    }

    function _signed(address actor, address target, bytes memory data)
        private
        returns (IForwarder.SignedAction memory)
    {
        (uint256 nonce, uint256 deadline) = (++_nonce, _now() + 1);
        bytes memory arguments = new bytes(data.length - 4);
        for (uint256 i; i < arguments.length; ++i) {
            arguments[i] = data[i + 4];
        }
        bytes32 typeHash = forwarder.typeHash(bytes4(data));
        bytes32 content = keccak256(bytes.concat(typeHash, arguments, abi.encode(actor, target, nonce, deadline)));
        return IForwarder.SignedAction(target, data, actor, nonce, deadline, _sign(actor, content));
    }

    function _sign(address actor, bytes32 content) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Redress"),
                keccak256("1"),
                block.chainid,
                forwarder
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[actor], keccak256(abi.encodePacked(hex"1901", domain, content)));
        return abi.encodePacked(r, s, v);
    }

    // The court's record

    /// What the record of the dispute's open round must be, whatever ends it.
    function _note(uint256 dispute) internal {
        Round round = court.rounds(dispute);
        if (Round.unwrap(round) == 0) {
            _noted = 0;
            return;
        }
        uint256 count = round.drawn() ? round.seats() : 0;
        uint256[] memory more = new uint256[](count > 3 ? (count + 2) / 6 : 0);
        for (uint256 i = 3; i < count; ++i) {
            (, uint256 bits) = _seat(dispute, i);
            more[(i - 3) / 6] |= bits << (i - 3) % 6 * 40;
        }
        _noted = keccak256(abi.encode(_priorRecord[dispute], round, more, court.commits(dispute)));
    }

    function _seat(uint256 dispute, uint256 number) internal view returns (address owner, uint256 bits) {
        uint256 position;
        uint256 vote;
        (position, owner, vote) = _seatOf(dispute, uint8(number));
        bits = position | vote << 26;
    }

    function _seatOf(uint256 dispute, uint8 number) private view returns (uint256, address, uint256) {
        (bool done, bytes memory answer) =
            address(court).staticcall(abi.encodeCall(IArbitrationCourt.seat, (dispute, number)));
        _require(done, "no such seat", number);
        return abi.decode(answer, (uint256, address, uint256));
    }
}
