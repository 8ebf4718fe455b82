# SPDX-License-Identifier: Apache-2.0
"""A recipient opens a hand-out: with `lawgate receive`, and with programs by others alone."""

import io
import re
import shutil
import stat
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from journeys.delivered import HandOut, made, record
from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.jwe.sealer import JweSealer
from lawgate.drivers.package.archive import write_tar
from lawgate.drivers.package.unpack import MOST_BYTES, unpack
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.receive_folder import LONGEST_IDENTITY
from lawgate.ports.seal import Sealer
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import keys_name
from lawgate.surfaces.cli.app import build
from lawgate.wiring.main import doors
from lawgate.wiring.sealers import openers

KINDS = [AgeSealer, JweSealer]


@pytest.fixture(params=KINDS)
def sealer(request) -> Sealer:
    return request.param()


def receive(folder: Path, identity: Path, out: Path) -> Result:
    return CliRunner().invoke(build(doors()), ["receive", str(folder), "--identity", str(identity), "--out", str(out)])


def arrived(out: Path) -> dict[str, bytes]:
    """What was written, by file name; nothing where there is no folder."""
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())} if out.exists() else {}


def as_files(sent: HandOut, *left_out: str) -> dict[str, bytes]:
    return {f"{name[:4]}.json": data for name, data in sent.plain.items() if name not in left_out}


@pytest.mark.parametrize("keepers", [1, 2])
def test_everything_opens_and_is_what_was_sealed(sealer: Sealer, keepers: int, tmp_path: Path) -> None:
    sent, out = made(sealer, 3, keepers), tmp_path / "mine"
    shown = receive(tmp_path / "box", sent.put(tmp_path / "box"), out)
    assert shown.exit_code == 0, shown.output
    assert arrived(out) == as_files(sent)
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert "3 listed = 3 opened + 0 withheld + 0 damaged" in shown.output
    assert "use: only the named officers, only this matter\n" in shown.output
    assert "purpose: investigation, and no other use\n" in shown.output
    assert "return or destroy by: 2030-08-01\n" in shown.output
    assert "Made-up" not in shown.output


