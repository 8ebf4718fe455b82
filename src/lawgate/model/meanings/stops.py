# SPDX-License-Identifier: Apache-2.0
"""Broken machinery and wrong use of a command: the door stays shut."""

from __future__ import annotations

from lawgate.model.meanings.accounting import ACCOUNTING_STOPS
from lawgate.model.meanings.entry import Group, Meaning
from lawgate.model.meanings.notice import NOTICE_STOPS
from lawgate.model.meanings.received import RECEIVED_STOPS

OFFICE, EVERYBODY = "the custodian's office", "everybody"
UNFORESEEN, UNREADABLE_FILE, WRONG_USE = "E_PROGRAM", "E_IO", "E_USAGE"
"""Three codes that no class of this program carries: errors of the language, of the disk, of a command line."""

STOPS = Group(
    "stops",
    "Stops: broken machinery",
    "The screen says `stopped:` (`not done:` for wrong use), the code and what was found; the exit status is 2.",
    (
        Meaning(
            "E_BROKEN",
            OFFICE,
            "something the office keeps is missing, cannot be read, or is not what it was",
            "do what the sentence says; where it names only what is broken, bring that back from a kept copy, "
            "and let `lawgate log verify` say what else is not as the log has it",
        ),
        Meaning(
            "E_ENGINE",
            OFFICE,
            "the database that holds the rows could not read a stored table, or ran out of disk or memory",
            "look at the free space of the disk; `lawgate log verify` says whether a stored table is not as the log has"
            " it: bring that one back from a kept copy",
        ),
        Meaning(
            "E_LOG",
            OFFICE,
            "the log's files do not agree with each other, or another process holds the log",
            "`lawgate log verify`; if it finds nothing, try again. Nothing is appended to a log that is not whole",
        ),
        Meaning(
            "E_SET_BACK",
            OFFICE,
            "a witness has cosigned more leaves than the log holds: the log was set back",
            "stop; find the longer log and the reason. Only people can decide what happens now",
        ),
        Meaning(
            "E_FORK",
            OFFICE,
            "a witness has cosigned other leaves than the log holds: there are two logs of one name",
            "stop; keep both heads, they are the evidence, and tell everybody who relies on the log. Only people can "
            "decide what happens now",
        ),
        Meaning(
            "E_READ_ONLY",
            OFFICE,
            "the case store or the docket says otherwise than the log, or the log is closed: nothing is written. "
            "Reading goes on, and an order can be entered",
            "do what the sentence says; `lawgate log fsck` says what it would take to mend",
        ),
        Meaning(
            "E_WITNESS",
            OFFICE,
            "a witness does not cosign, or too few do; the reason stands beside its name",
            "the reasons are listed in docs/reference/codes.md; nothing is released without the witnesses",
        ),
        Meaning(
            "E_DOCKET",
            OFFICE,
            "the docket cannot be read or written, so an order may be in the part not seen",
            "look at the office folder and the rights on docket/; nothing is released before; an order that was "
            "being entered has to be entered again",
        ),
        Meaning(
            "E_UNLOGGED",
            "docket clerk",
            "the order binds, but what follows it is not all in the log",
            "mend what it names, then `lawgate order complete`: only what is missing is made up",
        ),
        Meaning(
            "E_PINS",
            OFFICE,
            "a text that a decision rests on is not kept, or its copy is spoilt",
            "bring it back into pins/ from a copy kept elsewhere; its name is its digest",
        ),
        Meaning(
            "E_PACKAGE",
            OFFICE,
            "a package, its keys or a folder to deliver into is missing, there already, or cannot be read or written",
            "`lawgate status` lists the packages; deliver into a folder of your own, a new one for each pull",
        ),
        Meaning(
            "E_KEEPER",
            "the custodian's office",
            "the key keeper cannot be reached, does not answer, or its memory of the log cannot be read",
            "see that it runs (docs/spec/keeper.md), then ask again; a leaf that was written counts as disclosed",
        ),
        Meaning(
            "E_SEAL",
            OFFICE,
            "a record could not be sealed to the recipient key",
            "register an age key of the form age1…, or a public key on P-384 as `jose jwk pub` prints it; nothing was "
            "written",
        ),
        Meaning(
            "E_KEY_FILE",
            OFFICE,
            "a key file of the office cannot be used; the reason stands beside its name",
            "the reasons are listed in docs/reference/codes.md",
        ),
        Meaning(
            "E_MALFORMED",
            OFFICE,
            "bytes of the log or of a proof are not in their form; the reason and place stand beside it",
            "the forms are listed in docs/reference/codes.md; bring the file back from a copy kept elsewhere",
        ),
        Meaning(
            "E_NO_OFFICE",
            EVERYBODY,
            "this folder is not an office, or its settings cannot be read",
            "name it with `--office FOLDER` or in LAWGATE_OFFICE; `lawgate init FOLDER` makes a new one",
        ),
        Meaning(
            "E_SETTINGS",
            OFFICE,
            "settings.toml or the file `policy` states what this version does not do, or is not about the keys of this "
            "office, or is not the policy of leaf 0",
            "put the text back with which the log began; a new office has settings of its own",
        ),
        Meaning(
            "E_RULEBOOK",
            "requester",
            "the folder of the rulebook lacks what the form of a request is read from",
            "name the folder of a rulebook with `--rulebook`, or leave it out for the one shipped",
        ),
        Meaning(
            "E_FOLDER",
            EVERYBODY,
            "there is no folder of that name",
            "name the folder itself, not a file in it; nothing was read and nothing logged",
        ),
        *ACCOUNTING_STOPS,
        *NOTICE_STOPS,
        *RECEIVED_STOPS,
        Meaning(
            UNREADABLE_FILE,
            EVERYBODY,
            "a file or folder cannot be opened, made or written, for the reason the system gives",
            "look at its name, its rights and the space on the disk, then do it again",
        ),
        Meaning(
            WRONG_USE,
            EVERYBODY,
            "the command was not written as it takes its words",
            "the same command with `--help` says how",
        ),
        Meaning(
            UNFORESEEN,
            EVERYBODY,
            "an error nobody foresaw; it is told by its type and place, and never with a value",
            "please report the line; what was under way may be half done: `lawgate log verify` tells",
        ),
    ),
)
