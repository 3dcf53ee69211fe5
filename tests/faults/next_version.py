"""Our commands as a version to come would have them: with one migration more.

python -m tests.faults.next_version index run
"""

from dapp.__main__ import main
from dapp.store import schema

NUMBER = 9999
# A new column, a new table and an index, as most migrations are.
_STATEMENTS = """
ALTER TABLE complaint ADD COLUMN colour text NOT NULL DEFAULT 'blue';
CREATE INDEX complaint_colour ON complaint (chain_id, colour);
CREATE TABLE colour (chain_id bigint PRIMARY KEY, name text NOT NULL);
"""
_known = schema.migrations


def migrations() -> list[tuple[int, str]]:
    """Ours, and the one to come."""
    return [*_known(), (NUMBER, _STATEMENTS)]


if __name__ == "__main__":
    schema.migrations = migrations
    main()
