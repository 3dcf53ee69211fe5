"""The sentences of the pages' script, in the reader's language."""

from dapp.web.i18n import Language
from dapp.web.refusals import refusals


def words(t: Language, template: str = "") -> dict[str, str]:
    """By the key that the script uses, as far as a page may need them; all without its template.

    A test compares them with the script.
    """
    own = [_wallet, _steps]
    if not template.startswith("verify"):  # it has no forms, and may not ask the service
        own += [_forms, _private, _proof, refusals]
    some_pages = (("desk", _desk), ("me", _own), ("file", _anchored), ("anchored", _signed))
    own += [some for start, some in some_pages if _is_of(template, start)]
    return {key: sentence for some in own for key, sentence in some(t).items()}


def _is_of(template: str, start: str) -> bool:
    return not template or template.startswith(start)


def _wallet(t: Language) -> dict[str, str]:
    return {
        "connect": t.say("Connect wallet"),
        "accusation-missing": t.say("This browser does not hold whom that case accuses."),
        "accusation-missing-way": t.say("Name them in the browser in which you made the report."),
        "connect-first": t.say("Connect your wallet first."),
        "connect-first-way": t.say("The button is at the top of the page."),
        "wallet-none": t.say("No wallet was found in this browser."),
        "wallet-none-way": t.say(
            "Install one, or open this page in your wallet's own browser, then try again."
        ),
        "wallet-refused": t.say("You refused in the wallet. Nothing was sent."),
        "wallet-refused-way": t.say("Press the button again when you are ready."),
        "wallet-locked": t.say("The wallet is locked or does not share an account."),
        "wallet-locked-way": t.say("Unlock it, allow this page, and try again."),
        "wallet-offline": t.say("The wallet has lost its connection to the chain."),
        "wallet-offline-way": t.say("Check your network, then try again."),
        "wallet-busy": t.say("The wallet is still waiting for your answer to an earlier question."),
        "wallet-busy-way": t.say("Open the wallet and answer it there."),
        "wallet-chain": t.say("The wallet is on another chain; this page needs {chain}."),
        "wallet-chain-way": t.say("Switch to it in the wallet, then try again."),
        "wallet-failed": t.say("The wallet could not do it: {reason}"),
        **_session(t),
    }


def _session(t: Language) -> dict[str, str]:
    return {
        "sign-in": t.say("Sign in"),
        "sign-out": t.say("Sign out"),
        "signing-in": t.say("Confirm in your wallet that you sign in."),
        "signing-in-way": t.say(
            "It costs nothing, moves no money, and allows nobody to act for you."
        ),
        "signed-in": t.say("You are signed in."),
        "signed-out": t.say("You are signed out."),
    }


def _steps(t: Language) -> dict[str, str]:
    return {
        "preparing": t.say("Checking whether this can be done now…"),
        "sign-now": t.say("Confirm in your wallet: {what}"),
        "sign-now-way": t.say("Nothing is sent until you do."),
        **_relay(t),
        "sent": t.say("Sent: {what}. Waiting for the chain…"),
        "sent-way": t.say("You may leave this page; it goes on when you come back."),
        "slow": t.say("The chain has not taken it up yet: {what}."),
        "slow-way": t.say(
            "The network may be busy. You can wait, or raise the fee in your wallet."
        ),
        "indexing": t.say("In block {block}. Reading it…"),
        "done": t.say("Done: {what}. It is in block {block}."),
        "tx-replaced": t.say("Your wallet sent another transaction in place of this one."),
        "tx-replaced-way": t.say(
            "If you made it faster, it is done: load the page again. If you cancelled it, nothing "
            "was done."
        ),
        "tx-dropped": t.say("The network does not know this transaction any more."),
        "tx-dropped-way": t.say("Nothing was done by it. Look into your wallet, then do it again."),
        "tx-reverted": t.say("The contract refused it when the block was made; nothing changed."),
        "tx-reverted-way": t.say("Something happened in between. Look at the case again."),
        "unexpected": t.say("That did not work: {reason}"),
        "server-away": t.say("The server does not answer."),
        "server-away-way": t.say("Check your network, then try again. Nothing is lost."),
        "server-failed": t.say("The server could not do it."),
        "server-refused": t.say("It cannot be done. The service says: {detail}"),
    }


