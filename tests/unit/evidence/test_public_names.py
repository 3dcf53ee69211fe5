import re

import evidence
from evidence import errors


def test_public_names_are_pinned() -> None:
    assert set(evidence.__all__) == {
        "CID", "CarReader", "Collected", "Delivery", "EvidenceError", "Item", "Kind", "Manifest",
        "Removed", "StoredFile", "Vault", "Visibility", "cid_of", "digest", "digest_to_cid",
        "encode", "file_size", "import_file", "parse", "parse_cid", "read_file", "walk",
        "write_car",
    }  # fmt: skip
    assert all(hasattr(evidence, name) for name in evidence.__all__)


def test_every_error_is_drawn_in_the_tree_with_its_code() -> None:
    drawn = dict(re.findall(r"─ (\w+) +([a-z_]+) ", errors.__doc__ or ""))
    leaves = {
        name: kind.code
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, errors.EvidenceError)
        and not kind.__subclasses__()
    }
    assert {name: drawn.get(name) for name in leaves} == leaves
    assert len(set(leaves.values())) == len(leaves)
