"""What the service and the contracts refuse, in the reader's language, by the error's code.

These are what a person at the pages can meet; any other code is shown as the service words it.
"""

from dapp.web.i18n import Language


def refusals(t: Language) -> dict[str, str]:
    """Keys are `error-CODE`."""
    known = {
        **_cases(t),
        **_promises(t),
        **_anchored(t),
        **_court(t),
        **_evidence(t),
        **_service(t),
        **_session(t),
        **_relay(t),
        **_sealed(t),
        **_messages(t),
    }
    return {f"error-{code}": sentence for code, sentence in known.items()}


def _cases(t: Language) -> dict[str, str]:
    moved_on = t.say("The case has moved on since you opened this page. Load it again.")
    return {
        "action-not-available": moved_on,
        "contract-wrong-phase": moved_on,
        "some-refused": t.say("Some cases cannot be acknowledged; they were left out. Sign again."),
        "offer-changed": t.say("There is a newer offer. Read it first."),
        "contract-offer-changed": t.say("There is a newer offer. Read it first."),
        "not-your-case": t.say("This account has no part in the case that allows this."),
        "contract-role-missing": t.say("This account may not do that for the organisation."),
        "contract-already-acknowledged": t.say("The first reply was given already."),
        "contract-already-rated": t.say("You have rated already."),
        "contract-share-invalid": t.say("The share is out of the range that is allowed now."),
        "contract-too-many-offers": t.say("There have been four offers; no more can be made."),
        "contract-too-many-requests": t.say("The customer was asked twice; no more can be asked."),
        "contract-evidence-closed": t.say("The time for evidence is over."),
        "contract-too-much-evidence": t.say("This side has sent as much evidence as it may."),
        "contract-order-not-held": t.say("This order is not in escrow, or has an open complaint."),
        "contract-order-exists": t.say("This order was paid already."),
        "contract-protection-over": t.say("The time for complaints about this order is over."),
        "contract-version-not-current": t.say(
            "The organisation has a new policy. Load the page again and read it."
        ),
        "contract-already-operator": t.say("This account acts, or has acted, for it already."),
        "contract-paused": t.say("New orders, stakes and bonds are refused for now."),
        "contract-policy-out-of-range": t.say("One of the policy's figures is out of range."),
    }


def _promises(t: Language) -> dict[str, str]:
    held = t.say("The guardian holds this order's payout for the moment.")
    unfunded = t.say("Send the money along first: only a ruling pays from the bond.")
    return {
        "order-frozen": held,
        "contract-frozen": held,
        "not-funded": unfunded,
        "contract-offer-not-funded": unfunded,
        "contract-funding-bound": t.say("An offer stands on this money."),
        "contract-nothing-offered": t.say("There is nothing to accept."),
        "contract-nothing-to-contest": t.say("There is no reply that can be contested."),
        "contract-pledge-too-late": t.say("A promise can only be the first offer."),
        "accused-cannot-act": t.say("This account is accused in the case and cannot act in it."),
        "claim-too-large": t.say("That is more than the organisation's bond stands for."),
        "contract-wrong-round": t.say("Another round of votes is open. Load the page again."),
    }


def _anchored(t: Language) -> dict[str, str]:
    old = t.say("What you signed cannot be put on chain in time any more. Sign it again.")
    not_held = t.say("This order is not in escrow, or has an open complaint.")
    return {
        "anchor-off": t.say("This service puts no signed complaints on chain. File it instead."),
        "anchor-by-too-soon": old,
        "anchor-by-too-late": old,
        "anchor-queue-full": t.say("Too many signed complaints wait. File it instead, or later."),
        "order-not-held": not_held,
        "protection-over": t.say("The time for complaints about this order is over."),
        "anchored-opened": t.say("This signed complaint was opened already. Load the page again."),
        "anchored-revoked": t.say("This signed complaint was taken back. Sign another one."),
        "anchored-otherwise": t.say("This cannot be done with it now. Load the page again."),
        "anchored-unknown": t.say("This service knows no such signed complaint."),
    }


def _court(t: Language) -> dict[str, str]:
    return {
        "not-your-seat": t.say("This seat belongs to another arbitrator."),
        "vote-not-committed": t.say("No vote was given for this seat."),
        "contract-commitment-mismatch": t.say("This is not the vote that was sealed."),
        "contract-too-many-replacements": t.say("The vote can be replaced three times only."),
        "contract-already-revealed": t.say("This vote is open already."),
        "vote-open": t.say("This vote is open already."),
        "opening-wrong": t.say("This is not the vote that was sealed."),
        "contract-tickets-invalid": t.say("From one to eight tickets."),
        "contract-cannot-unstake": t.say("The stake cannot be taken out yet."),
        "contract-seed-pending": t.say("The lot has not fallen yet. Wait for a few blocks."),
        "contract-nothing-given": t.say("Give an amount."),
        "contract-nothing-to-share": t.say("Nothing came back for this account."),
        "contract-seed-gone": t.say("It is too late for this draw. Set a new one."),
    }


