# SPDX-License-Identifier: Apache-2.0
"""What a recipient can meet when opening a hand-out."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

RECIPIENT = "recipient"

RECEIVED_STEPS = (
    Meaning(
        "E_DAMAGED",
        RECIPIENT,
        "records that are not what the manifest lists, or do not open, were left out; the others were written",
        "copy the hand-out again from where you collected it; if it stays so, ask the custodian to hand it out again",
    ),
    Meaning(
        "E_HANDOUT",
        RECIPIENT,
        "the folder is no hand-out: package.tar or every key file is missing, or two key files claim one keeper",
        "name the folder with package.tar and `keys.age` or `keys.jwe`, as it was delivered; nothing was written",
    ),
    Meaning(
        "E_IDENTITY",
        RECIPIENT,
        "the identity file is missing, or holds no secret key that opens packages",
        "name the file that `age-keygen` wrote, or `jose jwk gen` for a key on P-384; nothing was written",
    ),
    Meaning(
        "E_KEYS",
        RECIPIENT,
        "a key file does not open with your identity, or is not a list of the package's identities",
        "copy it again from where you collected it, or ask its keeper for it again; nothing was written",
    ),
    Meaning(
        "E_KEYS_MISSING",
        RECIPIENT,
        "the key file of one of two keepers has not come; the sentence says whose",
        "ask that keeper for it and put it beside package.tar; nothing was written",
    ),
    Meaning(
        "E_MANIFEST",
        RECIPIENT,
        "manifest.json cannot be read, or package.tar holds other files than it lists",
        "copy the hand-out again; if it stays so, tell the custodian: do not use it. Nothing was written",
    ),
    Meaning(
        "E_NOT_FOR_YOU",
        RECIPIENT,
        "the package is made for another recipient key than yours",
        "use the identity whose public key was registered; if it is not yours, return the package. Nothing was written",
    ),
    Meaning(
        "E_TAR",
        RECIPIENT,
        "package.tar is cut off or changed, or is not in the form of a package",
        "copy it again from where you collected it, or ask the custodian for it again; nothing was written",
    ),
    Meaning(
        "E_TAR_NAME",
        RECIPIENT,
        "package.tar holds a file name that leads elsewhere, or one name twice",
        "no custodian writes such a file: do not use it and tell the custodian; nothing was written",
    ),
    Meaning(
        "E_TAR_SIZE",
        RECIPIENT,
        "a file of the hand-out, or one within package.tar, is larger than any package, or there are too many",
        "no custodian writes such a file: do not use it and tell the custodian; nothing was written",
    ),
)

RECEIVED_STOPS = (
    Meaning(
        "E_OPEN",
        RECIPIENT,
        "a sealed file does not open: it is for another identity or is not as it was sealed",
        "use the identity it was sealed to, or get the file again; nothing was written",
    ),
)