def test_the_program_itself_needs_no_office_and_no_network(sealer: Sealer, tmp_path: Path, need) -> None:
    strace = need("strace")
    sent, out, trace = made(sealer), tmp_path / "mine", tmp_path / "trace"
    identity = sent.put(tmp_path / "box")
    program = [sys.executable, "-m", "lawgate.wiring.main", "receive", "box", "--identity", identity, "--out", out]
    watched = [strace, "-f", "-qq", "-e", "trace=network", "-o", trace, *program]
    done = subprocess.run(watched, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "3 opened" in done.stdout
    assert "AF_INET" not in trace.read_text()
    assert arrived(out) == as_files(sent)


@pytest.mark.parametrize(("keepers", "keeper"), [(1, 1), (2, 1), (2, 2)])
def test_one_identity_left_out_withholds_one_record(sealer: Sealer, keepers: int, keeper: int, tmp_path: Path) -> None:
    whole, out = made(sealer, 3, keepers), tmp_path / "mine"
    kept = whole.names[1]
    shown = receive(tmp_path / "box", whole.without(kept, keeper=keeper).put(tmp_path / "box"), out)
    assert shown.exit_code == 0, shown.output
    assert "3 listed = 2 opened + 1 withheld + 0 damaged" in shown.output
    assert f"withheld: {kept}: its identity was left out of {keys_name(whole.ending, keeper)}\n" in shown.output
    assert arrived(out) == as_files(whole, kept)


@pytest.mark.parametrize("there", [1, 2])
def test_the_missing_keeper_is_named(sealer: Sealer, there: int, tmp_path: Path) -> None:
    sent, out = made(sealer, 2, keepers=2), tmp_path / "mine"
    shown = receive(tmp_path / "box", sent.put(tmp_path / "box", [there]), out)
    missing = {1: "second", 2: "first"}[there]
    # One file of two is no disclosure: what the other keeper holds back stays shut.
    assert (shown.exit_code, arrived(out)) == (1, {})
    assert f"E_KEYS_MISSING: {keys_name(sent.ending, 3 - there)} is missing" in shown.output
    assert f"it comes from the {missing} one" in shown.output


def test_age_alone_opens_a_package_of_two_keepers(tmp_path: Path, need) -> None:
    age = need("age")
    sent = made(AgeSealer(), 2, keepers=2)
    me = sent.put(tmp_path / "box")
    shell = (
        f"{age} -d -i {me} keys.age > ids.txt && {age} -d -i {me} keys-2.age > ids-2.txt && tar xf package.tar && "
        f"{age} -d -i ids.txt 0002.age | {age} -d -i ids-2.txt"
    )
    shown = subprocess.run(["sh", "-c", shell], cwd=tmp_path / "box", capture_output=True, check=True)
    assert shown.stdout == sent.plain["0002.age"]


def test_jose_alone_opens_a_package_made_for_its_own_key(tmp_path: Path, need) -> None:
    jose = need("jose")
    keys = f"""{jose} jwk gen -i '{{"kty":"EC","crv":"P-384"}}' -o me.jwk && {jose} jwk pub -i me.jwk"""
    public = subprocess.run(["sh", "-c", keys], cwd=tmp_path, capture_output=True, check=True, text=True).stdout
    sealer = JweSealer()
    sent = made(sealer, 3)
    mine = replace(sent.me, recipient=public.strip())
    assert sealer.is_recipient(mine.recipient)
    sent = replace(sent, me=mine, manifest=replace(sent.manifest, recipient_text=manifests.text_digest(mine.recipient)))
    sent.without("0003.jwe").put(tmp_path / "box")
    opens = (
        f"{jose} jwe dec -i keys.jwe -k ../me.jwk > ids.txt; tar xf package.tar; "
        f"grep -A 1 '^# %s$' ids.txt | tail -n 1 | {jose} jwe dec -i %s -k -"
    )
    for name in ("0001.jwe", "0002.jwe"):
        shown = subprocess.run(
            ["sh", "-c", opens % (name, name)], cwd=tmp_path / "box", capture_output=True, check=True
        )
        assert shown.stdout == sent.plain[name]
    for name, other in (("0003.jwe", "0003.jwe"), ("0001.jwe", "0002.jwe")):
        run = subprocess.run(
            ["sh", "-c", opens % (name, other)], cwd=tmp_path / "box", capture_output=True, check=False
        )
        assert run.returncode != 0 and run.stdout == b""
    shown = receive(tmp_path / "box", tmp_path / "me.jwk", tmp_path / "mine")
    assert shown.exit_code == 0, shown.output
    assert arrived(tmp_path / "mine") == as_files(sent, "0003.jwe")


def test_a_damaged_record_is_named_and_the_others_are_written(sealer: Sealer, tmp_path: Path) -> None:
    sent, out = made(sealer, 3), tmp_path / "mine"
    spoilt = sent.names[2]
    changed = {**sent.sealed, spoilt: sent.sealed[spoilt][:-1] + b"!"}
    shown = receive(tmp_path / "box", replace(sent, sealed=changed).put(tmp_path / "box"), out)
    assert shown.exit_code == 1
    assert "3 listed = 2 opened + 0 withheld + 1 damaged" in shown.output
    assert f"damaged: {spoilt}: it is not the file that manifest.json lists" in shown.output
    assert "E_DAMAGED" in shown.output
    assert arrived(out) == as_files(sent, spoilt)


def test_a_record_that_is_not_there_is_damaged(sealer: Sealer, tmp_path: Path) -> None:
    sent, out = made(sealer, 3), tmp_path / "mine"
    less = {name: data for name, data in sent.sealed.items() if name != sent.names[0]}
    shown = receive(tmp_path / "box", replace(sent, sealed=less).put(tmp_path / "box"), out)
    assert "3 listed = 2 opened + 0 withheld + 1 damaged" in shown.output
    assert arrived(out) == as_files(sent, sent.names[0])


OTHER = {
    "package": "pkg-0002", "batch": "req-0002", "provision": "p2", "purpose": "another", "format": "lawgate-record-2",
    "recipients": ["person.b.1"], "values": {"wages": {"2021": "1"}}, "return_by": "soon", "sole_use": "yes",
    "use_terms": 1, "more": "text",
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(OTHER))
def test_a_record_that_says_otherwise_than_the_manifest_is_damaged(key: str, tmp_path: Path) -> None:
    sent, out = made(JweSealer(), 2, plain={2: record(2, **{key: OTHER[key]})}), tmp_path / "mine"
    shown = receive(tmp_path / "box", sent.put(tmp_path / "box"), out)
    assert "2 listed = 1 opened + 0 withheld + 1 damaged" in shown.output
    assert arrived(out) == as_files(sent, "0002.jwe")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{}", b'{"a":1}', record(2) + b" ", record(2, values={}), record(2).replace(b":", b": ", 1)],
)
def test_content_that_is_no_record_is_damaged(content: bytes, tmp_path: Path) -> None:
    sent, out = made(JweSealer(), 2, plain={2: content}), tmp_path / "mine"
    receive(tmp_path / "box", sent.put(tmp_path / "box"), out)
    assert arrived(out) == as_files(sent, "0002.jwe")


