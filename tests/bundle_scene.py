"""Where the stories of bundles happen: a world, its organisation and a shelf of evidence."""

import io
from dataclasses import dataclass, field

from dapp.chain.keccak import keccak
from dapp.domain.policy import Policy
from dapp.domain.types import Address, Digest, OrganisationId, hash32, raw
from evidence.cid import CID, RAW, cid_of, digest_to_cid
from evidence.manifest import Item, Kind, Manifest, Visibility, digest, encode, parse
from evidence.unixfs import import_file
from tests.bundle_maker import Bundle, Maker
from tests.world import World


@dataclass(frozen=True)
class Told:
    """A bundle, and what a verifier must say of it.

    Attributes:
        block_hash: of the block to trust.
        verdict: what it says.
        previous: the name of the bundle whose verdict an increment rests on.
    """

    name: str
    bundle: Bundle
    block_hash: str
    verdict: str = "verified"
    previous: str | None = None


@dataclass
class Scene:
    """A world with an organisation, its arbitrators and a shelf of evidence."""

    world: World
    blocks: dict[CID, bytes] = field(default_factory=dict)
    organisation: OrganisationId = field(default=OrganisationId(1))

    def register(self, policy: Policy) -> OrganisationId:
        """An organisation whose agreement is on the shelf."""
        agreement = self.say(self.world.organisation, "What we promise.")
        return self.world.register(policy, what=agreement)

    def say(self, author: Address, text: str, *files: bytes) -> Digest:
        """A manifest on the shelf; its digest."""
        items = []
        for number, content in enumerate(files):
            stored = import_file(io.BytesIO(content), self.blocks.__setitem__)
            kind = Kind.FILE, Visibility.PUBLIC
            name = f"file {number}.txt"
            items.append(Item(name, "text/plain", stored.size, stored.cid, *kind))
        manifest = Manifest(
            salt=keccak(text.encode()),
            chain=f"eip155:{self.world.chain_id}",
            desk=self.world.contracts["ComplaintDesk"].lower(),
            author=author.lower(),
            items=tuple(items),
            text=text,
        )
        data = encode(manifest)
        self.blocks[cid_of(RAW, data)] = data
        return Digest(hash32(digest(data)))

    def maker(self, without: Digest | None = None) -> Maker:
        """Of bundles at the head, perhaps without the files of one manifest."""
        blocks = dict(self.blocks)
        if without is not None:
            for item in parse(blocks[digest_to_cid(raw(without))]).items:
                del blocks[item.cid]
        return Maker(self.world, blocks)
