"""The sentences of the page that checks a bundle, in the reader's language."""

from dapp.web.i18n import Language


def verify_words(t: Language) -> dict[str, str]:
    """By the key that the script uses; a test compares the two."""
    return {
        **_verdict(t),
        **_codes(t),
        **_table(t),
        **_decisions(t),
        **_promises(t),
        **_details(t),
    }


def _verdict(t: Language) -> dict[str, str]:
    return {
        "choose-first": t.say("Choose a bundle first."),
        "hash-first": t.say("Give the hash of the block: 0x and 64 digits."),
        "nodes-first": t.say("Give the address of one node at least; it begins with https://."),
        "no-verdict": t.say("The earlier verdict cannot be read."),
        "checking": t.say("Checking…"),
        "about": t.say("It is about block {block} of {chain}. Look up that block's hash."),
        "checked-at": t.say("{name}, checked {when}"),
        "whole-verified": t.say(
            "Verified: this record is genuine and complete as of block {block}, in order, and "
            "paid as decided."
        ),
        "whole-refused": t.say("Not verified: {count} of {all} records do not hold."),
        "whole-missing": t.say(
            "All that is here is genuine, complete as of block {block} and paid as decided. But of "
            "{count} of {all} records some evidence is not in this bundle."
        ),
        "whole-unknown": t.say(
            "Nothing is wrong, but {count} of {all} records have not changed since an earlier "
            "bundle. Check that one as well."
        ),
        "not-verified": t.say("Not verified. {why}"),
        "as-of": t.say("As of block {block} of {chain}, made {when}."),
        "scope-case": t.say("This bundle answers for case {id} alone."),
        "scope-organisation": t.say(
            "This bundle answers for organisation {id} and every case against it."
        ),
        "scope-history": t.say("This bundle answers for every case and every organisation."),
        "contracts": t.say("The contracts that this holds for"),
        "contracts-hint": t.say(
            "Compare these addresses with those that you know: that these contracts are the right "
            "ones, no bundle can prove."
        ),
        "block-hash": t.say("Hash of the block"),
    }


def _codes(t: Language) -> dict[str, str]:
    return {
        "code-bundle-form": t.say("The file is not a bundle, or it was damaged."),
        "code-block-unproven": t.say(
            "The bundle was not made at the block whose hash you trust, or its blocks do not "
            "belong to one chain."
        ),
        "code-contract-unproven": t.say("The contracts are not in that block as the bundle says."),
        "code-word-unproven": t.say("A word that the contracts keep is not proven."),
        "code-trail-differs": t.say(
            "The record does not give the word on the chain: something is missing or changed."
        ),
        "code-count-differs": t.say("Not every case or organisation is here."),
        "code-scope-differs": t.say("The records are others than the bundle says."),
        "code-order-differs": t.say("The payment is not the one that the complaint was about."),
        "code-court-differs": t.say("The votes are not those that the ruling was made from."),
        "code-ruling-differs": t.say(
            "What was decided or paid does not follow from the votes and the rules."
        ),
        "code-receipt-unproven": t.say("An event is not in the block that it is said to be in."),
        "code-evidence-missing": t.say("Evidence is missing from this bundle."),
        "code-evidence-differs": t.say("Evidence is not what was submitted."),
        "code-record-senseless": t.say("The events make no story that could have happened."),
        "code-event-misplaced": t.say("An event does not belong where it stands."),
        "code-previous-differs": t.say("The earlier verdict is of another block or contracts."),
        "code-unknown": t.say(
            "It stands by its word alone; no earlier verdict says that it was verified."
        ),
        "code-nodes-disagree": t.say("The nodes gave different hashes of that block."),
        "code-node-silent": t.say("A node gave no answer, or does not know that block."),
    }


