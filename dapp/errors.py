"""The one exception tree; every error has a stable code, which interfaces show and tests pin.

RedressError
├── Retryable                     the same call may succeed later
│   ├── NodeUnavailable           node-unavailable       no answer, or none that makes sense
│   ├── NodeBusy                  node-busy              429, or the server failed
│   ├── ChainMoved                chain-moved            the block asked about is no longer there
│   ├── DatabaseUnavailable       database-unavailable
│   ├── BalanceTooLow             balance-too-low        the sender of transactions needs money
│   ├── FeeTooLow                 fee-too-low            a node wants more for a transaction
│   ├── FeesTooHigh               fees-too-high          gas costs more than we are to pay
│   ├── BudgetExhausted           budget-exhausted       the relay pays no more of it today
│   └── TooMany                   too-many-requests      fields: retry_after_seconds, quota
└── Final                         the same call fails again
    ├── NodeRefused               node-refused           a JSON-RPC error; fields: rpc_code, data
    ├── WrongChain                wrong-chain
    ├── DeploymentMissing         deployment-missing
    ├── DeploymentMismatch        deployment-mismatch
    ├── DatabaseUnset             database-unset         no database is named
    ├── DatabaseForeign           database-foreign       tables that are not ours
    ├── DatabaseNewer             database-newer         the schema of a later version
    ├── IndexerRunning            indexer-running        another process writes this chain's rows
    ├── SenderRunning             sender-running         another process sends from this account
    ├── SignerUnusable            signer-unusable        the key, or who keeps it, is no use
    ├── RelayOff                  relay-off              nobody sends signed actions here
    ├── AnchorOff                 anchor-off             nobody anchors signed complaints here
    ├── NonceSpent                nonce-spent            another transaction has that nonce
    ├── IntegrityBroken           integrity-broken       the node contradicts itself
    │   └── FinalityBroken        finality-broken        a block that was final is gone
    ├── Unproven                  unproven               a bundle does not hold what it claims
    ├── Undecodable               undecodable            bytes that do not fit the ABI
    ├── Unbuilt                   artifact-missing       an artifact is not there
    ├── NotFound                  not-found
    │   └── Erased                evidence-erased        fields: reason, erased_at
    ├── InvalidInput              invalid-input          fields: field
    ├── Refused                   refused                the rules forbid it now
    ├── SignInRequired            sign-in-required       nobody is signed in
    ├── CrossSite                 cross-site             another site's page asks for a change
    ├── Forbidden                 forbidden              the account has no right to it
    ├── EnvelopesFull             envelopes-full         no room for more key envelopes
    ├── DraftsFull                drafts-full            no room for more drafts
    └── ContractRefused           contract-<error-name>  a custom error of a contract; fields: its
                                                         arguments
"""

from collections.abc import Mapping
from typing import ClassVar


class RedressError(Exception):
    """Something that went wrong, in words for people and a code for programs.

    Attributes:
        code: stable, kebab-case.
        message: one plain sentence without a full stop; never holds a secret or a full URL.
        remedy: what to do about it, in the imperative, or None.
        fields: what the message is about, for programs.
    """

    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None = None,
        code: str | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message if remedy is None else f"{message}. {remedy}.")
        self.code = code or self.default_code
        self.message = message
        self.remedy = remedy
        self.fields: dict[str, object] = dict(fields or {})


class Retryable(RedressError):
    """The same call may succeed later."""


class TooMany(Retryable):
    """Somebody asks for more than their share; `retry_after_seconds` says for how long."""

    default_code = "too-many-requests"


class Final(RedressError):
    """The same call fails again until somebody changes something."""


class NodeUnavailable(Retryable):
    """The node does not answer, or its answer makes no sense."""

    default_code = "node-unavailable"


class NodeBusy(Retryable):
    """The node asks for patience.

    `fields["retry_after_seconds"]` is there when it said for how long.
    """

    default_code = "node-busy"


class ChainMoved(Retryable):
    """The block that was asked about is no longer on the chain."""

    default_code = "chain-moved"


