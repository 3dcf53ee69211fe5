"""Which panel must be drawn, from the court's events and the model alone."""

import header
from model import Stake, panel


def _events(contract, name: str) -> list:
    return contract.events.get_sequence(0, event_type=name)


def stakes(house) -> dict[int, Stake]:
    """Every position as the court's events tell it."""
    found: dict[int, Stake] = {}
    for event in _events(house.court, "Staked"):
        facts = event["args"]
        found[facts["position"]] = Stake(facts["owner"], facts["tickets"], event["blockNumber"])
    for event in _events(house.court, "ExitRequested"):
        known = found[event["args"]["position"]]
        found[event["args"]["position"]] = Stake(
            known.owner, known.tickets, known.since, event["blockNumber"]
        )
    return found


def drawn(done) -> list[int]:
    """The positions that `draw` seated."""
    return [int(position) for position in done.events["Drawn"]["positions"]]


def expected(case, excluded=(), earlier=()) -> list[int]:
    _, seed = header.of_block(case.seed_block)
    apart = {str(case.customer), *map(str, excluded)}
    return panel(seed, case.number, case.round, stakes(case.house), apart, earlier)
