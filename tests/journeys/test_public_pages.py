# SPDX-License-Identifier: Apache-2.0
"""The public pages: what they say, that they are built again with an order, and that anybody can read them."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from journeys.office import AGENCY, BOOK, CLERK, KEY, Office, Still, an_order
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.order import EVERY
from lawgate.office.handout import pull
from lawgate.office.public import pages
from lawgate.office.statistics import statistics
from lawgate.surfaces.cli.public import build_site
from lawgate.surfaces.site import render
from lawgate.surfaces.site.render import ENGLISH, SPANISH, site

PAGES = {name for _, name in (*ENGLISH, *SPANISH)}
SCOPES = ("provisions", "requesters", "recipients", "fields", "years")
VOID = {"meta", "link", "br", "hr", "img", "input"}
PERSON = re.compile(rb"person\.[a-z]+\.[0-9]")
NINE = re.compile(rb"(?<![0-9a-f])9[0-9]{2}-?[0-9]{2}-?[0-9]{4}(?![0-9a-f])")


class Read(HTMLParser):
    """What a reader's program sees of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.text = ""
        self.feed(text)
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        self.text += data


def faults(name: str, text: str, there: set[str]) -> Iterator[str]:
    """What keeps somebody from reading a page: structure, language, names, links, scripts."""
    page = Read(text)
    yield from page.faults
    tags = [tag for tag, _ in page.tags]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    if levels.count(1) != 1 or any(after > before + 1 for before, after in pairwise(levels)):
        yield f"headings {levels}"
    if dict(page.tags)["html"].get("lang") not in ("en", "es") or tags.count("title") != 1 or tags.count("main") != 1:
        yield "no language, title or main part"
    if len(ids) != len(set(ids)):
        yield "an id stands twice"
    if set(tags) & {"script", "iframe", "object", "embed", "img", "form"}:
        yield "something that is not text"
    for tag, attrs in page.tags:
        for key, value in attrs.items():
            if key.startswith("on"):
                yield "a script in an attribute"
            if key in ("href", "src") and not (value or "").startswith("#") and value not in there:
                yield f"leads out of the folder, or nowhere: {value}"
            if key == "aria-labelledby" and value not in ids:
                yield f"named by something that is not there: {value}"
        if "style" in attrs or (tag == "th" and not attrs.get("scope")):
            yield f"{tag} without its scope, or with a style of its own"
    if tags.count("table") != tags.count("caption"):
        yield "a table without a caption"
    if "SYNTHETIC" not in page.text and "SINTÉTICO" not in page.text:
        yield "it does not say that all is made up"


