"""Fixes are safe: E9, every other byte is kept; E10, how the file is written."""

import os
import stat

import pytest
from command_line import run

from orderquery.cli import fix

# -- E9: every other byte ---------------------------------------------------------------------------------------

KEPT = {
    "line ends of Windows": (
        b'{\r\n  "search": {\r\n    "filter": {"paymentstatus": "PAID"}\r\n  }\r\n}\r\n',
        [(b"paymentstatus", b"paymentStatus")],
    ),
    "mixed line ends": (b'{\r"search":\n{"filter":\r\n{"paymentstatus": "PAID"}}}', [(b"paymentstatus", b"paymentStatus")]),
    "byte order mark": (b'\xef\xbb\xbf{"search": {"filter": {"paymentstatus": "PAID"}}}\n', [(b"paymentstatus", b"paymentStatus")]),
    "byte order mark of a text": (b"\xef\xbb\xbfpaymentstatus = PAID\r\n", [(b"paymentstatus", b"paymentStatus")]),
    "no final line end": (b'{"search": {"filter": {"paymentstatus": "PAID"}}}', [(b"paymentstatus", b"paymentStatus")]),
    "tabs": (b'{\t"search":\t{\n\t\t"filter"\t: {\t"paymentstatus"\t:\t"PAID"\t}}}', [(b"paymentstatus", b"paymentStatus")]),
    "comments": (
        b'// all\n{search: { /* of */ filter: { // them\n paymentstatus /* a */ : /* b */ "PAID" /* c */ } } } // end\n',
        [(b"paymentstatus", b'"paymentStatus"')],
    ),
    "trailing commas": (b"{search: {filter: {'paymentstatus': 'PAID',},},}", [(b"'paymentstatus'", b'"paymentStatus"')]),
    "single quotes elsewhere": (
        b"{search: {filter: {'status': 'APPROVED', paymentstatus: 'PAID'}}}",
        [(b"paymentstatus", b'"paymentStatus"')],
    ),
    "escapes": (
        b'{"search": {"filter": {"shippingInfo.title": "\\u00e9\\/\\ud83d\\ude00", "paymentstatus": "\\u0050AID"}}}',
        [(b"paymentstatus", b"paymentStatus")],
    ),
    "an escaped key": (
        b'{"search": {"filter": {"\\u0070aymentstatus": "PAID"}}}',
        [(b"\\u0070aymentstatus", b"paymentStatus")],
    ),
    "lone surrogates": (
        b'{"search": {"filter": {"shippingInfo.title": "\\ud800", "paymentstatus": "PAID"}}}',
        [(b"paymentstatus", b"paymentStatus")],
    ),
    "astral characters before the place": (
        '{"search": {"filter": {"shippingInfo.title": "\U0001f600\U0001f600", "paymentstatus": "PAID"}}}'.encode(),
        [(b"paymentstatus", b"paymentStatus")],
    ),
    "numbers as they are": (
        b'{"search": {"filter": {"priceSummary.total.amount": 1.50e1, "paymentstatus": "PAID"}, "cursorPaging": {"limit": 1e1}}}',
        [(b"paymentstatus", b"paymentStatus"), (b"1e1}", b"10}")],
    ),
    "the order of keys": (
        b'{"search": {"cursorPaging": {"limit": 5}, "sort": [{"order": "desc", "fieldName": "number"}], "filter": {}}}',
        [(b'"desc"', b'"DESC"')],
    ),
    "a value between values that change": (
        b"{search: {filter: {number: {$in: ['1', '2']}, paymentstatus : 'PAID' , 'createddate': {$gte : '2024-01-01T00:00:00Z'}}}}",
        [(b"number: {$in: ['1', '2']}", b'"$or": [{"number": "1"}, {"number": "2"}]'),
         (b"paymentstatus", b'"paymentStatus"'), (b"'createddate'", b'"createdDate"')],
    ),
    "a direction that is not written": (
        b'{"search": {"sort": [{"fieldName": "Number"}, {"fieldName": "id"}]}}', [(b"Number", b"number")],
    ),
    "a text": (
        b"  paymentstatus  =  PAID\n  and createdDate >= -7d\n  order by number, number desc\n",
        [(b"paymentstatus", b"paymentStatus"), (b", number desc", b"")],
    ),
    "a text with values": (
        b"(paymentStatus in  (PAID ,  NOT_PAID)) and not createddate >= 2024-01-01T00:00:00\n",
        [(b"createddate >= 2024-01-01T00:00:00", b"createdDate >= 2024-01-01T00:00:00Z")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_e9_every_other_byte_is_kept(case, here):
    before, changes = KEPT[case]
    wanted = before
    for old, new in changes:
        assert wanted.count(old) == 1
        wanted = wanted.replace(old, new)
    (here / "q").write_bytes(before)
    run("check", "q", "--write")
    assert (here / "q").read_bytes() == wanted
    run("check", "q", "--write")
    assert (here / "q").read_bytes() == wanted


def test_e9_a_lone_surrogate_that_is_written_anew_stays_escaped(here):
    text = '{"search": {"filter": {"number": {"$gte": "1", "$lt": "9"}, "shippingInfo.title": {"$gte": "\\ud800", "$lt": "b"}}}}'
    (here / "q.json").write_text(text)
    run("check", "q.json", "--write")
    changed = (here / "q.json").read_text()
    assert changed != text
    assert '{"shippingInfo.title": {"$gte": "\\ud800"}}' in changed


# -- E10: the file ----------------------------------------------------------------------------------------------

WRONG = '{"search": {"filter": {"paymentstatus": "PAID"}}}'
RIGHT = WRONG.replace("paymentstatus", "paymentStatus")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_e10_the_mode_is_kept_and_nothing_is_left_behind(mode, here):
    path = here / "q.json"
    path.write_text(WRONG)
    path.chmod(mode)
    assert run("check", "q.json", "--write").exit_code == 0
    assert path.read_text() == RIGHT
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert os.listdir(here) == ["q.json"]


def test_e10_no_link_is_followed(here, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "q.json").write_text(WRONG)
    (here / "file.json").symlink_to(outside / "q.json")
    (here / "folder").symlink_to(outside)
    for name in ("file.json", "folder/q.json"):
        result = run("check", name, "--write")
        assert result.exit_code == 2
        assert "symbolic link" in result.stderr
    assert (outside / "q.json").read_text() == WRONG
    assert run("check", outside / "q.json", "--write").exit_code == 0
    assert (outside / "q.json").read_text() == RIGHT


def test_e10_a_diff_writes_nothing(here):
    (here / "q.json").write_text(WRONG)
    shown = run("check", "q.json", "--diff").stdout
    assert f"-{WRONG}" in shown
    assert f"+{RIGHT}" in shown
    assert (here / "q.json").read_text() == WRONG
    both = run("check", "q.json", "--diff", "--write")
    assert (both.exit_code, both.stdout) == (2, "")
    assert (here / "q.json").read_text() == WRONG


def test_e10_a_file_that_changed_meanwhile_is_refused_and_the_others_are_fixed(here, monkeypatch):
    for name in ("a.json", "b.json", "c.json"):
        (here / name).write_text(WRONG)
    replace = fix.fix_source

    def slow(raw, report, only):
        done = replace(raw, report, only)
        if (here / "a.json").read_text() == RIGHT:
            (here / "b.json").write_text(WRONG + " ")
        return done

    monkeypatch.setattr(fix, "fix_source", slow)
    result = run("check", "*.json", "--write")
    assert result.exit_code == 2
    assert 'orderquery: "b.json" changed while it was checked; run the command again' in result.stderr
    assert [(here / name).read_text() for name in ("a.json", "b.json", "c.json")] == [RIGHT, WRONG + " ", RIGHT]


def test_e10_a_failed_write_leaves_the_file(here, monkeypatch):
    (here / "q.json").write_text(WRONG)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = run("check", "q.json", "--write")
    assert (result.exit_code, result.stderr) == (2, 'orderquery: cannot write "q.json": No space left on device\n')
    assert (here / "q.json").read_text() == WRONG
    assert os.listdir(here) == ["q.json"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_e10_a_file_that_is_read_only_is_refused(here):
    (here / "q.json").write_text(WRONG)
    (here / "q.json").chmod(0o444)
    assert run("check", "q.json", "--write").exit_code == 2
    assert (here / "q.json").read_text() == WRONG
