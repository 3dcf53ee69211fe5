"""KeyRegistry, by keys.tree; signed keys are in test_signed_actions.py."""

from verdict import lower, verdict

KEY, OTHER = b"\x11" * 32, b"\x22" * 32


def test_a_key_is_its_accounts_own(house):
    me = house.customer
    done = house.keys.setKey(7, KEY, {"from": me})
    said = done.events["KeySet"]
    assert (said["account"], said["version"], bytes(said["key"])) == (me, 7, KEY)
    version, key = house.keys.keys(me)
    assert (version, bytes(key)) == (7, KEY)
    assert house.keys.keys(house.keeper)[0] == 0


def test_versions_rise(house):
    me = house.customer
    house.keys.setKey(7, KEY, {"from": me})
    for version in (0, 6, 7):
        found = verdict(house.keys.setKey, version, OTHER, by=me)
        assert found == ("VersionNotRising", lower(me), version, 7)
    house.keys.setKey(8, bytes(32), {"from": me})
    version, key = house.keys.keys(me)
    assert (version, bytes(key)) == (8, bytes(32))
    assert verdict(house.keys.setKey, 8, KEY, by=me) == ("VersionNotRising", lower(me), 8, 8)
