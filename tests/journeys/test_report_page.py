# SPDX-License-Identifier: Apache-2.0
"""The report in a real browser: no complaint, something to see, nothing wider than a narrow screen, and pages."""

import re
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from lawgate_lab.report import write_report
from unit.lab.test_report import a_story

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
]
# A frame of 320 pixels: a headless window cannot be made as narrow as that. The frame itself reports its width.
NARROW = """<!doctype html><title>-</title><iframe width="320" height="800" srcdoc="{page}"></iframe>
<script>onload = () => {{ const d = document.querySelector('iframe').contentDocument.documentElement;
document.title = 'width ' + d.scrollWidth + ' of ' + d.clientWidth; }}</script>"""


@pytest.fixture
def browse(tmp_path: Path, need):
    chromium = need("chromium")

    def run(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        command = [chromium, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *flags, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    return run


@pytest.fixture
def page(tmp_path: Path) -> Path:
    target = tmp_path / "report.html"
    write_report(a_story(), target)
    return target


def rows_of(png: bytes) -> list[bytes]:
    """The filtered rows of a PNG's pixels: equal rows of an empty picture are equal bytes."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) in ((8, 2), (8, 6)), "an RGB or RGBA picture of 8 bits"
    data, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    flat, step = zlib.decompress(data), 1 + width * (3 if colour == 2 else 4)
    return [flat[i * step : (i + 1) * step] for i in range(height)]


def test_it_is_drawn_without_a_complaint(tmp_path: Path, page: Path, browse) -> None:
    shot = tmp_path / "shot.png"
    said = browse(page, "--window-size=1280,1600", f"--screenshot={shot}").stderr
    assert "CONSOLE" not in said
    assert len(set(rows_of(shot.read_bytes()))) > 300, "the picture is blank or nearly so"


def test_a_complaint_would_be_seen(tmp_path: Path, browse) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<!doctype html><script>throw new Error('planted')</script>", "utf-8")
    shot = tmp_path / "shot.png"
    assert "planted" in browse(bad, f"--screenshot={shot}").stderr
    assert len(set(rows_of(shot.read_bytes()))) < 10


def test_nothing_is_wider_than_a_narrow_screen(tmp_path: Path, page: Path, browse) -> None:
    framed = tmp_path / "framed.html"
    text = page.read_text("utf-8").replace("&", "&amp;").replace('"', "&quot;")
    framed.write_text(NARROW.format(page=text), "utf-8")
    (found,) = re.findall(r"<title>width (\d+) of (\d+)</title>", browse(framed, "--dump-dom").stdout)
    assert found == ("320", "320")


def test_every_part_begins_a_printed_page(tmp_path: Path, page: Path, browse) -> None:
    paper = tmp_path / "report.pdf"
    browse(page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    assert len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) == 7
