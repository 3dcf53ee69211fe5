"""How long the slowest statement of all named reads takes, in the database alone."""

from scripts.benches.api_house import House
from scripts.benches.api_result import Slowest
from tests.explaining import Plans, asking
from tests.named_reads import READS

_TIMES = 3


async def slowest(found: House) -> Slowest:
    """Of several runs each read's quickest counts: whatever else runs here slows some."""
    plans = Plans(analyse=True)
    deployments = found.folder / "deployments"
    times: dict[str, float] = {}
    async with asking(found.database_url, found.world.url, deployments, plans) as sources:
        for name, read in READS.items():
            each = []
            for _ in range(_TIMES):
                plans.found.clear()
                await read(*sources)
                each.append(max(float(one.told["Execution Time"]) for one in plans.found))
            times[name] = min(each)
    name = max(times, key=lambda one: times[one])
    return Slowest(name, times[name])
