"""The service's settings, read once from the environment."""

from pathlib import Path

from pydantic import AliasChoices, Field, HttpUrl, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dapp.domain.site import Site, site_of


class Settings(BaseSettings):
    """Every setting; each is read from REDRESS_<NAME>, the database's also from DATABASE_URL.

    Addresses of nodes and databases may hold passwords: they are kept out of `repr` and logs.
    """

    model_config = SettingsConfigDict(env_prefix="REDRESS_", frozen=True, extra="ignore")

    node_url: str = Field(
        default="http://127.0.0.1:8545",
        repr=False,
        description="JSON-RPC address of the node; several, with commas between them, check and "
        "stand in for each other; semicolons part the nodes of several chains",
    )
    node_ws_url: str = Field(
        default="",
        repr=False,
        description="websocket address of the node: hears of blocks sooner than the next poll; "
        "one a chain, with semicolons between them",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="port of 127.0.0.1 on which the indexer shows its meters; 0 shows none",
    )
    database_url: str = Field(
        default="",
        repr=False,
        validation_alias=AliasChoices("REDRESS_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="PostgreSQL to use; `make up` starts an embedded one and sets it",
    )
    deployments_dir: Path = Field(
        default=Path("deployments"),
        validation_alias=AliasChoices(
            "REDRESS_DEPLOYMENTS_DIR", "REDRESS_DEPLOYMENTS", "deployments_dir"
        ),
        description="folder of CHAINID.json, and of CHAINID-VERSION.json for other versions of "
        "the contracts on that chain",
    )
    contracts_version: str = Field(
        default="",
        pattern="^[a-z0-9]{0,32}$",
        description="which version of the contracts pages and API show; empty for CHAINID.json",
    )
    chain_id: int | None = Field(
        default=None, gt=0, description="refuse to start unless the node serves this chain"
    )
    data_dir: Path = Field(default=Path(".redress"), description="everything stored by the service")
    vault_dir: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("REDRESS_VAULT_DIR", "REDRESS_VAULT", "vault_dir"),
        description="folder of the evidence; empty means vault under data_dir",
    )
    vault_quota_bytes: int = Field(
        default=20 * 1024**3, gt=0, description="what all evidence together may take on disk"
    )
    max_upload_bytes: int = Field(
        default=64 * 1024**2, gt=0, description="of one submission of evidence, files and all"
    )
    host: str = Field(default="127.0.0.1", description="address that the web server listens on")
    port: int = Field(default=8080, ge=0, le=65535, description="0 takes a free port")
    kubo_url: HttpUrl | None = Field(
        default=None,
        description="RPC address of a Kubo node, which is to hold all evidence as well",
    )
    pinning_url: str = Field(
        default="",
        repr=False,
        description="address of a service with the IPFS Pinning Service API (what /pins is added "
        "to), which is to hold all evidence as well; it fetches it from the Kubo node",
    )
    pinning_token_file: Path | None = Field(
        default=None,
        validate_default=True,
        description="file with the bearer token for the pinning service, which needs one",
    )
    public_url: str | None = Field(
        default=None,
        description="where people reach the pages, such as https://redress.example; without it "
        "only people at this very machine can sign in",
    )
    session_seconds: int = Field(
        default=12 * 3600, ge=60, le=30 * 86_400, description="how long somebody stays signed in"
    )
    poll_seconds: float = Field(
        default=0.25, gt=0, le=60, description="how often the indexer asks for the chain's head"
    )
    node_timeout_seconds: float = Field(default=20.0, gt=0, description="patience with the node")

    @field_validator("node_url")
    @classmethod
    def _names_a_node(cls, value: str) -> str:
        if not all(_parted(chain, ",") for chain in value.split(";")):
            raise ValueError("name at least one node")
        return value

    @field_validator("pinning_token_file")
    @classmethod
    def _fits_the_pinning_service(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if not info.data.get("pinning_url"):
            return value
        if value is None:
            raise ValueError("the pinning service needs a token")
        if info.data.get("kubo_url") is None:
            raise ValueError("the pinning service needs REDRESS_KUBO_URL, to fetch from")
        return value
    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str | None) -> str | None:
        return site_of(value).origin if value else None

    @property
    def site(self) -> Site | None:
        """Where people reach the pages, if that was told."""
        return site_of(self.public_url) if self.public_url else None

    @property
    def node_urls(self) -> list[list[str]]:
        """The nodes' addresses, a list a chain, the preferred one first."""
        return [_parted(chain, ",") for chain in self.node_url.split(";")]

    @property
    def node_ws_urls(self) -> list[str]:
        """A websocket's address for each chain; empty where there is none."""
        found = [url.strip() for url in self.node_ws_url.split(";")]
        return [*found, *[""] * len(self.node_urls)][: len(self.node_urls)]


def _parted(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]
