# SPDX-License-Identifier: Apache-2.0
"""verify.html in a real browser, from the disk: somebody chooses the files and reads the verdict."""

import base64
import html
import json
import re
import subprocess
from pathlib import Path

import pytest

from journeys.test_report_page import FLAGS
from lawgate.ledger.evidence import Subject
from unit.evidence import evidence_made as made
from unit.evidence.verifier_runs import HTML

# The page in a frame, so that a script can choose files as a hand would; what it shows goes into the title.
AROUND = """<!doctype html><meta charset="utf-8"><title>-</title>
<iframe srcdoc="{page}" width="900" height="900"></iframe>
<script>
const files = {files};
onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  for (const [id, data] of Object.entries(files)) {{
    const chosen = new DataTransfer();
    chosen.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], id));
    page.getElementById(id).files = chosen.files;
    page.getElementById(id).dispatchEvent(new Event("change"));
  }}
  page.getElementById("lang").value = "{lang}";
  page.getElementById("lang").dispatchEvent(new Event("change"));
  setInterval(() => {{
    const shown = ["mark", "verdict", "said", "limits"].map((id) => [id, page.getElementById(id).innerText]);
    shown.push(["heading", page.querySelector("h1").innerText]);
    document.title = JSON.stringify(Object.fromEntries(shown));
  }}, 50);
}};
</script>"""


@pytest.fixture
def browse(tmp_path: Path, need):
    chromium = need("chromium")

    def run(page: Path) -> tuple[str, str]:
        flags = [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom"]
        done = subprocess.run([chromium, *flags, page.as_uri()], capture_output=True, text=True, check=True, timeout=90)
        return done.stdout, done.stderr

    return run


def chosen(tmp_path: Path, browse, lang: str = "en", **files: bytes) -> dict[str, str]:
    """What the page shows when these files are chosen, in this language."""
    around = tmp_path / "around.html"
    coded = json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()})
    around.write_text(AROUND.format(page=html.escape(HTML.read_text("utf-8")), files=coded, lang=lang), "utf-8")
    shown, complaints = browse(around)
    assert "CONSOLE" not in complaints
    (title,) = re.findall(r"<title>(.*?)</title>", shown.split("<iframe")[0], re.DOTALL)
    return json.loads(html.unescape(title))


def test_it_opens_from_the_disk(browse) -> None:
    shown, complaints = browse(HTML)
    assert "CONSOLE" not in complaints
    assert "Check an evidence bundle" in shown


def test_a_good_bundle_and_what_it_cannot_prove(tmp_path: Path, browse) -> None:
    bundle = made.samples()["non-release"].render()
    seen = chosen(tmp_path, browse, bundle=bundle, policy=made.TEXT.encode(), papers=made.order_text())
    assert seen["verdict"] == "THE BUNDLE HOLDS"
    assert seen["mark"].startswith("SYNTHETIC")
    assert "nothing in scope of order order-a left through this gateway" in seen["said"]
    assert "file 1 is order-bar.instrument of leaf 10" in seen["said"]
    assert "nothing left by another way" in seen["limits"]


def test_a_changed_bundle_and_a_missing_policy(tmp_path: Path, browse) -> None:
    bundle = made.samples()["package"].render()
    seen = chosen(tmp_path, browse, bundle=bundle.replace(b"x.y", b"x.z", 1), policy=made.TEXT.encode())
    assert seen["verdict"].startswith("REFUSED: seal: ")
    assert (seen["mark"], seen["said"]) == ("", "")
    assert chosen(tmp_path, browse, bundle=bundle)["verdict"] == ""


def test_the_page_changes_its_language(tmp_path: Path, browse) -> None:
    bundle = made.samples()["non-release"].render()
    seen = chosen(tmp_path, browse, "es", bundle=bundle, policy=made.TEXT.encode())
    assert (seen["heading"], seen["verdict"]) == ("Comprobar un expediente de prueba", "EL EXPEDIENTE ES VÁLIDO")
    assert "la hoja 13 (handout) queda fuera del alcance: otra disposición" in seen["said"]
    assert chosen(tmp_path, browse, bundle=bundle, policy=made.TEXT.encode())["heading"] == "Check an evidence bundle"


def test_the_page_follows_a_seam(tmp_path: Path, browse) -> None:
    old, new = made.closing(), made.next_log()
    closed = old.bundle(Subject("period", first=15, last=20)).render()
    first = new.bundle(Subject("period", first=0, last=1)).render()
    more = {"next": first, "next-policy": made.NEXT_POLICY.render().encode()}
    seen = chosen(tmp_path, browse, bundle=closed, policy=made.TEXT.encode(), **more)
    assert seen["verdict"] == "THE BUNDLE HOLDS"
    assert "goes on as log office-2.example/log: both say so" in seen["said"]