def test_a_record_sealed_once_in_a_package_of_two_keepers_is_damaged(sealer: Sealer, tmp_path: Path) -> None:
    sent, out = made(sealer, 2, keepers=1), tmp_path / "mine"
    both = replace(sent, rings=(*sent.rings, sent.rings[0]), manifest=replace(sent.manifest, custody=2))
    shown = receive(tmp_path / "box", both.put(tmp_path / "box"), out)
    assert "2 listed = 0 opened + 0 withheld + 2 damaged" in shown.output
    assert arrived(out) == {}


def refused(box: Path, identity: Path, out: Path, code: str) -> bool:
    """Whether `receive` says this code with how to mend it, in plain words, and writes nothing."""
    shown = receive(box, identity, out)
    said = f"not done: {code}: " in shown.output and "\nto mend: " in shown.output
    assert said and shown.exit_code == 1 and "Traceback" not in shown.output, shown.output
    return arrived(out) == {} and not list(out.parent.glob(".receiving-*"))


def test_a_wrong_identity_is_told_apart_from_a_spoilt_file(sealer: Sealer, tmp_path: Path) -> None:
    """I6: the hand-out opens with the registered key and with no other."""
    sent, out = made(sealer), tmp_path / "mine"
    identity = sent.put(tmp_path / "box")
    keys = tmp_path / "box" / keys_name(sent.ending)
    (tmp_path / "other").write_text(sealer.fresh().secret)
    assert refused(tmp_path / "box", tmp_path / "other", out, "E_NOT_FOR_YOU")
    (tmp_path / "other").write_text("no key")
    assert refused(tmp_path / "box", tmp_path / "other", out, "E_IDENTITY")
    (tmp_path / "other").write_bytes(b"\xff\xfe")
    assert refused(tmp_path / "box", tmp_path / "other", out, "E_IDENTITY")
    assert refused(tmp_path / "box", tmp_path / "none", out, "E_IDENTITY")
    (tmp_path / "other").write_bytes(b"#" * (LONGEST_IDENTITY + 1))
    assert refused(tmp_path / "box", tmp_path / "other", out, "E_IDENTITY")
    keys.write_bytes(keys.read_bytes()[:-3])
    assert refused(tmp_path / "box", identity, out, "E_KEYS")
    keys.unlink()
    assert refused(tmp_path / "box", identity, out, "E_HANDOUT")


RINGS = {
    "no pairs": "text", "no name": "{0}\n", "twice": "# {1}\n{0}\n# {1}\n{0}\n", "stranger": "# 0009.age\n{0}\n",
    "path": "# ../1.age\n{0}\n", "no end": "# {1}\n{0}", "not ascii": "# {1}\né\n",
}  # fmt: skip


@pytest.mark.parametrize("form", sorted(RINGS))
def test_a_key_file_in_another_form_is_refused(form: str, tmp_path: Path) -> None:
    sealer = AgeSealer()
    sent, out = made(sealer), tmp_path / "mine"
    identity = sent.put(tmp_path / "box")
    text = RINGS[form].format(sealer.fresh().secret, sent.names[0])
    (tmp_path / "box/keys.age").write_bytes(sealer.seal(text.encode(), sent.me.recipient))
    assert refused(tmp_path / "box", identity, out, "E_KEYS")


@pytest.mark.parametrize("custody", [0, 3, -1])
def test_another_number_of_keepers_is_refused(custody: int, tmp_path: Path) -> None:
    sent = made(AgeSealer(), 2, keepers=2)
    sent = replace(sent, manifest=replace(sent.manifest, custody=custody))
    assert refused(tmp_path / "box", sent.put(tmp_path / "box"), tmp_path / "mine", "E_MANIFEST")


def test_a_manifest_that_hides_the_second_keeper_opens_nothing(sealer: Sealer, tmp_path: Path) -> None:
    sent, out = made(sealer, 2, keepers=2), tmp_path / "mine"
    sent = replace(sent, manifest=replace(sent.manifest, custody=1))
    assert refused(tmp_path / "box", sent.put(tmp_path / "box"), out, "E_HANDOUT")
    shown = receive(tmp_path / "less", sent.put(tmp_path / "less", [1]), out)
    assert "2 listed = 0 opened + 0 withheld + 2 damaged" in shown.output
    assert arrived(out) == {}


