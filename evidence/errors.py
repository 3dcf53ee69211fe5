"""The one exception tree of `evidence`; every leaf has a stable `code`.

EvidenceError
├── CidInvalid                cid_invalid             not a CID, or not its canonical spelling
├── BlockError
│   ├── BlockMismatch         block_mismatch          bytes that do not hash to their CID
│   ├── BlockMissing          block_missing           not stored here
│   ├── BlockTooLarge         block_too_large         over 2 MiB
│   └── HashUnsupported       hash_unsupported        a hash function that is not checked here
├── DagError
│   ├── DagInvalid            dag_invalid             dag-pb or UnixFS that lies or is malformed
│   ├── DagTooLarge           dag_too_large           more blocks or pending links than allowed
│   ├── CodecUnsupported      codec_unsupported       neither raw nor dag-pb
│   ├── NotAFile              not_a_file              a directory, symlink or shard
│   ├── NotADirectory         not_a_directory         a file where a directory was due
│   ├── SymlinkNotFollowed    symlink_not_followed    a path or listing that leads through a symlink
│   ├── NameMissing           name_missing            no such entry in the directory
│   ├── PathInvalid           path_invalid            a path that no directory can hold
│   └── FileTooLarge          file_too_large          over the limit given by the caller
├── CarError
│   ├── CarInvalid            car_invalid             not CAR v1, truncated, or without one root
│   └── CarTooLarge           car_too_large           over the caller's limits, or of tiny blocks
├── GatewayError
│   ├── RequestInvalid        request_invalid         a parameter or header that makes no sense
│   ├── NotAcceptable         not_acceptable          a form of answer that is not given here
│   ├── RangeUnsatisfiable    range_unsatisfiable     bytes that the content does not have
│   └── ContentRefused        content_refused         known, and not given out
├── ManifestError
│   ├── ManifestTooLarge      manifest_too_large      over 1 MiB
│   ├── ManifestNotJson       manifest_not_json       not a JSON object in UTF-8
│   ├── ManifestKeyDuplicate  manifest_key_duplicate  one key twice
│   ├── ManifestVersion       manifest_version        a schema that is not known
│   ├── ManifestFieldUnknown  manifest_field_unknown  a key that the schema does not have
│   ├── ManifestFieldMissing  manifest_field_missing  a key that the schema requires
│   ├── ManifestFieldInvalid  manifest_field_invalid  a value of the wrong type or form
│   ├── ManifestNameUnsafe    manifest_name_unsafe    a path, control or bidi character in a name
│   └── ManifestNotCanonical  manifest_not_canonical  valid, but not in its RFC 8785 form
├── SealError
│   ├── RecipientInvalid      recipient_invalid       not an X25519 key that can be sealed to
│   ├── RecipientUnsupported  recipient_unsupported   a post-quantum, plug-in or SSH key
│   ├── RecipientCount        recipient_count         nobody to seal to, or more than 64
│   ├── IdentityInvalid       identity_invalid        not a secret key of age, or several
│   ├── IdentityWrong         identity_wrong          sealed to other keys than this one
│   ├── PassphraseWeak        passphrase_weak         shorter than 12 characters
│   ├── PassphraseWrong       passphrase_wrong        wrong, or the backup is damaged
│   ├── BackupInvalid         backup_invalid          not an age file under a passphrase
│   ├── SealedInvalid         sealed_invalid          not age, changed, or cut off
│   ├── SealedMismatch        sealed_mismatch         another length than the manifest says
│   ├── PlainMismatch         plain_mismatch          what came out is not what the author bound
│   └── NameTaken             name_taken              a file of that name is there already
├── EnvelopeError
│   ├── EnvelopeTooLarge      envelope_too_large      over 256 KiB
│   ├── EnvelopeVersion       envelope_version        a schema that is not known
│   ├── EnvelopeInvalid       envelope_invalid        not of the schema's form; see `reason`
│   └── EnvelopeMismatch      envelope_mismatch       made for another manifest
├── VaultError                                        retryable
│   ├── VaultFull             vault_full              quota reached, or the disk is full
│   ├── VaultIo               vault_io                the disk refused
│   └── VaultDamaged          vault_damaged           a pin is unreadable, or its root not whole
├── OwnerInvalid              owner_invalid           not a label that a pin can bear
├── UploadError
│   ├── UploadMissing         upload_missing          no such upload, or it is used or swept away
│   ├── UploadExpired         upload_expired          nothing came for too long
│   ├── UploadBusy            upload_busy             a part is coming in, or it is being used
│   ├── UploadIncomplete      upload_incomplete       used before all of it came
│   ├── UploadTooLarge        upload_too_large        over the limit, or more than was announced
│   ├── OffsetMismatch        offset_mismatch         a part that does not begin where it must
│   └── ChecksumMismatch      checksum_mismatch       a part that is not what its sender hashed
├── BudgetError                                       retryable
│   ├── BudgetSpent           budget_spent            too much of one client or account
│   └── ShareFull             share_full              too much of all together
├── PinningError                                      retryable
│   ├── PinningUnreachable    pinning_unreachable     no connection, or it broke
│   ├── PinningTimeout        pinning_timeout         no answer in time
│   ├── PinningBusy           pinning_busy            asks for patience; fields: retry_after_seconds
│   ├── PinningRefused        pinning_refused         it answered with an error; fields: status
│   ├── PinningReplyInvalid   pinning_reply_invalid   its answer makes no sense
│   ├── PinMissing            pin_missing             it knows no such pin request
│   └── PinningMisconfigured  pinning_misconfigured   an address or token of no use; not retryable
└── KuboError                                         retryable
    ├── KuboUnreachable       kubo_unreachable        no connection, or it broke
    ├── KuboTimeout           kubo_timeout            no answer in time
    ├── KuboRefused           kubo_refused            the node answered with an error
    ├── KuboReplyInvalid      kubo_reply_invalid      the node's answer makes no sense
    └── KuboPinFailed         kubo_pin_failed         blocks arrived, the pin did not
"""

