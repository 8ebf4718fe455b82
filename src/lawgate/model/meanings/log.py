# SPDX-License-Identifier: Apache-2.0
"""What checking the log, replaying and reading proofs can say: for the office and for anybody who checks it."""

from __future__ import annotations

from lawgate.model.meanings.accounting import ACCOUNTING_FORMS
from lawgate.model.meanings.entry import Group, Meaning
from lawgate.model.meanings.evidence import EVIDENCE_FORMS

CHECKER, OFFICE = "whoever checks the log", "the custodian's office"
BACK = "bring the file back from a copy kept elsewhere; if there is none, keep everything as it is and say so"
WRITTEN = "keep the bytes and ask whoever wrote them for the right ones"

FINDINGS = Group(
    "findings",
    "What `lawgate log verify` finds",
    "A line that begins with BROKEN makes the exit status 1; a remark (`note`) does not. Never mend a log by hand.",
    (
        Meaning("missing", CHECKER, "a file of the log is missing", BACK),
        Meaning("malformed", CHECKER, "a head cannot be read; behind the colon stands which form it breaks", BACK),
        Meaning("leaf_malformed", CHECKER, "a leaf cannot be read; behind the colon stands which form it breaks", BACK),
        Meaning("wrong_length", CHECKER, "a file is longer or shorter than the size of the log makes it", BACK),
        Meaning("hash_differs", CHECKER, "a stored hash is not the one of what lies below it", BACK),
        Meaning("entry_differs", CHECKER, "the bytes of a leaf are not those its hash was made of", BACK),
        Meaning("differs_from_later_tile", CHECKER, "an older, shorter copy of a file is not a beginning of it", BACK),
        Meaning("root_differs", CHECKER, "the files do not lead to the root that was signed or logged", BACK),
        Meaning("bundle_short", CHECKER, "a file of leaves ends too early", BACK),
        Meaning("bundle_long", CHECKER, "a file of leaves holds more than it should", BACK),
        Meaning("leaf_after_close", CHECKER, "a leaf stands behind the one that closed the log for good", BACK),
        Meaning("time_runs_back", CHECKER, "a leaf states an earlier moment than the one before it", BACK),
        Meaning("smaller_than_checkpoint", CHECKER, "the log is shorter than the head that was published", BACK),
        Meaning("other_origin", CHECKER, "a head belongs to another log", BACK),
        Meaning("unknown_signer", CHECKER, "a line of the head is signed by a key that is none of this log's", BACK),
        Meaning("signature_invalid", CHECKER, "a signature does not hold over what it stands under", BACK),
        Meaning("log_signature_missing", CHECKER, "the published head lacks the log's own signature", BACK),
        Meaning("too_few_witnesses", CHECKER, "the published head has fewer witnesses than the policy asks for", BACK),
        Meaning("not_empty", CHECKER, "the lock file holds something", "find out who wrote into it, then empty it"),
        Meaning(
            "not_part_of_the_log",
            CHECKER,
            "a file lies in the log's folder that belongs to nothing that can be read",
            "when nothing else is broken, move it away and keep it",
        ),
        Meaning(
            "set_back",
            CHECKER,
            "the witness has cosigned more leaves than the log holds",
            "stop; find the longer log and the reason. Only people can decide what happens now",
        ),
        Meaning(
            "forked",
            CHECKER,
            "the witness has cosigned other leaves than the log holds: there are two logs of one name",
            "keep both heads: they are the evidence; tell everybody who relies on the log",
        ),
        Meaning(
            "other_start",
            CHECKER,
            "the first leaf does not name the keys of this log and its witness",
            "look whether log and keys belong together; a log of an older version cannot be continued",
        ),
        Meaning("docket_differs", OFFICE, "an order that the log names is not in the docket as it was entered", BACK),
        Meaning("stored_differs", OFFICE, "a stored file of a batch is not the one the log names", BACK),
        Meaning(
            "findings_differ",
            OFFICE,
            "cover, signature and the kept law do not lead to the findings that were decided on",
            BACK,
        ),
        Meaning("rows_differ", OFFICE, "the row table and its salts do not lead to the root in the log", BACK),
        Meaning("review_differs", OFFICE, "a review is not the one the log names, or its signature fails", BACK),
        Meaning("case_store_differs", OFFICE, "the case store says otherwise than the log; the log counts", BACK),
        Meaning(
            "case_store_behind",
            OFFICE,
            "a step broke off between the log and the case store; the log counts",
            "take up the step that the sentence names; every other step that writes waits for it",
        ),
        Meaning(
            "leaf_misplaced",
            OFFICE,
            "a leaf names another one that is not there or is about something else, or says again what is said once",
            "keep everything as it is and say so: no step of this program writes such a leaf",
        ),
        Meaning(
            "shard_closed",
            CHECKER,
            "remark: the log is closed for good; its last leaf names the log in which it goes on",
            "nothing; make the next office with `lawgate init NEW --after THIS`",
        ),
        Meaning("package_differs", OFFICE, "a package or its review is not the one that was prepared", BACK),
        Meaning("receipt_differs", OFFICE, "a receipt is not the one the log names, or its signature fails", BACK),
        Meaning("accounting_differs", OFFICE, "accounting entries do not lead to the root in the log", BACK),
        Meaning(
            "line_not_checked",
            CHECKER,
            "remark: a line of the head is of a type (ML-DSA-44) that this version reads and does not check",
            "nothing: such a line counts for no quorum",
        ),
        Meaning("not_published", CHECKER, "remark: no head was published yet", "nothing; the next step publishes it"),
        Meaning("named_by_no_leaf", CHECKER, "remark: a subtree was left by a step that did not end", "nothing"),
        Meaning("unfinished", CHECKER, "remark: a file was left by a step that did not end", "nothing"),
        Meaning(
            "other_settings",
            OFFICE,
            "remark: the settings are another text than the one this log began with",
            "compare them with a copy from the beginning; find out who changed what",
        ),
        Meaning(
            "not_compared",
            OFFICE,
            "remark: a batch was in use, or the log is not whole, so stored files were not held against it",
            "check again when nobody is at work, or when the log is whole",
        ),
    ),
)

