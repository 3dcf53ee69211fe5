"""What a dispute costs in gas is pinned, so that a change which costs gas is seen."""

import json

from scripts.benches import gas
from scripts.benches.peers import PEERS


def test_the_gas_of_a_dispute_is_as_pinned() -> None:
    old = json.loads(gas.PINNED.read_text(encoding="utf-8"))
    new = gas.pinned()
    assert new == old, _differences(old, new)


def test_the_bench_writes_what_others_read() -> None:
    found = gas.result(gas.measure(counted=2))
    assert json.loads(json.dumps(found)) == found
    assert found["total_direct"] == sum(found["calls"].values())
    for name, used in found["calls"].items():
        least, most = found["spread"][name]
        assert 21_000 < least <= used <= most
    assert set(found["peers"]) == {peer.name for peer in PEERS}
    assert {"total_relayed", "total_with_appeal", "stake_avg"} < set(found)


def _differences(old: dict[str, int], new: dict[str, int]) -> str:
    lines = ["the gas is not as pinned; if it should be so, run 'make bench-gas PIN=1'"]
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, 0), new.get(name, 0)
        if before != after:
            lines.append(f"  {name:<14}{before:>9} -> {after:>9}  {after - before:+d}")
    return "\n".join(lines)