def _table(t: Language) -> dict[str, str]:
    return {
        "column-case": t.say("Case"),
        "column-organisation": t.say("Organisation"),
        "column-verdict": t.say("Verdict"),
        "column-decision": t.say("What was decided"),
        "column-evidence": t.say("Evidence"),
        "column-promises": t.say("Deadlines"),
        "caption-complaint": t.say("Cases: {count}"),
        "caption-organisation": t.say("Organisations: {count}"),
        "state-verified": t.say("genuine, complete, consistent"),
        "state-missing": t.say("evidence is missing"),
        "state-refused": t.say("does not hold"),
        "state-unknown": t.say("not changed since an earlier bundle"),
        "evidence-none": t.say("none was named"),
        "evidence-count": t.say("{count} of {all} intact"),
        "details-complaint": t.say("Details of case {id}"),
        "details-organisation": t.say("Details of organisation {id}"),
        "more-rows": t.say("Show more ({count} left)"),
    }


def _decisions(t: Language) -> dict[str, str]:
    return {
        "outcome-accepted": t.say("offer accepted: {share}, {amount} to the customer"),
        "outcome-acceptedbysilence": t.say(
            "offer accepted by silence: {share}, {amount} to the customer"
        ),
        "outcome-defaulted": t.say("no answer in time: {share}, {amount} to the customer"),
        "outcome-ruled": t.say("ruled: {share}, {amount} to the customer"),
        "outcome-refused": t.say("no ruling to be had: {share}, {amount} to the customer"),
        "outcome-settled": t.say("settled: {share}, {amount} to the customer"),
        "outcome-pledgebroken": t.say("promise broken: {share}, {amount} to the customer"),
        "outcome-pledgekept": t.say("promise kept; the organisation is paid"),
        "phase-filed": t.say("open: waits for an answer"),
        "phase-asked": t.say("open: waits for the customer's reply"),
        "phase-overdue": t.say("open: no answer in time"),
        "phase-offered": t.say("open: an answer is on the table"),
        "phase-lapsed": t.say("open: nobody took up the answer"),
        "phase-pledged": t.say("open: a promise is to be kept"),
        "phase-broken": t.say("open: a promise was not kept in time"),
        "phase-delivered": t.say("open: delivered, to be confirmed"),
        "phase-kept": t.say("open: delivered, and nobody objected"),
        "phase-escalated": t.say("open: in arbitration"),
        "phase-withdrawn": t.say("withdrawn"),
    }


def _promises(t: Language) -> dict[str, str]:
    return {
        "promise-acknowledge": t.say("First reply"),
        "promise-answer": t.say("Answer"),
        "promise-inform": t.say("Customer's reply to a question"),
        "promise-decide": t.say("Customer's decision on the offer"),
        "promise-deliver": t.say("Delivery"),
        "promise-confirm": t.say("Customer's confirmation"),
        "promise-is-kept": t.say("in time, {span} left"),
        "promise-is-late": t.say("{span} late"),
        "promise-is-missed": t.say("not done, {span} over"),
        "promise-is-open": t.say("not done, {span} were left"),
        "promises-kept": t.say("the organisation kept every one"),
        "due": t.say("due {when}:"),
        "contested": t.say("The customer contests the first reply: automatic, no answer."),
    }


def _details(t: Language) -> dict[str, str]:
    return {
        "filed-at": t.say("Filed"),
        "anchored": t.say(
            "Signed before, and anchored on chain {at} by {sender}. The order's protection, until "
            "{until}, counted as of then; the organisation's time began with the filing."
        ),
        "amount": t.say("Amount"),
        "units": t.say("{count} units of the token"),
        "to-customer": t.say("Paid to the customer"),
        "to-organisation": t.say("Paid to the organisation"),
        "cost": t.say("Cost of the arbitrators"),
        "cost-to-customer": t.say("Of that, paid back to who advanced it"),
        "votes": t.say("Votes"),
        "round": t.say("Round {number}, {seats} seats: {votes}. The median is {ruling}."),
        "round-appealed": t.say(
            "Round {number}, {seats} seats: {votes}. The median is {ruling}; it was appealed."
        ),
        "round-void": t.say("Round {number}, {seats} seats: {votes}. No majority, no ruling."),
        "events": t.say("Events checked: {count}"),
        "sealed": t.say("sealed"),
        "exhibit-is-intact": t.say("intact"),
        "exhibit-is-missing": t.say("missing"),
        "exhibit-is-differs": t.say("not what was submitted"),
    }
