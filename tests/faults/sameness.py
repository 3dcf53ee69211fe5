"""Two indexes of one chain, row by row."""

from tests.indexing import Indexed


def assert_same(index: Indexed, fresh: Indexed) -> None:
    """Fail with the first difference between two indexes, unless they are the same."""
    for ours, true in ((index.log(), fresh.log()), (index.read_model(), fresh.read_model())):
        for table, rows in true.items():
            here, there = set(ours[table]), set(rows)
            missing = [row for row in rows if row not in here]
            extra = [row for row in ours[table] if row not in there]
            wrong = missing or extra or rows
            assert ours[table] == rows, (
                f"{table}: {len(missing)} rows missing, {len(extra)} too many,"
                f" such as {str(wrong[0])[:300]}"
            )
