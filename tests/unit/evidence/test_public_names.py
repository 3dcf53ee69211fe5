import re

import evidence
from evidence import errors


def test_public_names_are_pinned() -> None:
    assert set(evidence.__all__) == {
        "CID", "Budget", "CarReader", "Collected", "Delivery", "Enclosed", "Envelope",
        "EvidenceError", "Holder", "Item", "Kind", "Limits", "Manifest", "Part", "Plain",
        "Removed", "StoredFile", "Upload", "Uploads", "Vault", "Visibility", "Wait", "Waiting",
        "back_up", "cid_of", "digest", "digest_to_cid", "encode", "file_size", "import_file",
        "key_of", "new_identity", "open_envelope", "open_item", "parse", "parse_cid", "read_file",
        "recipient_of", "recipient_of_key", "recover", "seal", "seal_envelope", "seal_files",
        "sealed_item", "sealed_items", "unseal", "walk", "write_car",
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
