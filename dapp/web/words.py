"""The sentences of the pages' script, in the reader's language."""

from dapp.web.i18n import Language
from dapp.web.refusals import refusals


def words(t: Language) -> dict[str, str]:
    """By the key that the script uses; a test compares the two."""
    return {**_wallet(t), **_steps(t), **_forms(t), **_proof(t), **refusals(t)}


def _wallet(t: Language) -> dict[str, str]:
    return {
        "connect": t.say("Connect wallet"),
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
        "sent": t.say("Sent: {what}. Waiting for the chain…"),
        "sent-way": t.say("You may leave this page; it goes on when you come back."),
        "slow": t.say("The chain has not taken it up yet: {what}."),
        "slow-way": t.say(
            "The network may be busy. You can wait, or raise the fee in your wallet."
        ),
        "indexing": t.say("In block {block}. Reading it…"),
        "done": t.say("Done: {what}. It is in block {block}."),
        "tx-reverted": t.say("The contract refused it when the block was made; nothing changed."),
        "tx-reverted-way": t.say("Something happened in between. Look at the case again."),
        "unexpected": t.say("That did not work: {reason}"),
        "server-away": t.say("The server does not answer."),
        "server-away-way": t.say("Check your network, then try again. Nothing is lost."),
        "server-failed": t.say("The server could not do it."),
        "server-refused": t.say("It cannot be done. The service says: {detail}"),
    }


def _forms(t: Language) -> dict[str, str]:
    return {
        "amount-invalid": t.say("That is not an amount."),
        "amount-invalid-way": t.say("Write it like 0.25."),
        "uploading": t.say("Sending the files…"),
        "statement-missing": t.say("Write something or add a file."),
        "stored-otherwise": t.say("What arrived is not what you sent: {name}"),
        "receipt-missing": t.say("This browser does not hold what opens your vote."),
        "receipt-missing-way": t.say("Choose the file that was saved when you voted."),
        "receipt-otherwise": t.say("This receipt belongs to another vote."),
        "exhibit-right": t.say("Hashed again in your browser: unchanged"),
        "exhibit-wrong": t.say("This is not the file that was submitted"),
        "exhibit-missing": t.say("Not kept here"),
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
        "proof-source-node": t.say("asked of the node you named"),
        "proof-source-wallet": t.say("asked through your wallet"),
        "proof-source-server": t.say("as this service read it"),
        "proof-right": t.say("matches"),
        "proof-wrong": t.say("does not match"),
    }
