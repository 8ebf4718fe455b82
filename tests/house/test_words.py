# SPDX-License-Identifier: Apache-2.0
"""Words: no feature about who a person is, no word a lawyer reads otherwise, no workshop in the text."""

import re
from collections.abc import Iterator

import pytest

from house.tree import ROOT, Source, complaints, identifiers, planted, sources, spaced, strings, texts


def unbroken(words: str) -> str:
    """Return a word written with a stroke inside it, so that the lists below do not find themselves."""
    return words.replace("|", "")


# A stem stands for all its endings. `race` is looked for outside prose only: a comment may speak of races.
PERSON = re.compile(
    r"\b(citizen\w*|noncitizen\w*|nationalit\w*|immigra\w*|alien|aliens|alienage|ethnicit\w*"
    r"|country of birth|birthplace|place of birth|visa status|undocumented)\b"
)
RACE = re.compile(r"\brac(e|es|ial)\b")
LAWYER = re.compile(r"\b(mou|motion|waiver)\b")
MAKERS = (
    "this s|ession,sub|agent,helper a|gent,Cla|ude,Chat|GPT,Co|pilot,L|LM,language m|odel,AI|-generated,"
    "AI a|ssistant,coding a|ssistant,as an A|I"
)
WORKSHOP = re.compile(rf"\b({'|'.join(map(unbroken, MAKERS.split(',')))})\b", re.IGNORECASE)
MACHINE = re.compile(rf"(?<![\w.*<>~])/({'|'.join(('work', 'home', 'root', 'Users'))})/(?=\w)")
STATUS = re.compile(r"\b(likely|indicative|held)\b", re.IGNORECASE)
HARSH = re.compile(unbroken(r"\bunlaw|ful(ly)?\b"), re.IGNORECASE)


def about_people(source: Source) -> Iterator[str]:
    named = [(line, spaced(text)) for line, text in (*identifiers(source), *strings(source, docstrings=False))]
    prose = [(line, spaced(text)) for line, text in (*strings(source), *source.comments)]
    yield from (source.at(line, "a word about who a person is") for line, text in prose + named if PERSON.search(text))
    yield from (source.at(line, "a word about who a person is") for line, text in named if RACE.search(text))


def lawyer_words(source: Source) -> Iterator[str]:
    for line, text in identifiers(source):
        if found := LAWYER.search(spaced(text)):
            yield source.at(line, f"{found[0]}: lawyers read this word otherwise")


def judged(path: str, text: str) -> Iterator[str]:
    """Complain where an act is called against the law without its status: likely, indicative or held."""
    for number, paragraph in numbered_sentences(text):
        if HARSH.search(paragraph) and not STATUS.search(paragraph):
            yield f"{path}:{number}: say likely, indicative or held"


def numbered_sentences(text: str) -> Iterator[tuple[int, str]]:
    line = 1
    for part in re.split(r"((?<=[.!?])\s+(?=[A-Z])|\n\s*\n|\n(?=[|#-]))", text):
        yield line, part
        line += part.count("\n")


def workshop(path: str, text: str) -> Iterator[str]:
    """Complain about machine paths and about how the text came to be written."""
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE.search(line) or str(ROOT) in line:
            yield f"{path}:{number}: a path of some machine"
        if WORKSHOP.search(line):
            yield f"{path}:{number}: speaks of the workshop, not of the work"


def test_no_feature_about_who_a_person_is() -> None:
    assert complaints(about_people, sources("src/lawgate")) == []


@pytest.mark.parametrize(
    "text",
    [
        "citizenship = 1\n",
        "def f(country_of_birth):\n    return 1\n",
        "x = 'visa-status'\n",
        "class AlienNumber:\n    pass\n",
        "x = {'race': 1}\n",
        "x = 1  # immigrants only\n",
        "x.birthplace\n",
    ],
)
def test_feature_about_a_person_is_seen(text: str) -> None:
    assert list(about_people(planted(text)))


def test_race_conditions_may_be_explained() -> None:
    assert not list(about_people(planted('"""No race."""\ntrace = "traces"  # a lost race\n')))


def test_code_avoids_lawyers_words() -> None:
    assert complaints(lawyer_words, sources("src")) == []
    assert list(lawyer_words(planted("def sign_mou():\n    return 1\n")))
    assert list(lawyer_words(planted("class WaiverForm:\n    pass\n")))
    assert not list(lawyer_words(planted("mouth = remotion = 1\n")))


def prose() -> list[tuple[str, str]]:
    found = [*texts("docs", "rulebooks", "src"), *texts(endings=(".md",))]
    return sorted(set(found))


def test_judgments_carry_their_status() -> None:
    assert [words for path, text in prose() for words in judged(path, text)] == []
    assert list(judged("a.md", unbroken("The policy was unlaw|ful. It is likely over.")))
    assert not list(judged("a.md", unbroken("A court found it likely unlaw|ful.")))


def test_text_speaks_of_the_work_only() -> None:
    found = [words for path, text in texts() for words in workshop(path, text)]
    assert found == []


@pytest.mark.parametrize("text", ["see /ho|me/me/x", "(/wo|rk/main)", "in this s|ession", "by Cla|ude"])
def test_workshop_words_are_seen(text: str) -> None:
    assert list(workshop("a.md", unbroken(text)))


def test_web_words_pass() -> None:
    text = "the web session ends; docs.example/wo|rk/1; an HTML helper; ~/wo|rk"
    assert not list(workshop("a.md", unbroken(text)))