from typing import ClassVar


class EvidenceError(Exception):
    """`message` is for people; programs go by `code`, `retryable` and `fields`."""

    code: ClassVar[str] = "evidence"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **fields: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


class CidInvalid(EvidenceError):
    code = "cid_invalid"


class BlockError(EvidenceError):
    """About one block; `fields["cid"]` names it."""


class BlockMismatch(BlockError):
    code = "block_mismatch"


class BlockMissing(BlockError):
    code = "block_missing"


class BlockTooLarge(BlockError):
    code = "block_too_large"


class HashUnsupported(BlockError):
    code = "hash_unsupported"


class DagError(EvidenceError):
    """About how blocks hang together."""


class DagInvalid(DagError):
    code = "dag_invalid"


class DagTooLarge(DagError):
    code = "dag_too_large"


class CodecUnsupported(DagError):
    code = "codec_unsupported"


class NotAFile(DagError):
    code = "not_a_file"


class NotADirectory(DagError):
    code = "not_a_directory"


class SymlinkNotFollowed(DagError):
    code = "symlink_not_followed"


class NameMissing(DagError):
    code = "name_missing"


class PathInvalid(DagError):
    code = "path_invalid"


class FileTooLarge(DagError):
    code = "file_too_large"


class CarError(EvidenceError):
    """About a CAR stream."""


class CarInvalid(CarError):
    code = "car_invalid"


class CarTooLarge(CarError):
    code = "car_too_large"


class GatewayError(EvidenceError):
    """About what a stranger asked the gateway for."""


class RequestInvalid(GatewayError):
    """`fields["field"]` names the part of the request."""

    code = "request_invalid"


class NotAcceptable(GatewayError):
    code = "not_acceptable"


class RangeUnsatisfiable(GatewayError):
    """`fields["size"]` is the content's, in bytes."""

    code = "range_unsatisfiable"


class ContentRefused(GatewayError):
    """`fields["status"]` is 410 or 451."""

    code = "content_refused"


class ManifestError(EvidenceError):
    """About a manifest; `fields["field"]` names the place where there is one."""


class ManifestTooLarge(ManifestError):
    code = "manifest_too_large"


class ManifestNotJson(ManifestError):
    code = "manifest_not_json"


class ManifestKeyDuplicate(ManifestError):
    code = "manifest_key_duplicate"


class ManifestVersion(ManifestError):
    code = "manifest_version"


class ManifestFieldUnknown(ManifestError):
    code = "manifest_field_unknown"


class ManifestFieldMissing(ManifestError):
    code = "manifest_field_missing"


class ManifestFieldInvalid(ManifestError):
    code = "manifest_field_invalid"


class ManifestNameUnsafe(ManifestError):
    code = "manifest_name_unsafe"


