# SPDX-License-Identifier: Apache-2.0
"""The report on a made-up story: complete, escaped, in order, and needing nothing from outside."""

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from lawgate.decide.explain import Letter, Paragraph
from lawgate.office.disclosed import HandOut
from lawgate.office.explain import Explained, Since
from lawgate.office.handout import HandedOut
from lawgate.ports.cases import BatchRow
from lawgate.ports.engine import RowView
from lawgate.protocol.bars import Bar, Barred
from lawgate_lab.demo import Away, Proper, Stopped, Story
from lawgate_lab.figures import AffairFigures
from lawgate_lab.report import answers, deciding, funnel, happenings, package, replayed, sendings, write_report

VOID = frozenset({"meta", "br", "link", "img", "input", "hr", "rect", "circle", "line", "path"})
LOAD, REPEATED = "one officer has too many cases", "the reasons repeat each other"


def a_batch(id: str, rows: int, figures: dict[str, int]) -> BatchRow:
    return BatchRow(id, id, "i2", "us.x", "rk-x", "decided", rows + 7, rows, 7, 1, 2, "2026-01-05T10:00:00Z", figures)


def a_paragraph(element: str, stands: str, why: str, cure: str = "") -> Paragraph:
    return Paragraph(element, "1 U.S.C. 2(a)", f"Is {element} there?", stands, why, cure)


def a_letter(
    batch: str,
    outcome: str,
    *against: Paragraph,
    grants: tuple[str, ...] = (),
    outside: tuple[str, ...] = ("not released",),
) -> Explained:
    whole = (a_paragraph("i2.engaged", "not shown", LOAD), a_paragraph("i2.reason", "not shown", REPEATED))
    shown = (
        a_paragraph("i2.writing", "shown", "every part of it was found"),
        a_paragraph("i2.x", "cannot be told", "?!"),
    )
    made = Letter(
        f"Headline of {outcome}.", outcome, outcome, against, shown, () if grants else whole, (), grants, outside
    )
    row = RowView(4, "r00000005", 6, 1, 70_001, 31, 17, b"c", b"p")
    return Explained(batch, row, made, "1 U.S.C. 2", "book 0.1.0", "2026-01-05T10:00:00Z", 2, 5.85, False, (), None)


def a_story(**changes: object) -> Story:
    """A story in which every figure is another number, so that a wrong one shows."""
    figures = AffairFigures(
        rows=120_001,
        officials=1,
        reasons=1,
        load=62.43,
        would_send=4_717,
        would_send_number=4_201,
        confirmed=1_103,
        not_confirmed=2_909,
        other_person=41,
        other_element=664,
        others=2_011,
        minors=1_207,
        sends=0,
        wrong=0,
        on_hold=120_001,
        holding=("i2.engaged.load", "i2.reason.repeated"),
        row_outcomes={"DENY": 13, "HOLD": 39_001, "REQUIRE": 1_105, "RETURN_FOR_CURE": 79_882},
        outcomes={"DENY": 13, "HOLD": 40_106, "RETURN_FOR_CURE": 79_882},
        first_failures={},
    )
    affair = a_batch("req-a", 120_001, {"survived": 70_003, "match.unique": 3_019})
    cure = a_paragraph("i2.address", "not shown", "it is not on file", "Give the full address.")
    granted = ("mailing address, tax year 2019", "mailing address, tax year 2022")
    bar = Bar("order", "not_met", ("order-1",), "an order or notice covers this package")
    story = Story(
        claims=120_008,
        records=900_007,
        affair=affair,
        figures=figures,
        letters=(
            a_letter("req-a", "DENY", cure, outside=("address_missing", "reason_missing")),
            a_letter("req-a", "RETURN_FOR_CURE", cure),
            a_letter("req-p", "REQUIRE", grants=granted),
        ),
        proper=Proper(a_batch("req-p", 5, {}), 5, 11.4, 6.2, 4, 8),
        away=Away(HandedOut(10, 11, "req-p-p01-10"), Barred((Bar("witness", "not_met", (), "too few"),)), 0),
        stopped=Stopped(HandedOut(23, 24, "req-q-p01-23"), Barred((bar,)), "0001-order-1.toml", 0),
        laps={"make it": 3.3, "check the log": 0.07},
        decide_laps={"receive": 2.0, "decide": 0.5, "another step": 0.0},
        log_leaves=27,
        log_root="ab" * 32,
        log_broken=0,
        witness_note="One witness, here.",
        office=Path("out/office"),
        timeline=(
            ("2026-01-05T10:00:00Z", "prepared", "req-p-p01, 5 rows"),
            ("2026-01-05T10:00:01Z", "prepared", "req-q-p01, 6 rows"),
            ("2026-01-05T10:00:02Z", "handout", "req-q-p01, 6 rows"),
            ("2026-01-05T10:00:02Z", "sent", "req-q-p01"),
            ("2026-01-05T10:00:03Z", "order-bar", "order-1"),
            ("2026-01-05T10:00:04Z", "in-force", "order-1, 0 rows"),
        ),
    )
    return dataclasses.replace(story, **changes)  # type: ignore[arg-type]  # the fields of a test's own choice