def test_a_package_of_one_keeper_has_the_bytes_it_had_before_there_were_two() -> None:
    said = manifests.render(made(AgeSealer(), 1).manifest)
    assert b"custody" not in said and manifests.parse(said).custody == 1
    both = manifests.render(made(AgeSealer(), 1, keepers=2).manifest)
    assert b'"custody":2' in both and manifests.parse(both).custody == 2
    with pytest.raises(LawgateError):
        manifests.parse(both.replace(b'"custody":2', b'"custody":1'))


def test_two_key_files_of_one_keeper_are_refused(tmp_path: Path) -> None:
    sent = made(AgeSealer())
    identity = sent.put(tmp_path / "box")
    shutil.copy(tmp_path / "box/keys.age", tmp_path / "box/keys.jwe")
    assert refused(tmp_path / "box", identity, tmp_path / "mine", "E_HANDOUT")


def named(sent: HandOut, name: str, kind: bytes = tarfile.REGTYPE, size: int | None = None) -> bytes:
    """The package's tar with one more member by the library, of any name, kind and stated size."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for each, data in [("manifest.json", manifests.render(sent.manifest)), *sent.sealed.items()]:
            tar.addfile(_member(each, len(data)), io.BytesIO(data))
        member = _member(name, 1)
        member.type, member.linkname = kind, "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
        tar.addfile(member, io.BytesIO(b"x"))
    found = out.getvalue()
    if size is not None:
        at = found.rindex(name.encode()) + 124
        stated = b"%011o\0" % size if size >= 0 else (size % (1 << 96)).to_bytes(12, "big")
        found = found[:at] + stated + found[at + 12 :]
    return found


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member


def listing(sent: HandOut, records: tuple[manifests.Sealed, ...]) -> HandOut:
    """The same files, other records in the manifest."""
    return replace(sent, manifest=replace(sent.manifest, records=records))


def tars(sent: HandOut) -> dict[str, tuple[str, bytes]]:
    good, manifest, listed = sent.tar(), manifests.render(sent.manifest), sent.manifest.records
    return {
        "empty": ("E_TAR", b""),
        "no tar": ("E_TAR", b"junk" * 999),
        "cut in a header": ("E_TAR", good[:700]),
        "cut at the end": ("E_TAR", good[:-512]),
        "more behind it": ("E_TAR", good + bytes(512)),
        "packed": ("E_TAR", b"\x1f\x8b" + good),
        "a path": ("E_TAR_NAME", named(sent, "../../0001.json")),
        "an absolute path": ("E_TAR_NAME", named(sent, "/etc/passwd")),
        "a long name": ("E_TAR", named(sent, "a" * 200)),
        "a link": ("E_TAR", named(sent, "0004.age", tarfile.SYMTYPE)),
        "a hard link": ("E_TAR", named(sent, "0004.age", tarfile.LNKTYPE)),
        "a sparse file": ("E_TAR", named(sent, "0004.age", tarfile.GNUTYPE_SPARSE)),
        "a folder": ("E_TAR", named(sent, "folder", tarfile.DIRTYPE)),
        "a claimed size": ("E_TAR_SIZE", named(sent, "0004.age", size=8**11 - 1)),
        "a size below zero": ("E_TAR", named(sent, "0004.age", size=-512)),
        "a size it does not have": ("E_TAR", named(sent, "0004.age", size=900_000)),
        "a large file": ("E_TAR_SIZE", write_tar([("manifest.json", manifest), ("0001.age", bytes((1 << 20) + 1))])),
        "many files": ("E_TAR_SIZE", write_tar([(f"{n:04d}.age", b"") for n in range(502)])),
        "a second manifest": ("E_TAR_NAME", write_tar([("manifest.json", manifest)] * 2)),
        "one more file": ("E_MANIFEST", write_tar([("manifest.json", manifest), ("0009.age", b"")])),
        "no manifest": ("E_MANIFEST", write_tar(list(sent.sealed.items()))),
        "another spelling": ("E_MANIFEST", write_tar([("manifest.json", manifest + b"\n")])),
        "a list of no records": ("E_MANIFEST", listing(sent, ()).tar()),
        "a file less": ("E_MANIFEST", listing(sent, sent.manifest.records[1:]).tar()),
        "a list and files of none": ("E_MANIFEST", replace(listing(sent, ()), sealed={}).tar()),
        "a gap": ("E_MANIFEST", replace(listing(sent, listed[1:]), sealed=dict(list(sent.sealed.items())[1:])).tar()),
        "another order": ("E_MANIFEST", listing(sent, listed[::-1]).tar()),
        "a listed path": ("E_MANIFEST", listing(sent, (*listed, replace(listed[0], name="../1.age"))).tar()),
    }  # fmt: skip


SENT = made(AgeSealer())


@pytest.mark.parametrize("case", sorted(tars(SENT)))
def test_a_tar_that_is_none_of_ours_is_refused(case: str, tmp_path: Path) -> None:
    code, tar = tars(SENT)[case]
    identity = SENT.put(tmp_path / "box")
    (tmp_path / "box/package.tar").write_bytes(tar)
    assert refused(tmp_path / "box", identity, tmp_path / "mine", code)


def test_a_tar_larger_than_any_package_is_not_read_to_its_end(tmp_path: Path) -> None:
    identity = SENT.put(tmp_path / "box")
    with (tmp_path / "box/package.tar").open("wb") as file:
        file.truncate(1 << 40)
    assert refused(tmp_path / "box", identity, tmp_path / "mine", "E_TAR_SIZE")


def test_bytes_beyond_any_package_are_not_taken_apart() -> None:
    with pytest.raises(Refused, match="E_TAR_SIZE"):
        unpack(bytes(MOST_BYTES + 1))


def test_nothing_is_ever_written_over(tmp_path: Path) -> None:
    identity, out = SENT.put(tmp_path / "box"), tmp_path / "mine"
    out.mkdir()
    assert receive(tmp_path / "box", identity, out).exit_code == 0
    before = arrived(out)
    shown = receive(tmp_path / "box", identity, out)
    assert "E_OUT" in shown.output and shown.exit_code == 1
    assert arrived(out) == before
    (tmp_path / "file").write_text("mine")
    assert "E_OUT" in receive(tmp_path / "box", identity, tmp_path / "file").output
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert "E_OUT" in receive(tmp_path / "box", identity, tmp_path / "link").output


def test_a_full_disk_leaves_nothing_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity, out = SENT.put(tmp_path / "box"), tmp_path / "mine"
    written = []

    def full(path: Path, data: bytes) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path.write_bytes(data))

    monkeypatch.setattr("lawgate.office.receive_folder._write", full)
    shown = receive(tmp_path / "box", identity, out)
    assert written and shown.exit_code == 2 and "E_IO" in shown.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box", "box.identity"]


def test_signs_that_steer_a_screen_do_not_reach_it(tmp_path: Path) -> None:
    sent = made(AgeSealer(), 1, plain={1: record(1, use_terms="only\x1b[2J here\nuse: anything")})
    shown = receive(tmp_path / "box", sent.put(tmp_path / "box"), tmp_path / "mine")
    assert "\x1b" not in shown.output and "\nuse: anything" not in shown.output
    assert "1 opened" in shown.output


def test_a_receipt_counts_the_records_of_either_kind(sealer: Sealer, tmp_path: Path) -> None:
    sent, paper = made(sealer, 3), tmp_path / "receipt.json"
    sent.put(tmp_path / "pkg-0001-12")
    told = ["reconcile", "receipt", str(tmp_path / "pkg-0001-12"), str(paper), "--by", "person.a.9"]
    shown = CliRunner().invoke(build(doors()), told)
    assert "3 sealed records; wrote" in shown.output
    text = paper.read_text()
    assert all(each.sha256 in text for each in sent.manifest.records)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "E_FOLDER" in receive(tmp_path / "none", tmp_path / "none", tmp_path / "mine").output


SPEC = Path(__file__).parents[2] / "docs/spec/package.md"


def commands() -> list[str]:
    """The blocks of shell commands in the description of a package, in their order."""
    return re.findall(r"^```sh\n(.*?)^```$", SPEC.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("block", "kind", "keepers"), [(0, AgeSealer, 1), (2, JweSealer, 1), (3, AgeSealer, 2), (4, JweSealer, 2)]
)
def test_the_commands_of_the_description_open_a_record(
    block: int, kind: type[AgeSealer | JweSealer], keepers: int, tmp_path: Path, need
) -> None:
    need("age"), need("jose")
    sent = made(kind(), 2, keepers)
    mine = sent.put(tmp_path / "box").read_text()
    (tmp_path / "box" / ("my-key.txt" if kind is AgeSealer else "my-key.jwk")).write_text(mine)
    shown = subprocess.run(["sh", "-ec", commands()[block]], cwd=tmp_path / "box", capture_output=True, check=True)
    assert shown.stdout == sent.plain[sent.names[0]]


def test_a_key_made_as_the_description_says_can_be_registered(tmp_path: Path, need) -> None:
    need("jose")
    subprocess.run(["sh", "-ec", commands()[1]], cwd=tmp_path, check=True)
    public = (tmp_path / "my-key.pub").read_text().strip()
    assert JweSealer().is_recipient(public)
    assert openers().recipient(*openers().identities((tmp_path / "my-key.jwk").read_text())) == public
    assert len(commands()) == 5