REPLAYS = Group(
    "replays",
    "What `lawgate replay` finds",
    "The exit status is 1.",
    (
        Meaning(
            "replay_missing",
            CHECKER,
            "something the decision was made of is not there as it was, so it cannot be made again",
            BACK,
        ),
        Meaning(
            "replay_differs",
            CHECKER,
            "what the log holds does not come out of what it names",
            "compare the programs it names; with the same program it is damage or a fault: keep everything, report it",
        ),
    ),
)

FORMS = Group(
    "forms",
    "Forms of the log",
    "What is wrong with bytes of a log, a head, a key or a proof; a place is named with it. See [log](../spec/log.md).",
    (
        Meaning("base64", CHECKER, "a part is not base64 in its one form", WRITTEN),
        Meaning("bundle_long", CHECKER, "a file of leaves holds more than it should", BACK),
        Meaning("bundle_short", CHECKER, "a file of leaves ends too early", BACK),
        Meaning("checkpoint", CHECKER, "a head does not have its lines: name, size, root", WRITTEN),
        Meaning("empty_root", CHECKER, "a head without leaves has the root of a log with leaves", WRITTEN),
        Meaning("key_name", CHECKER, "the name of a key is empty, or holds a blank or a plus sign", WRITTEN),
        Meaning("leaf_fields", CHECKER, "a leaf does not have exactly the fields of its kind", WRITTEN),
        Meaning("leaf_form", CHECKER, "a leaf is not JSON in its one spelling", WRITTEN),
        Meaning("leaf_kind", CHECKER, "a leaf is of a kind this version does not know", WRITTEN),
        Meaning("leaf_time", CHECKER, "the moment of a leaf is not in its form", WRITTEN),
        Meaning("leaf_value", CHECKER, "a value of a leaf is not in the form of its field", WRITTEN),
        Meaning("leaf_version", CHECKER, "a leaf is of another version of the format", WRITTEN),
        Meaning("not_included", CHECKER, "the proof does not lead from this leaf to the head", WRITTEN),
        Meaning("note", CHECKER, "a text to sign does not end with a line feed, or holds a control sign", WRITTEN),
        Meaning("note_control", CHECKER, "a signed text holds a control sign", WRITTEN),
        Meaning("note_duplicate", CHECKER, "a signed text has two lines of one key", WRITTEN),
        Meaning("note_form", CHECKER, "a signed text has no blank line before its signatures, or none", WRITTEN),
        Meaning("note_key", CHECKER, "a key is of a type or length nobody uses", WRITTEN),
        Meaning("note_size", CHECKER, "a signed text is too long", WRITTEN),
        Meaning("note_utf8", CHECKER, "a signed text is not UTF-8", WRITTEN),
        Meaning("origin", CHECKER, "a head is of another log than expected, or its name has no form", WRITTEN),
        Meaning(
            "policy",
            CHECKER,
            "a policy is not a C2SP tlog-policy, or not one of which every line counts",
            "name one log, witnesses with a key of their own, and a quorum that uses all of them and is not `none`",
        ),
        Meaning("proof", CHECKER, "a proof is not in its form", WRITTEN),
        Meaning("quorum", CHECKER, "fewer witnesses signed the head than the policy asks for", WRITTEN),
        Meaning(
            "seam",
            CHECKER,
            "a log does not continue the closed one: they do not name each other, or not each other's last state",
            WRITTEN,
        ),
        Meaning("signature_invalid", CHECKER, "a signature does not hold over what it stands under", BACK),
        Meaning("signature_line", CHECKER, "a line of a signature is not in its form", WRITTEN),
        Meaning("tile_path", CHECKER, "a file of the log has a name that none has", WRITTEN),
        Meaning(
            "two_roots",
            CHECKER,
            "two signed heads of one size have two roots: the log was forked",
            "keep both heads: they are the evidence; tell everybody who relies on the log",
        ),
        Meaning("unsigned", CHECKER, "the head lacks a signature of the log that holds", WRITTEN),
        Meaning("vkey", CHECKER, "the text of a public key is not in its form", WRITTEN),
        Meaning("witness_request", CHECKER, "what is sent to or by a witness is not in its form", WRITTEN),
        *EVIDENCE_FORMS,
        *ACCOUNTING_FORMS,
    ),
)