class DatabaseUnavailable(Retryable):
    """The database does not answer."""

    default_code = "database-unavailable"


class BalanceTooLow(Retryable):
    """The account that sends cannot pay; `fields` hold `sender`, `balance` and `needed`, in wei."""

    default_code = "balance-too-low"


class FeeTooLow(Retryable):
    """A node wants a higher fee before it takes a transaction."""

    default_code = "fee-too-low"


class FeesTooHigh(Retryable):
    """Gas costs more than the settings let us pay."""

    default_code = "fees-too-high"


class BudgetExhausted(Retryable):
    """The relay has paid what it pays in a day; `fields` hold `scope`, `subject`, `limit` (wei)."""

    default_code = "budget-exhausted"


class NodeRefused(Final):
    """The node answered a call with an error; `fields` hold `rpc_code` and `data` (0x… or None)."""

    default_code = "node-refused"


class WrongChain(Final):
    """The node serves another chain than the one that was asked for."""

    default_code = "wrong-chain"


class DeploymentMissing(Final):
    """There is no deployment file for the node's chain."""

    default_code = "deployment-missing"


class DeploymentMismatch(Final):
    """What the chain holds is not what the deployment file or the artifacts say."""

    default_code = "deployment-mismatch"


class DatabaseUnset(Final):
    """No database is named."""

    default_code = "database-unset"


class DatabaseForeign(Final):
    """The database holds tables that are not ours."""

    default_code = "database-foreign"


class DatabaseNewer(Final):
    """The database was made by a later version."""

    default_code = "database-newer"


class IndexerRunning(Final):
    """Another process indexes this chain into this database."""

    default_code = "indexer-running"


class SenderRunning(Final):
    """Another process sends transactions from this account."""

    default_code = "sender-running"


class SignerUnusable(Final):
    """There is no key to sign with, or what signs gives something else than it was asked for."""

    default_code = "signer-unusable"


class RelayOff(Final):
    """Nobody sends signed actions here."""

    default_code = "relay-off"


class AnchorOff(Final):
    """Nobody anchors signed complaints here."""

    default_code = "anchor-off"


class NonceSpent(Final):
    """Another transaction with this nonce is mined."""

    default_code = "nonce-spent"


class IntegrityBroken(Final):
    """The node's answers contradict each other or themselves."""

    default_code = "integrity-broken"


class FinalityBroken(IntegrityBroken):
    """The node is on another branch than a block that it called final."""

    default_code = "finality-broken"


class Unproven(Final):
    """A bundle, or a record in it, does not hold what it claims; the codes are docs/audit.md's."""

    default_code = "unproven"


class Undecodable(Final):
    """Bytes that do not fit the ABI they should have."""

    default_code = "undecodable"


class Unbuilt(Final):
    """A contract artifact is not there."""

    default_code = "artifact-missing"


class NotFound(Final):
    """There is no such thing."""

    default_code = "not-found"


class Erased(NotFound):
    """It was taken away for good; `fields["reason"]` is `personal` or `legal`."""

    default_code = "evidence-erased"

    @property
    def status(self) -> int:
        """Of HTTP: gone, or unavailable for legal reasons (RFC 7725)."""
        return 451 if self.fields.get("reason") == "legal" else 410


class Forbidden(Final):
    """The account that is signed in has no right to it."""

    default_code = "forbidden"


class EnvelopesFull(Final):
    """There is no room for more key envelopes."""

    default_code = "envelopes-full"


class DraftsFull(Final):
    """There is no room for more drafts."""

    default_code = "drafts-full"


class InvalidInput(Final):
    """A value that no state of the case would make right; `fields["field"]` names it."""

    default_code = "invalid-input"


class Refused(Final):
    """The rules forbid it as things stand."""

    default_code = "refused"


class SignInRequired(Final):
    """It is private, and nobody is signed in."""

    default_code = "sign-in-required"


class CrossSite(Final):
    """A change was asked for, and not by one of our own pages."""

    default_code = "cross-site"


class ContractRefused(Final):
    """A contract reverted with a custom error; `fields` hold its arguments by name."""

    default_code = "contract-reverted"
