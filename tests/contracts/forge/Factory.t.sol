// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Cradle, Factory} from "contracts/Factory.sol";
import {IFactory} from "contracts/interfaces/IFactory.sol";
import {vm} from "./Vm.sol";

contract Thing {
    address public immutable peer;

    constructor(address peer_) {
        require(peer_ != address(0), "a peer");
        peer = peer_;
    }
}

contract FactoryTest {
    bytes32 private constant RELEASE = "redress-1";
    Factory private _factory = new Factory();

    function test_PartsNameEachOtherInACircle() external {
        (address a, address b) = (_at("a"), _at("b"));
        _factory.deploy(RELEASE, _parts(b, a));
        assert(Thing(a).peer() == b && Thing(b).peer() == a);
    }

    function test_TheAddressDoesNotDependOnTheCode() external {
        address a = _at("a");
        IFactory.Part[] memory parts = new IFactory.Part[](1);
        parts[0] = IFactory.Part("a", type(Factory).creationCode);
        _factory.deploy(RELEASE, parts);
        assert(a.codehash == address(_factory).codehash);
    }

    function test_AnotherDeployerOrReleaseHasOtherAddresses() external view {
        assert(_factory.addressOf(address(1), RELEASE, "a") != _at("a"));
        assert(_factory.addressOf(address(this), "redress-2", "a") != _at("a"));
    }

    function test_RevertWhen_ThePartIsThere() external {
        _factory.deploy(RELEASE, _parts(address(1), address(2)));
        vm.expectRevert(abi.encodeWithSelector(IFactory.PartExists.selector, bytes32("a"), _at("a")));
        _factory.deploy(RELEASE, _parts(address(1), address(2)));
    }

    function test_RevertWhen_AConstructorRefuses() external {
        vm.expectRevert(abi.encodeWithSelector(IFactory.PartFailed.selector, bytes32("b")));
        _factory.deploy(RELEASE, _parts(address(1), address(0)));
    }

    function test_RevertWhen_SomebodyElseUsesACradle() external {
        _factory.deploy(RELEASE, _parts(address(1), address(2)));
        bytes32 salt = keccak256(abi.encode(address(this), RELEASE, bytes32("a")));
        bytes32 hash = keccak256(type(Cradle).creationCode);
        bytes32 place = keccak256(abi.encodePacked(bytes1(0xff), address(_factory), salt, hash));
        vm.expectRevert(abi.encodeWithSelector(IFactory.OnlyFactory.selector, address(this)));
        Cradle(address(uint160(uint256(place)))).create(type(Factory).creationCode);
    }

    function _at(bytes32 name) private view returns (address) {
        return _factory.addressOf(address(this), RELEASE, name);
    }

    function _parts(address ofA, address ofB) private pure returns (IFactory.Part[] memory parts) {
        parts = new IFactory.Part[](2);
        parts[0] = IFactory.Part("a", bytes.concat(type(Thing).creationCode, abi.encode(ofA)));
        parts[1] = IFactory.Part("b", bytes.concat(type(Thing).creationCode, abi.encode(ofB)));
    }
}
