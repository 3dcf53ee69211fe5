"""`make bench`: runs every bench."""

import sys

from scripts.benches import api, audit, evidence, gas, index
from scripts.toolchain.refusal import exit_code_of


def main() -> int:
    """Run them one after another, so that none disturbs the next."""
    return gas.main(()) or index.main(()) or evidence.main(()) or audit.main(()) or api.main(())


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