def _evidence(t: Language) -> dict[str, str]:
    given_up = t.say("A file was given up before it was used. Send it again.")
    return {
        "evidence-empty": t.say("Write something or add a file."),
        "evidence-too-many-files": t.say("At most 32 files at once."),
        "file-too-large": t.say("A file is too large."),
        "upload-too-large": t.say("A file is too large."),
        "upload-missing": given_up,
        "upload-expired": given_up,
        "upload-busy": t.say("The file is being sent already, perhaps from another window."),
        "budget-spent": t.say(
            "Too much of yours waits for a transaction. Sign in, or try again in some days."
        ),
        "share-full": t.say("Too much waits for a transaction at the moment. Try again later."),
        "body-too-large": t.say("The files are too large together."),
        "manifest-name-unsafe": t.say("A file has a name that cannot be kept. Rename it."),
        "manifest-field-invalid": t.say("A text is too long, or two files bear the same name."),
        "vault-full": t.say("The service has no room left for files."),
    }


def _service(t: Language) -> dict[str, str]:
    away = t.say("The service cannot reach the chain at the moment. Try again soon.")
    return {
        "insufficient-funds": t.say("This account does not hold enough money for it."),
        "node-unavailable": away,
        "node-busy": away,
        "database-unavailable": t.say("The service is not ready. Try again soon."),
        "index-empty": t.say("The service is not ready. Try again soon."),
        "chain-moved": t.say("The chain moved on meanwhile. Try again."),
    }


def _relay(t: Language) -> dict[str, str]:
    return {
        "budget-exhausted": t.say("This service has paid for all that it pays in a day."),
        "relay-off": t.say("This service sends nothing for others."),
        "action-too-dear": t.say("That takes more gas than this service pays for."),
        "signature-expired": t.say("What you signed is too old. Sign it again."),
        "nonce-used": t.say("What you signed was done already."),
    }


def _session(t: Language) -> dict[str, str]:
    again = t.say("This message is no longer good. Sign in again.")
    return {
        "sign-in-required": t.say("This is private. Sign in with your wallet first."),
        "message-unknown": again,
        "message-expired": again,
        "message-mismatch": again,
        "signature-wrong": t.say(
            "The signature is not this account's. Choose the account in the wallet and try again."
        ),
        "cross-site": t.say("Open this page by the service's own address, then try again."),
        "site-unknown": t.say("This service was not told its own address: nobody can sign in."),
    }


def _sealed(t: Language) -> dict[str, str]:
    changed = t.say("The sealed bytes are not those that were submitted.")
    other = t.say("It is not what its author bound: do not rely on it.")
    return {
        "identity-wrong": t.say("Your key does not open it: it is sealed to others."),
        "identity-invalid": t.say("The backup holds no key."),
        "passphrase-weak": t.say("A passphrase has at least 12 characters."),
        "passphrase-wrong": t.say("The passphrase is wrong, or the backup is damaged."),
        "backup-invalid": t.say("This file is no backup of a key."),
        "sealed-invalid": t.say("The sealed bytes are damaged or cut off."),
        "sealed-mismatch": changed,
        "block-mismatch": changed,
        "plain-mismatch": other,
        "envelope-mismatch": t.say("What opens it belongs to another submission."),
        "envelope-invalid": t.say("What opens it is not of the form that it must have."),
        "envelope-none": t.say("Nobody has handed it to you yet."),
        "evidence-erased": t.say("It was erased; the digest stays in the record."),
        "envelopes-too-many": t.say("It was handed over too often. Ask its author."),
        "envelopes-full": t.say("The service has no room left to hand it over."),
        "evidence-in-use": t.say("A case that is not over rests on it."),
        "evidence-not-sealed": t.say("Part of it is public, so it cannot be erased."),
        "not-the-author": t.say("Only its author can have it erased."),
    }


def _messages(t: Language) -> dict[str, str]:
    return {
        "channel-known": t.say("You have this one already."),
        "channels-full": t.say("An account has at most ten of these. Remove one first."),
        "channels-too-many": t.say("This was tried too often. Try again tomorrow."),
        "address-refused": t.say(
            "Whoever reads mail there asked us never to write again. Use another address."
        ),
        "email-off": t.say("This service sends no e-mail. Use a webhook or a chat."),
        "email-invalid": t.say(
            "This is no e-mail address that we can write to. Give one such as name@example.org."
        ),
        "webhook-invalid": t.say(
            "Give an address of the open internet that begins with https://, without a password."
        ),
        "address-private": t.say(
            "This host is not on the open internet: nothing can be sent there."
        ),
        "name-unknown": t.say("This host has no address. Check its name."),
        "chat-invalid": t.say("This is no address of a chat tool that we write to."),
        "channel-unconfirmed": t.say("Open the link in the message that we sent there first."),
        "channel-unknown": t.say("It was removed already. Load the page again."),
        "channels-none": t.say("Nothing is on yet. Add an address, and confirm it if it is mail."),
        "test-too-soon": t.say("The last test was just now. Wait for a minute."),
        "too-many-api-keys": t.say("This account has as many keys as it may. Take one away first."),
        "api-key-missing": t.say("It was taken away already. Load the page again."),
    }