def _relay(t: Language) -> dict[str, str]:
    return {
        "relay-sign": t.say("Sign in your wallet: {what}"),
        "relay-sign-way": t.say("No fee: you only sign, and this service sends it and pays."),
        "relay-sent": t.say("Signed: {what}. This service sends it now…"),
        "relay-slow-way": t.say(
            "This service has taken it and sends it as soon as it can. You need not stay here."
        ),
        "relay-refused": t.say("This service does not pay for it now, so the fee would be yours."),
        "relay-refused-way": t.say(
            "Confirm the transaction in your wallet, or refuse it and try again tomorrow."
        ),
        "relay-failed": t.say("This service could not send it; nothing changed."),
        "relay-failed-way": t.say("Look at the page again, then try once more."),
    }


def _forms(t: Language) -> dict[str, str]:
    return {
        "amount-invalid": t.say("That is not an amount."),
        "amount-invalid-way": t.say("Write it like 0.25."),
        **_files(t),
        "share-units": t.say("{number} units of {token}"),
        "fee-own": t.say("About {fee} now, and {most} at most."),
        "fee-saved": t.say("Sent by yourself it would cost about {fee}, and {most} at most."),
        "fee-unknown": t.say("Your wallet says how much before you sign."),
        "uploading": t.say("Sending the files…"),
        "statement-missing": t.say("Write something or add a file."),
        "stored-otherwise": t.say("What arrived is not what you sent: {name}"),
        "receipt-missing": t.say("This browser does not hold what opens your vote."),
        "receipt-missing-way": t.say("Choose the file that was saved when you voted."),
        "receipt-otherwise": t.say("This receipt belongs to another vote."),
        "receipt-invalid": t.say("This is no receipt of a vote."),
        "receipt-locked": t.say(
            "This receipt is under a passphrase: open the vote with the command line."
        ),
        "receipt-kept": t.say("This browser now holds what opens your vote."),
        "vote-reminder": t.say("A vote to open"),
        "vote-due": t.say("Your vote in case {id} can be opened until {when}."),
        "vote-open": t.say("Open my vote"),
        "vote-opening": t.say("Opening your vote in case {id}; you need not do anything."),
        "vote-opened": t.say("Your vote in case {id} is open."),
        "vote-not-opened": t.say("Your vote in case {id} did not open by itself: {reason}"),
        "vote-not-opened-way": t.say("Open it yourself, on the page of the case."),
        "exhibit-right": t.say("Verified. Hashed again in your browser: unchanged"),
        "exhibit-wrong": t.say("This is not the file that was submitted"),
        "exhibit-missing": t.say("Unreachable: not kept here"),
    }


def _desk(t: Language) -> dict[str, str]:
    return {
        "pick-all": t.say("All on this page that wait for a first reply ({number})"),
        "pick-open": t.say("Acknowledge the chosen ({number})"),
        "many-title": t.say("Cases to acknowledge: {number}"),
        "many-which": t.say("These are cases {cases}."),
        "many-none": t.say("Choose a case first."),
        "many-refused": t.say("Case {case}: {reason}"),
        "template-file": t.say("This is no file of templates, or one of them is too long."),
        "template-many": t.say("{most} templates are as many as are kept."),
        "template-kept": t.say("Kept: {name}"),
        "template-removed": t.say("Removed: {name}"),
        "template-taken": t.say("Templates taken from the file: {number}"),
        "template-change": t.say("Change {name}"),
        "template-remove": t.say("Remove {name}"),
        "peak-none": t.say("none"),
        "peak-all": t.say("all hours of the week"),
        "policy-change": t.say("{field}: {before} → {after}"),
        "policy-gained": t.say("Peak hours from now on: {hours}"),
        "policy-lost": t.say("No peak hours any more: {hours}"),
    }


def _own(t: Language) -> dict[str, str]:
    return {
        "copied": t.say("It is copied."),
        "field-time-zone": t.say("We know no such time zone. Try one such as Asia/Shanghai."),
        "field-quiet-hours": t.say("Give two different times, such as 22:00 and 07:00."),
    }


def _anchored(t: Language) -> dict[str, str]:
    return {
        "anchored-sign": t.say("Sign the complaint in your wallet."),
        "anchored-sign-way": t.say("No fee and no transaction: you only sign."),
        "anchored-sent": t.say("Signed. Waiting for the promise of this service…"),
        "anchored-done": t.say("Your signed complaint was handed in."),
        "anchored-before": t.say(
            "You had signed one about this order before: this is it. The new one was not kept."
        ),
        "anchored-late": t.say("The time for complaints ends too soon for that."),
        "anchored-late-way": t.say("File the complaint now, by the other button."),
    }