class Page(HTMLParser):
    """What a reader's program sees: headings, ids, links, tables, pictures, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        self.words += " " if tag in ("td", "th") else ""

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def written(folder: Path, story: Story) -> str:
    target = folder / "report.html"
    write_report(story, target)
    return target.read_text("utf-8")


@pytest.fixture
def text(tmp_path: Path) -> str:
    return written(tmp_path, a_story())


def test_every_figure_is_told(text: str) -> None:
    words = Page(text).words
    numbers = {n for n in dataclasses.asdict(a_story().figures).values() if isinstance(n, int)} | {
        70_003, 3_019, 1_105, 39_001, 40_106, 79_882, 120_008, 900_007, 31, 17, 5, 27,
    }  # fmt: skip
    assert [n for n in numbers if not re.search(rf"(?<![\d,.]){n:,}(?!\d|,\d)", words)] == []
    for told in ("62.43", "5.85", "11.4", "6.2", "ab" * 32, "One witness, here.", LOAD, REPEATED, "order-1"):
        assert told in words
    assert "opened\n4 records" in words


def test_nothing_comes_from_outside(text: str) -> None:
    page = Page(text)
    assert not re.search(r"https?:|//[\w.]+\.\w|@import|url\(|javascript:", text)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    assert {link["href"][0] for link in page.all("a")} == {"#"}
    assert [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a in ("src", "style")] == []
    assert "default-src 'none'" in page.all("meta")[1]["content"]


def test_headings_are_in_order_and_landmarks_are_there(text: str) -> None:
    page = Page(text)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert page.all("html") == [{"lang": "en"}]
    assert page.open == []


def test_ids_are_there_once_and_every_reference_finds_one(text: str) -> None:
    page = Page(text)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = [name for _, attrs in page.tags for name in attrs.get("aria-labelledby", "").split()]
    assert {*named, *(link["href"][1:] for link in page.all("a"))} <= set(ids)


def test_tables_and_pictures_can_be_heard(text: str) -> None:
    page = Page(text)
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(head.get("scope") in ("row", "col") for head in page.all("th"))
    assert len(page.all("desc")) == len(page.all("svg")) == 3
    assert all(picture["role"] == "img" for picture in page.all("svg"))


def test_every_part_says_that_it_is_synthetic(text: str) -> None:
    sections = text.split('<section class="page')[1:]
    assert len(sections) == 7
    assert [part for part in sections if "SYNTHETIC DATA" not in part] == []
    assert text.count("break-before: page") == 1


def test_status_stands_in_the_sentence_that_judges(text: str) -> None:
    words = re.sub(r"\s+", " ", Page(text).words)
    sentences = [each for each in re.split(r"[.!?] ", words) if re.search("unlaw" + "ful", each)]
    assert sentences
    assert all("likely" in each for each in sentences)
    assert "!" not in words.replace("?!", "")


def test_letters_tell_only_what_may_be_told(text: str) -> None:
    refused, returned, granted = text.split('<section class="page letter"')[1:4]
    assert "address_missing" in refused
    assert "reason_missing" in refused
    assert "address_missing" not in returned
    assert "None of the reasons above shows in the request alone" in returned
    assert "mailing address, for tax years 2019, 2022" in granted
    assert "Until the hand-out only" in granted
    assert "31" not in Page(refused.partition(">")[2].partition("</section>")[0]).words
    assert "Give the full address." in refused


def test_a_row_handed_out_is_told_as_released(tmp_path: Path) -> None:
    *others, letter = a_story().letters
    told = dataclasses.replace(letter.letter, outside=("released",))
    out = dataclasses.replace(letter, letter=told, handouts=(HandOut(22, 24), HandOut(26, None)))
    granted = written(tmp_path, a_story(letters=(*others, out))).split('<section class="page letter"')[3]
    for words in ("What was sent", "entry 22 of the log, and so disclosed; sent in entry 24", "<q>Released</q>"):
        assert words in granted
    assert "entry 26 of the log, and so disclosed; whether it arrived is not known" in granted
    assert "<code>released</code>" not in granted
    assert "Until the hand-out only" not in granted


def test_a_later_decision_is_told_beside_the_first(tmp_path: Path) -> None:
    first, *others = a_story().letters
    for orders, words in ((("order-1",), "under order-1."), ((), "under no order.")):
        again = dataclasses.replace(first, since=Since(26, "HOLD", orders))
        text = written(tmp_path, a_story(letters=(again, *others)))
        assert f"Decided again since, in entry 26 of the log: on hold, {words}" in text


def test_no_handle_of_a_person_is_told(text: str) -> None:
    assert "70001" not in text
    assert "70,001" not in text
    assert not re.search(r"\b\d{3}-\d{2}-\d{4}\b|\b\d{9}\b", text)


def test_text_is_escaped(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'&"
    letter = a_letter("req-a", "DENY", a_paragraph(evil, "not shown", evil, evil))
    story = a_story(letters=(letter, *a_story().letters[1:]), witness_note=evil, office=Path(evil), log_root=evil)
    page = Page(written(tmp_path, story))
    assert page.all("script") == []
    assert page.words.count(evil) >= 5


def test_nothing_undefined_becomes_a_page(tmp_path: Path) -> None:
    lame = dataclasses.replace(a_story().letters[0], row=None)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(UndefinedError):
        written(tmp_path, a_story(letters=(lame,)))
    assert not (tmp_path / "report.html").exists()


def test_a_row_that_decides_otherwise_now_is_marked(tmp_path: Path) -> None:
    first, *others = a_story().letters
    odd = dataclasses.replace(first, changed=True)
    assert "does not give the decision that is stored" in written(tmp_path, a_story(letters=(odd, *others)))


def test_without_a_hold_the_page_does_not_claim_one(tmp_path: Path) -> None:
    figures = dataclasses.replace(a_story().figures, on_hold=0, holding=(), sends=3)
    words = Page(written(tmp_path, a_story(figures=figures))).words
    assert "request as a whole is on hold" not in words
    assert "lawgate sends 3" in words


def test_the_funnel_narrows_and_the_comparison_adds_up() -> None:
    story = a_story()
    assert [bar.rows for bar in funnel(story)] == [120_001, 70_003, 3_019, 1_105, 0]
    assert funnel(story)[0].width == 340.0
    check, number, address, *ends, sent = (bar.rows for bar in replayed(story))
    assert number + address == check == sum(ends)
    assert sent == 0


def test_answers_keep_their_order_and_leave_out_what_nobody_got() -> None:
    assert [(a.code, a.alone, a.together) for a in answers(a_story())] == [
        ("DENY", 13, 13),
        ("RETURN_FOR_CURE", 79_882, 79_882),
        ("HOLD", 39_001, 40_106),
        ("REQUIRE", 1_105, 0),
    ]


def test_the_timeline_is_about_the_second_package_only() -> None:
    story = a_story()
    assert package(story) == "req-q-p01"
    found = happenings(story)
    assert [each.entry for each in found] == ["1", "2", "3", "4", "5", "", ""]
    assert found[4].detail == "order-1, 0 rows handed out since it took effect"
    assert found[-1].words == "Sent after the order: 0"


def test_the_stopped_pull_has_its_entry() -> None:
    story = a_story()
    at = story.timeline[-1][0]
    longer = dataclasses.replace(
        story, timeline=(*story.timeline, (at, "barred", "another-p01"), (at, "barred", "req-q-p01"))
    )
    stopped = happenings(longer)[-2]
    assert (stopped.words, stopped.entry) == ("The same pull again: stopped", str(len(longer.timeline) - 1))


def test_rates_and_grants() -> None:
    story = a_story()
    assert [lap.rate for lap in deciding(story)] == [60_000.5, 240_002.0, None, 120_001 / 2.5]
    (sending,) = sendings(story.letters[2])
    assert (sending.field, sending.years) == ("mailing address", ("2019", "2022"))
    assert sendings(story.letters[0]) == ()
