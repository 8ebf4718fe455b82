# SPDX-License-Identifier: Apache-2.0
"""The settings of an office folder: the text a new one gets, and how it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lawgate.model.fault import LawgateError

FILE = "settings.toml"
PROFILES, SEALING = ("synthetic",), ("age", "approved")
REQUIRED = ("profile", "rulebook", "origin", "review_office", "use_terms")
FORMAT = "lawgate-office-1"
SETTINGS = """# Settings of this office. There is no setting that releases, skips a witness or raises a ceiling.
# Whose signatures make a head of the log count stands in the file `policy` and, for good, in the log's first leaf.
format = "lawgate-office-1"
profile = "{profile}"          # synthetic: numbers come only from ranges that were never issued
rulebook = "{rulebook}"
origin = "{origin}"            # the log's name on every checkpoint
review_office = "custodian.reviewer"
use_terms = "Only for the named officers, only for the stated case; no passing on; return or destroy by the day stated."
"""


class SettingsError(LawgateError):
    """Settings that this version does not do, or that are not about the keys of this office."""

    stop = "E_SETTINGS"


class NoOfficeError(LawgateError):
    """A folder that is no office, or whose settings cannot be read."""

    stop = "E_NO_OFFICE"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one office folder. `keeper`, `second_keeper`: sockets of key keepers, empty where none listens.
    `sealing`: the profile of `wiring.sealers`, empty for `age`."""

    profile: str
    rulebook: str
    origin: str
    review_office: str
    use_terms: str
    keeper: str = ""
    second_keeper: str = ""
    sealing: str = ""


def read_settings(folder: Path) -> Settings:
    """The settings of an office folder. NoOfficeError when it is none.

    SettingsError for a key nobody knows, a value that is no text, another format, or an unknown profile: what somebody
    wrote and nobody follows, such as a misspelt `keeper`, would quietly be less than they asked for.
    """
    try:
        doc = tomllib.loads((folder / "settings.toml").read_text())
        _known(doc)
        made = Settings(**{k: doc[k] if k in REQUIRED else doc.get(k, "") for k in Settings.__dataclass_fields__})
    except (OSError, KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise NoOfficeError("this is not an office folder: its settings.toml cannot be read") from None
    if made.profile not in PROFILES:
        raise SettingsError("the only profile of this version is `synthetic`; it must not touch real records")
    if made.sealing not in ("", *SEALING):
        raise SettingsError("the profiles of sealing are `age` and `approved`")
    return made


def _known(doc: Mapping[str, object]) -> None:
    """Bars keys and kinds of values that are none of these settings. The table `mail` is read by whoever sends mail."""
    keys = {*Settings.__dataclass_fields__, "format"}
    if set(doc) - keys - {"mail"} or not isinstance(doc.get("mail", {}), dict):
        raise SettingsError("a key of the settings is none that this version knows")
    if any(not isinstance(doc[key], str) for key in keys & set(doc)):
        raise SettingsError("each of the settings is a text in quotes")
    if doc.get("format") != FORMAT:
        raise SettingsError(f"the settings are not of the format {FORMAT}")
