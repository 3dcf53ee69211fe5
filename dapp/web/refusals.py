"""What the service and the contracts refuse, in the reader's language, by the error's code.

These are what a person at the pages can meet; any other code is shown as the service words it.
"""

from dapp.web.i18n import Language


def refusals(t: Language) -> dict[str, str]:
    """Keys are `error-CODE`."""
    known = {
        **_cases(t),
        **_promises(t),
        **_court(t),
        **_evidence(t),
        **_service(t),
        **_session(t),
    }
    return {f"error-{code}": sentence for code, sentence in known.items()}


def _cases(t: Language) -> dict[str, str]:
    moved_on = t.say("The case has moved on since you opened this page. Load it again.")
    return {
        "action-not-available": moved_on,
        "contract-wrong-phase": moved_on,
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


def _court(t: Language) -> dict[str, str]:
    return {
        "not-your-seat": t.say("This seat belongs to another arbitrator."),
        "vote-not-committed": t.say("No vote was given for this seat."),
        "contract-commitment-mismatch": t.say("This is not the vote that was sealed."),
        "contract-too-many-replacements": t.say("The vote can be replaced three times only."),
        "contract-already-revealed": t.say("This vote is open already."),
        "contract-tickets-invalid": t.say("From one to eight tickets."),
        "contract-cannot-unstake": t.say("The stake cannot be taken out yet."),
        "contract-seed-pending": t.say("The lot has not fallen yet. Wait for a few blocks."),
        "contract-nothing-given": t.say("Give an amount."),
        "contract-nothing-to-share": t.say("Nothing came back for this account."),
        "contract-seed-gone": t.say("It is too late for this draw. Set a new one."),
    }


def _evidence(t: Language) -> dict[str, str]:
    return {
        "evidence-empty": t.say("Write something or add a file."),
        "evidence-too-many-files": t.say("At most 32 files at once."),
        "file-too-large": t.say("A file is too large."),
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
