"""The service's settings, read once from the environment."""

from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, HttpUrl, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dapp.domain.site import Site, site_of


class Settings(BaseSettings):
    """Every setting; each is read from REDRESS_<NAME>, the databases' also without REDRESS_.

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
    web_metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="port of 127.0.0.1 on which the web server shows its meters; 0 shows none",
    )
    database_url: str = Field(
        default="",
        repr=False,
        validation_alias=AliasChoices("REDRESS_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="PostgreSQL to use; `make up` starts an embedded one and sets it",
    )
    database_url_read: str = Field(
        default="",
        repr=False,
        validation_alias=AliasChoices(
            "REDRESS_DATABASE_URL_READ", "DATABASE_URL_READ", "database_url_read"
        ),
        description="streaming replica of that PostgreSQL, or several behind one address: the "
        "index is read there while they keep up; empty for none",
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
    max_file_bytes: int = Field(
        default=5 * 1024**3, gt=0, description="of one file of evidence that comes by parts"
    )
    uploads_quota_bytes: int = Field(
        default=10 * 1024**3,
        gt=0,
        description="what files that come by parts may take together, beside the vault, until "
        "they are submitted",
    )
    waiting_hours: int = Field(
        default=72,
        gt=0,
        description="for how long evidence is kept that no event on chain names",
    )
    waiting_percent: int = Field(
        default=50,
        ge=1,
        le=99,
        description="how much of what the rest leaves of the vault such evidence may take",
    )
    waiting_client_bytes: int = Field(
        default=1024**3,
        gt=0,
        description="what of it, and of files by parts, may come from one network address where "
        "nobody is signed in",
    )
    waiting_account_bytes: int = Field(
        default=6 * 1024**3,
        gt=0,
        description="the same of an account that is signed in, and of one network address in all",
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
    service_url: str = Field(
        default="",
        repr=False,
        description="the service that commands read from and prepare with, such as "
        "https://redress.example; empty for the database of this machine",
    )
    clerk_recipient: str = Field(
        default="",
        pattern="^(age1[02-9ac-hj-np-z]{58})?$",
        description="age1… of the clerk (`redress clerk run`), who seals to the panel what authors "
        "have sealed to it; empty for none",
    )
    envelope_quota_bytes: int = Field(
        default=4 * 1024**3, gt=0, description="what all key envelopes together may take"
    )
    session_seconds: int = Field(
        default=12 * 3600, ge=60, le=30 * 86_400, description="how long somebody stays signed in"
    )
    smtp_host: str = Field(
        default="", description="server that takes our e-mail; empty: no e-mail is sent"
    )
    smtp_port: int = Field(default=587, gt=0, le=65535, description="of that server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`none` is for a server on this very machine"
    )
    smtp_user: str = Field(default="", description="whom we sign in as; empty: nobody")
    smtp_password_file: Path | None = Field(
        default=None, description="file with that user's password"
    )
    smtp_sender: str = Field(
        default="",
        validate_default=True,
        description="whom our e-mail comes from, such as Redress <messages@redress.example>",
    )
    messages_key_file: Path | None = Field(
        default=None,
        description="file with the key (an age identity) that protects where messages go; empty "
        "means messages.key under data_dir, made when it is not there; the same for all processes",
    )
    messages_local: bool = Field(
        default=False,
        description="webhooks may go to this machine and its neighbours, over http as well: for "
        "tests and development only",
    )
    reads_per_minute: int = Field(
        default=3_000,
        ge=0,
        description="what one address may read from pages, API and gateway; 0 sets no limit, and "
        "nobody at this very machine has one",
    )
    writes_per_minute: int = Field(
        default=120,
        ge=0,
        description="as reads_per_minute, of what is not only read, by address and by account, "
        "and of dear reads: transactions, bundles, panels, lists as of an earlier block "
        "or behind a mark of a chart",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="how many proxies of yours each request comes through; each must add to "
        "X-Forwarded-For",
    )
    mail_token_file: Path | None = Field(
        default=None,
        description="file with the bearer token of whoever posts complaints that came by e-mail "
        "(POST /v1/drafts/email); without it nobody may",
    )
    mail_address: str = Field(
        default="",
        description="where people write to, such as complaints@redress.example: never answered",
    )
    mail_max_bytes: int = Field(
        default=25 * 1024**2, gt=0, description="of one message, attachments and all"
    )
    draft_quota_bytes: int = Field(
        default=2 * 1024**3, gt=0, description="what all drafts together may take"
    )
    imap_host: str = Field(
        default="", description="server whose mailbox `redress mail run` looks into, over TLS"
    )
    imap_port: int = Field(default=993, gt=0, le=65535, description="of that server")
    imap_user: str = Field(default="", description="whom we sign in as there")
    imap_password_file: Path | None = Field(
        default=None, validate_default=True, description="file with that user's password"
    )
    imap_folder: str = Field(
        default="INBOX", pattern=r'^[^"\\\x00-\x1f]{1,200}$', description="the mailbox's folder"
    )
    audit_webhook: str = Field(
        default="", repr=False, description="where `redress audit` posts what it finds, as JSON"
    )
    relay_address: str = Field(
        default="",
        pattern="^(0x[0-9a-fA-F]{40})?$",
        description="account that `redress relay run` sends signed actions from; empty: there is "
        "no relay",
    )
    relay_batch_items: int = Field(
        default=20, ge=1, le=100, description="signed actions in one transaction, at most"
    )
    relay_batch_seconds: float = Field(
        default=5.0, ge=0, le=3600, description="how long the first of them waits for others"
    )
    relay_action_gas: int = Field(
        default=1_500_000, ge=50_000, le=8_000_000, description="of one signed action, at most"
    )
    relay_signer_day_wei: int = Field(
        default=2 * 10**16, ge=0, description="gas that the relay pays for one account in a day"
    )
    relay_organisation_day_wei: int = Field(
        default=2 * 10**17, ge=0, description="as much for actions about one organisation"
    )
    relay_day_wei: int = Field(default=10**18, ge=0, description="as much for all actions together")
    anchor_address: str = Field(
        default="",
        pattern="^(0x[0-9a-fA-F]{40})?$",
        description="account that `redress anchor run` promises and sends batches of signed "
        "complaints from; empty: none are taken",
    )
    anchor_opener: str = Field(
        default="",
        pattern="^(0x[0-9a-fA-F]{40})?$",
        description="the keeper's account, which customers name as the one that opens what would "
        "lapse; empty: only they open",
    )
    anchor_interval_seconds: float = Field(
        default=600.0, ge=0, le=86_400, description="how long the first of a batch waits for others"
    )
    anchor_margin_seconds: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="so long before the first promise of a batch ends it is sent at the latest",
    )
    anchor_promise_seconds: int = Field(
        default=3600,
        ge=60,
        le=7 * 86_400,
        description="how far off the time is by which a complaint that is prepared now is to be "
        "anchored; more than interval and margin together",
    )
    anchor_customer_waiting: int = Field(
        default=20, ge=1, description="signed complaints of one customer that may wait at a time"
    )
    anchor_organisation_waiting: int = Field(
        default=20_000, ge=1, description="as much about one organisation"
    )
    anchor_waiting: int = Field(default=200_000, ge=1, description="as much of all together")
    anchor_open_seconds: int = Field(
        default=12 * 3600,
        ge=0,
        le=3 * 86_400,
        description="so long before its time is over the keeper opens an anchored complaint",
    )
    sender_keystore: Path | None = Field(
        default=None,
        description="keystore (Web3 Secret Storage, version 3) of the account that this relay or "
        "keeper sends from",
    )
    sender_password_file: Path | None = Field(
        default=None,
        description="file with the keystore's password; without it, REDRESS_PASSPHRASE has it",
    )
    signer_url: str = Field(
        default="",
        repr=False,
        description="JSON-RPC address of a program that signs instead (eth_signTransaction), such "
        "as clef or web3signer",
    )
    sender_most_fee_wei: int = Field(
        default=200 * 10**9, gt=0, description="for a unit of gas; above it nothing is sent"
    )
    sender_stuck_seconds: float = Field(
        default=60.0, gt=0, description="after which a transaction is sent with higher fees"
    )
    sender_poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="how often relay and keeper look at what they sent"
    )
    poll_seconds: float = Field(
        default=0.25, gt=0, le=60, description="how often the indexer asks for the chain's head"
    )
    answers_memory_bytes: int = Field(
        default=512 * 1024**2,
        ge=0,
        description="what each server process may use to keep answers while they are true",
    )
    notices_file: Path | None = Field(
        default=None,
        description="Markdown that is shown on /status and /security: maintenance, incidents",
    )
    security_contact: str = Field(
        default="",
        pattern=r"^((mailto:|https://|tel:)\S+)?$",
        description="where to tell of weaknesses, as security.txt names it (RFC 9116), such as "
        "mailto:security@redress.example",
    )
    ready_lag_blocks: int = Field(
        default=20,
        ge=0,
        description="an index further behind its node than this makes /readyz fail",
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        le=600,
        description="how long a server that is told to end still serves, while /readyz fails: "
        "longer than a balancer before it takes to see that",
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

    @field_validator("smtp_sender")
    @classmethod
    def _is_a_sender(cls, value: str, info: ValidationInfo) -> str:
        is_address = "@" in parseaddr(value)[1] and value.isprintable()
        if info.data.get("smtp_host") and not is_address:
            raise ValueError("e-mail needs a sender, such as Redress <messages@redress.example>")
        return value

    @field_validator("imap_password_file")
    @classmethod
    def _fits_the_mailbox(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if info.data.get("imap_host") and (value is None or not info.data.get("imap_user")):
            raise ValueError("the mailbox needs REDRESS_IMAP_USER and REDRESS_IMAP_PASSWORD_FILE")
        return value

    @property
    def site(self) -> Site | None:
        """Where people reach the pages, if that was told."""
        return site_of(self.public_url) if self.public_url else None

    @property
    def messages_site(self) -> str:
        """What links in messages begin with; without a public address, they work here only."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

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