WITNESSES = Group(
    "witnesses",
    "Why a witness does not cosign",
    "Stands beside the witness's name; nothing is published or handed out without the witnesses.",
    (
        Meaning(
            "clock",
            OFFICE,
            "the witness's clock is behind what it signed before, or too far from ours",
            "find out which clock is wrong, and have that one set",
        ),
        Meaning("conflict", OFFICE, "the witness remembers another size of the log than it was told", "try again"),
        Meaning(
            "inconsistent",
            OFFICE,
            "the head does not continue the one the witness remembers: the log was changed",
            "stop; compare both heads. Only people can decide what happens now",
        ),
        Meaning("malformed", OFFICE, "the head, or the witness's answer, is not in its form", "see what was sent"),
        Meaning(
            "memory",
            OFFICE,
            "what the witness remembers is spoilt",
            "whoever keeps the witness brings its memory back; it is never begun anew for a log that goes on",
        ),
        Meaning("size_order", OFFICE, "the older size is larger than the newer one", "report it: a fault of a program"),
        Meaning(
            "unavailable",
            OFFICE,
            "the witness cannot be reached, or does not answer in time",
            "ask whoever keeps it; the file `policy` says where it is looked for",
        ),
        Meaning(
            "unknown_origin",
            OFFICE,
            "the witness does not know this log, or no witness answers at that address",
            "have the log's key made known to it: `lawgate witness know FOLDER KEY`",
        ),
        Meaning("unsigned", OFFICE, "the head lacks a signature of the log that holds", "see which key signs the log"),
    ),
)

KEY_FILES = Group(
    "key_files",
    "Why a key file is not used",
    "Stands beside the file's name. Nothing of a key is ever shown.",
    (
        Meaning("exists", OFFICE, "there is a key of that name; none is written over", "name another folder"),
        Meaning("form", OFFICE, "the file is not one line of the form of a key", "bring it back from its backup"),
        Meaning("key", OFFICE, "the key is one that proves nothing", "make another key and another office"),
        Meaning("link", OFFICE, "it is a link or no plain file, or cannot be opened", "put the file itself there"),
        Meaning("missing", OFFICE, "there is no such file", "bring it back from its backup; without it the log ends"),
        Meaning("mode", OFFICE, "others could read or write it", "chmod 600; and ask whether anybody did read it"),
        Meaning("owner", OFFICE, "it belongs to another account", "run the program as the account of the office"),
    ),
)