class ManifestNotCanonical(ManifestError):
    code = "manifest_not_canonical"


class SealError(EvidenceError):
    """About keys, and what is sealed to them."""


class RecipientInvalid(SealError):
    code = "recipient_invalid"


class RecipientUnsupported(SealError):
    code = "recipient_unsupported"


class RecipientCount(SealError):
    code = "recipient_count"


class IdentityInvalid(SealError):
    code = "identity_invalid"


class IdentityWrong(SealError):
    code = "identity_wrong"


class PassphraseWeak(SealError):
    code = "passphrase_weak"


class PassphraseWrong(SealError):
    code = "passphrase_wrong"


class BackupInvalid(SealError):
    code = "backup_invalid"


class SealedInvalid(SealError):
    code = "sealed_invalid"


class SealedMismatch(SealError):
    code = "sealed_mismatch"


class PlainMismatch(SealError):
    code = "plain_mismatch"


class NameTaken(SealError):
    code = "name_taken"


class EnvelopeError(EvidenceError):
    """About a key envelope, once it is decrypted; `fields["reason"]` says more where it can."""


class EnvelopeTooLarge(EnvelopeError):
    code = "envelope_too_large"


class EnvelopeVersion(EnvelopeError):
    code = "envelope_version"


class EnvelopeInvalid(EnvelopeError):
    code = "envelope_invalid"


class EnvelopeMismatch(EnvelopeError):
    code = "envelope_mismatch"


class VaultError(EvidenceError):
    """The vault could not do it now; nothing is half-stored."""

    retryable = True


class VaultFull(VaultError):
    code = "vault_full"


class VaultIo(VaultError):
    code = "vault_io"


class VaultDamaged(VaultError):
    """Nothing is removed while it is not known what must stay: put the block back that is named,
    or remove what `fields["owner"]` pinned."""

    code = "vault_damaged"
    retryable = False


class OwnerInvalid(EvidenceError):
    code = "owner_invalid"


class UploadError(EvidenceError):
    """About a file that comes in parts."""


class UploadMissing(UploadError):
    code = "upload_missing"


class UploadExpired(UploadError):
    code = "upload_expired"


class UploadBusy(UploadError):
    code = "upload_busy"
    retryable = True


class UploadIncomplete(UploadError):
    """`fields`: `offset`, `size`, in bytes."""

    code = "upload_incomplete"


class UploadTooLarge(UploadError):
    """`fields["limit"]` is in bytes."""

    code = "upload_too_large"


class OffsetMismatch(UploadError):
    """`fields["offset"]` is where the next part must begin."""

    code = "offset_mismatch"


class ChecksumMismatch(UploadError):
    """Nothing of the part was kept; `fields["offset"]` is where it began."""

    code = "checksum_mismatch"


class BudgetError(EvidenceError):
    """About bytes that nothing on chain speaks for yet; `fields`: `used`, `limit`, `bytes`."""

    retryable = True


class BudgetSpent(BudgetError):
    """`fields["holder"]` is `client` or `account`."""

    code = "budget_spent"


class ShareFull(BudgetError):
    code = "share_full"


class PinningError(EvidenceError):
    """The pinning service could not do it now; what is stored here is not touched."""

    retryable = True


class PinningUnreachable(PinningError):
    code = "pinning_unreachable"


class PinningTimeout(PinningError):
    code = "pinning_timeout"


class PinningBusy(PinningError):
    """`fields["retry_after_seconds"]` is there where the service said for how long."""

    code = "pinning_busy"


class PinningRefused(PinningError):
    """`fields`: `status`, the HTTP status; `reason`, its code for it, where it gave one."""

    code = "pinning_refused"


class PinningReplyInvalid(PinningError):
    code = "pinning_reply_invalid"


class PinMissing(PinningError):
    code = "pin_missing"


class PinningMisconfigured(PinningError):
    code = "pinning_misconfigured"
    retryable = False


class KuboError(EvidenceError):
    """The Kubo node could not do it now; what is stored here is not touched."""

    retryable = True


class KuboUnreachable(KuboError):
    code = "kubo_unreachable"


class KuboTimeout(KuboError):
    code = "kubo_timeout"


class KuboRefused(KuboError):
    code = "kubo_refused"


class KuboReplyInvalid(KuboError):
    code = "kubo_reply_invalid"


class KuboPinFailed(KuboError):
    code = "kubo_pin_failed"