def _files(t: Language) -> dict[str, str]:
    return {
        "file-twice": t.say("{name} was left out: a file of that name is there already."),
        "file-over": t.say("{name} was left out: {most} files are the most at once."),
        "file-large": t.say("{name} was left out: it has {size}, and {most} is the most."),
        "file-unread": t.say("{name} was left out: it cannot be read. A folder must be packed."),
    }


def _private(t: Language) -> dict[str, str]:
    return {
        "key-making": t.say("Making the key…"),
        "key-made": t.say("Your key is made, and its backup is saved."),
        "key-opening": t.say("Opening the key…"),
        "key-needed": t.say("You need a key of your own to send something private."),
        "key-not-open": t.say("Without your key it stays closed."),
        "key-unknown": t.say("The chain does not say which key it is to be sealed to."),
        "key-unknown-way": t.say("Nothing was sent. Try again, or connect another wallet."),
        "key-back": t.say("Your key is back, and in this browser."),
        "key-back-old": t.say("This is another key than the one on chain; it opens what is older."),
        "passphrase-differs": t.say("You typed two different passphrases."),
        "message-name-taken": t.say(
            "Private words are sent as message.txt, and a file has that name. Rename the file."
        ),
        "manifest-wrong": t.say("The service gave another manifest than the one on chain."),
        "error-file-unreadable": t.say("A file was changed, or is too large for this browser."),
        "sealing": t.say("Sealing the private files…"),
        "seal-opening": t.say("Fetching, opening and checking it…"),
        "seal-opened": t.say("Opened in your browser: it is what its author bound"),
        "seal-save": t.say("Save it"),
        "seal-hand-over": t.say("Let {number} people read the private evidence"),
        "seal-hand-over-one": t.say("Let 1 person read the private evidence"),
        "seal-handing": t.say("Sealing it to them: {number} of {of}…"),
        "seal-handed": t.say("Done: they can read the private evidence."),
        "seal-unopened-said": t.say("Said. Its author must now seal it to you again."),
        "seal-erased": t.say("Erased here. The digest stays in the record."),
    }


def _proof(t: Language) -> dict[str, str]:
    return {
        "proof-busy": t.say("Checking…"),
        "proof-verified": t.say(
            "Verified: this record is genuine and complete as of block {block}."
        ),
        "proof-whole": t.say(
            "The record is whole and gives the word that this service read from the chain. Connect "
            "a wallet or name a node to ask the chain yourself."
        ),
        "proof-differs": t.say(
            "The record does not give the word on the chain: something is missing or changed."
        ),
        "proof-order-differs": t.say("The payment is not the one that the complaint was about."),
        "proof-votes-differ": t.say("The votes are not those that the ruling was made from."),
        "proof-missing": t.say("This service does not hold {name}."),
        "proof-file-differs": t.say("{name} is not what was submitted."),
        "proof-node-failed": t.say("That node gave no answer."),
        "proof-no-contract": t.say("What was asked does not know this contract."),
        "proof-other-chain": t.say("What was asked serves another chain; this page needs {chain}."),
        "proof-unreadable": t.say("What this service told cannot be read."),
        "proof-source-node": t.say("asked of the node you named"),
        "proof-source-wallet": t.say("asked through your wallet"),
        "proof-source-server": t.say("as this service read it"),
        "proof-right": t.say("matches"),
        "proof-wrong": t.say("does not match"),
    }


def _signed(t: Language) -> dict[str, str]:
    return {
        "signed-verified": t.say(
            "Verified: what was signed is on chain, unchanged and in time, as part of its batch."
        ),
        "signed-whole": t.say(
            "The proof leads from what was signed to the batch. Connect a wallet or name a node to "
            "ask the chain for that batch yourself."
        ),
        "signed-promised": t.say(
            "Verified: the promise is signed by the account that it names. Its time is not over."
        ),
        "signed-waiting": t.say(
            "It is not on chain yet. Connect a wallet or name a node to check who signed the "
            "promise."
        ),
        "signed-unpromised": t.say("Nothing is on chain, and nothing is promised."),
        "signed-differs": t.say("What this service tells of it is not what was signed."),
        "signed-not-in-batch": t.say("The proof does not lead to the batch that it names."),
        "signed-not-on-chain": t.say("The chain has no such batch."),
        "signed-late": t.say("It came on chain later than its customer allowed: it cannot count."),
        "signed-by-another": t.say("The promise is not signed by the account that it names."),
        "signed-broken": t.say(
            "The promise is signed, its time is over, and this service names no batch on chain."
        ),
    }