@pytest.fixture(scope="module")
def written(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of an office under an order that names a person, written by the command."""
    top = tmp_path_factory.mktemp("public")
    office = opened.copy(top / "office")
    (top / "order.toml").write_bytes(an_order("stop-2026", AGENCY))
    assert office.call("order", "enter", top / "order.toml", "--by", CLERK).exit_code == 0
    done = office.call("public", "build", top / "site")
    assert done.exit_code == 0, done.output
    return top / "site"


def test_every_page_can_be_read_by_anybody(written: Path) -> None:
    there = {place.relative_to(written).as_posix() for place in written.rglob("*") if place.is_file()}
    assert there >= PAGES
    found = {name: list(faults(name, (written / name).read_text("utf-8"), there)) for name in sorted(PAGES)}
    assert found == {name: [] for name in PAGES}


def test_a_page_nobody_could_read_is_seen() -> None:
    bad = (
        '<html><head><title>t</title></head><body><main><h1>a</h1><h3 onclick="x">b</h3>'
        '<img src="https://elsewhere.example/x.png"><table><tr><th>x</th></tr></table></main></body></html>'
    )
    assert len(list(faults("a", bad, set()))) == 8


def bright(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((bright(one), bright(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_ink_stands_out_from_its_paper(written: Path) -> None:
    css = (written / "style.css").read_text("utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))
    pairs = [(ink, paper) for ink in ("ink", "soft", "link") for paper in ("paper", "shade")]
    pairs += [("warn-ink", "warn-paper"), ("mark-ink", "mark-paper")]
    assert {pair: contrast(*(colours[name] for name in pair)) >= 7 for pair in pairs} == dict.fromkeys(pairs, True)
    assert "@media print" in css
    assert "url(" not in css


def test_the_index_names_every_file_by_its_bytes(written: Path) -> None:
    index = json.loads((written / "site.json").read_bytes())
    there = {p.relative_to(written).as_posix() for p in written.rglob("*") if p.is_file()} - {"site.json"}
    assert {name: sha256((written / name).read_bytes()).hexdigest() for name in there} == index["files"]


def test_the_pages_say_what_applies_in_both_languages(written: Path) -> None:
    for name, words in (
        ("index.html", ("paused in part", "until further notice")),
        ("hoy.html", ("en pausa en parte",)),
    ):
        text = Read((written / name).read_text("utf-8")).text
        assert "stop-2026" in text
        assert AGENCY in text
        assert all(word in text for word in words)


def test_both_languages_have_the_same_sections_and_references() -> None:
    place = Path(__file__).parents[2] / "rulebooks" / BOOK / "public"

    def shape(name: str, lang: str) -> list[tuple[str, list[int], list[str]]]:
        doc = tomllib.loads((place / f"{name}-{lang}.toml").read_text("utf-8"))
        return [
            (
                section["id"],
                [len(section.get(key, [])) for key in ("paragraphs", "items", "after")],
                re.findall(r"\[\d+ U\.S\.C\.[^\]]*\]", str(section)),
            )
            for section in doc["section"]
        ]

    for name in ("rights", "sheet"):
        assert shape(name, "en") == shape(name, "es")
        assert sum(len(cited) for _, _, cited in shape(name, "en")) > 6


def test_every_page_stands_in_both_languages_and_leads_to_its_twin(written: Path) -> None:
    words = tomllib.loads((Path(render.__file__).parent / "words.toml").read_text("utf-8"))
    english = [text for text in words["en"].values() if len(text) > 40 and "{" not in text]
    for (key, here), (_, twin) in zip(ENGLISH, SPANISH, strict=True):
        texts = {name: Read((written / name).read_text("utf-8")) for name in (here, twin)}
        assert [dict(page.tags)["html"]["lang"] for page in texts.values()] == ["en", "es"], key
        links = {name: {attrs.get("href") for tag, attrs in page.tags if tag == "a"} for name, page in texts.items()}
        assert (twin in links[here], here in links[twin]) == (True, True), key
        assert links[twin] & {name for _, name in ENGLISH} == {here}, key
        assert not [text for text in english if text in texts[twin].text], key


def test_the_rights_say_how_to_ask_complain_and_sue_and_by_when(written: Path) -> None:
    for name, words in (
        (
            "rights.html",
            ("ask for the accounting of disclosures", "How to complain", "two years", "7431(d)", "552a(c)(3)"),
        ),
        ("derechos.html", ("registro de las divulgaciones", "queja", "dos años", "7431(d)", "552a(c)(3)")),
    ):
        text = Read((written / name).read_text("utf-8")).text
        assert [word for word in words if word not in text] == []


def test_an_order_changes_the_pages_that_are_followed(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert office.call("public", "build", out, "--follow").exit_code == 0
    assert "No order is in force" in (out / "index.html").read_text("utf-8")
    (tmp_path / "order.toml").write_bytes(an_order("stop-now", AGENCY))
    done = office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK)
    assert "the public pages say so" in done.output
    assert "stop-now" in (out / "index.html").read_text("utf-8")
    (tmp_path / "scan.bin").write_bytes(b"\xff\xfe a paper")
    assert office.call("order", "enter", tmp_path / "scan.bin", "--by", CLERK, "--unreadable", "scan-1").exit_code == 0
    text = (out / "index.html").read_text("utf-8")
    assert "nobody can read" in text
    assert "<strong>paused</strong>" in text


def test_an_order_binds_although_the_pages_cannot_be_built(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert office.call("public", "build", out, "--follow").exit_code == 0
    (office.folder / "rulebooks" / BOOK / "public" / "rights-es.toml").unlink()
    (tmp_path / "order.toml").write_bytes(an_order("stop-now", AGENCY))
    done = office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK)
    assert (done.exit_code, "stop-now.toml is in force" in done.stdout) == (0, True)
    assert "THE ORDER BINDS, but the public pages were not built again: E_NO_PUBLIC" in done.stderr


def test_figures_that_are_not_the_logs_do_not_keep_the_pages_from_telling_of_an_order(
    decided: tuple[Office, str], tmp_path: Path
) -> None:
    office, batch = decided
    (tmp_path / "order.toml").write_bytes(an_order("stop-now", AGENCY))
    assert office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK).exit_code == 0
    file = office.room(batch) / "figures.json"
    file.chmod(0o600)
    file.write_bytes(b"{}")
    house = office.house
    later = dataclasses.replace(house.decide, clock=Still(datetime(datetime.now(UTC).year + 1, 1, 2, tzinfo=UTC)))
    out = tmp_path / "site"
    made, uncounted = build_site(dataclasses.replace(house, decide=later), out)
    assert (made, uncounted.startswith("E_ENTRIES")) == (len([p for p in out.rglob("*") if p.is_file()]), True)
    assert "stop-now" in (out / "hoy.html").read_text("utf-8")
    for name, word in (("statistics.html", "Nothing could be counted"), ("estadisticas.html", "No se pudo contar")):
        assert word in (out / name).read_text("utf-8")


def test_an_order_over_everything_says_so(office: Office, tmp_path: Path) -> None:
    order = read_order(an_order("stop-all", AGENCY), "order")
    whole = dataclasses.replace(order.effects[0], **dict.fromkeys(SCOPES, EVERY), rows_at_least=0)
    (tmp_path / "order.toml").write_bytes(print_order(dataclasses.replace(order, effects=(whole,))))
    assert office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK).exit_code == 0
    assert office.call("public", "build", tmp_path / "site").exit_code == 0
    for name, says in (("index.html", "Its scope is everything."), ("hoy.html", "Abarca todo.")):
        assert says in (tmp_path / "site" / name).read_text("utf-8")


def test_people_an_order_names_are_counted_and_not_named(office: Office, tmp_path: Path) -> None:
    order = read_order(an_order("stop-people", AGENCY), "order")
    effect = dataclasses.replace(order.effects[0], requesters=(AGENCY, "person.doj.1", "person.doj.2"))
    (tmp_path / "order.toml").write_bytes(print_order(dataclasses.replace(order, effects=(effect,))))
    assert office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK).exit_code == 0
    assert office.call("public", "build", tmp_path / "site").exit_code == 0
    made = b"".join(place.read_bytes() for place in sorted((tmp_path / "site").rglob("*")) if place.is_file())
    assert not PERSON.search(made)
    assert b"and 2 more, not named here" in made


def test_nothing_of_a_request_or_a_person_is_on_them(office: Office, tmp_path: Path) -> None:
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1, 2]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(tmp_path / "out"))
    assert office.call("public", "build", tmp_path / "site").exit_code == 0
    made = b"".join(place.read_bytes() for place in sorted((tmp_path / "site").rglob("*")) if place.is_file())
    names = {str(row["row_id"]).encode() for row in office.rows(batch)} | {batch.encode(), package.encode()}
    assert not [name for name in names if name in made]
    assert not NINE.search(made)
    assert not PERSON.search(made)


def test_people_are_counted_only_when_the_year_is_over(decided: tuple[Office, str]) -> None:
    office, _ = decided
    house, year = office.house, datetime.now(UTC).year
    now = statistics(house.decide)
    assert (now.year, now.sheets, now.outcomes, dict(now.running)["request"]) == (year, (), (), 1)
    later = dataclasses.replace(house.decide, clock=Still(datetime(year + 1, 1, 2, tzinfo=UTC)))
    then = statistics(later)
    assert ([sheet.year for sheet in then.sheets], [each.year for each in then.outcomes]) == ([year], [year])
    shown = [n for n in then.outcomes[0].rows.values() if n is not None]
    assert not [n for n in shown if 0 < n < 11]
    made = site(pages(dataclasses.replace(house, decide=later)))
    assert {f"data/{year}.csv", f"data/{year}-trace.csv"} <= made.keys()


def test_a_folder_with_something_else_in_it_is_left_alone(office: Office, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = office.call("public", "build", tmp_path)
    assert (done.exit_code, "E_OUT" in done.stderr) == (1, True)
    assert not (tmp_path / "index.html").exists()
