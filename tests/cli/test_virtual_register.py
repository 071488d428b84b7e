"""`kassa virtual-register`, as a process and as a parser."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.shtrih.frames import ACK, encode_v1
from kassa_tui.cli import main

pytestmark = pytest.mark.filterwarnings("error")


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The process, once it has said that it is ready, and what it said."""
    command = [sys.executable, "-m", "kassa_tui", "virtual-register", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def ask(url: str, body: bytes) -> bytes:
    host, port = url.removeprefix("socket://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(encode_v1(body))
        stream = connection.makefile("rb")
        assert stream.read(1) == bytes((ACK,))
        _, length = stream.read(2)
        answer = stream.read(length + 1)[:-1]
        connection.sendall(bytes((ACK,)))
        return answer


def execute(url: str, **command: object) -> dict[str, object]:
    """The answer of KkmServer."""
    server = url.removesuffix("?num_device=1")
    with urllib.request.urlopen(server + "/Execute", json.dumps(command).encode(), 5) as answer:
        return json.load(answer)


def stop(process: subprocess.Popen[str], number: int) -> int:
    process.send_signal(number)
    return process.wait(10)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(tmp_path, number):
    with running("--state", str(tmp_path / "state")) as (process, ready):
        assert ready["fiscal_drive_number"] == "9999078900001234"
        assert ask(ready["shtrih"], b"\xfc")[:2] == b"\xfc\0"
        assert stop(process, number) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_it_offers_both_carriers_with_their_addresses(tmp_path):
    arguments = ("--shtrih", "127.0.0.1:0", "--pty", "--pace", "57600")
    with running("--state", str(tmp_path / "state"), *arguments) as (_, ready):
        assert ready["shtrih"].startswith("socket://127.0.0.1:")
        assert ready["pty"].startswith("serial:///dev/")
        assert ready["pty"].endswith("?baudrate=57600")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_both_faces_serve_one_register(tmp_path):
    arguments = ("--shtrih", "127.0.0.1:0", "--kkmserver", "127.0.0.1:0")
    with running("--state", str(tmp_path / "state"), *arguments) as (process, ready):
        assert ask(ready["shtrih"], b"\xe0" + bytes((30, 0, 0, 0)))[:2] == b"\xe0\0"
        assert ready["kkmserver"].startswith("http://127.0.0.1:")
        assert ready["kkmserver"].endswith("?num_device=1")
        assert execute(ready["kkmserver"], Command="GetDataKKT")["Info"]["SessionState"] == 2
        assert stop(process, signal.SIGTERM) == 0


def test_kkmserver_alone_is_set_up_by_its_options(tmp_path):
    arguments = ("--kkmserver", "127.0.0.1:0", "--legacy", "--quirks", "on-of,message-prefix")
    with running("--state", str(tmp_path / "state"), *arguments) as (_, ready):
        assert set(ready) == {"fiscal_drive_number", "kkmserver"}
        (unit,) = execute(ready["kkmserver"], Command="List")["ListUnit"]
        assert unit["OnOf"] is True
        answer = execute(ready["kkmserver"], Command="Foo")
        assert answer["Error"].startswith("Message: Ошибка разбора")


def test_a_password_closes_kkmserver(tmp_path):
    arguments = ("--kkmserver", "127.0.0.1:0", "--password", "тайна")
    with running("--state", str(tmp_path / "state"), *arguments) as (_, ready):
        with pytest.raises(urllib.error.HTTPError) as refused:
            execute(ready["kkmserver"], Command="List")
        assert refused.value.code == 401
        refused.value.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_documents_and_paper_survive_a_kill(tmp_path):
    state, paper = tmp_path / "state", tmp_path / "paper"
    arguments = ("--state", str(state), "--paper", str(paper), "--ffd", "1.05")
    with running(*arguments) as (process, ready):
        assert ask(ready["shtrih"], b"\xe0" + bytes((30, 0, 0, 0)))[:2] == b"\xe0\0"
        stop(process, signal.SIGKILL)
    assert "ОТКРЫТИИ СМЕНЫ" in paper.read_text(encoding="utf-8")
    with running(*arguments) as (_, ready):
        status = ask(ready["shtrih"], b"\xff\x01" + bytes((30, 0, 0, 0)))
        assert status[-4:] == b"\2\0\0\0"
        ffd = ask(ready["shtrih"], b"\x1f" + bytes((30, 0, 0, 0, 17, 1, 0, 17)))
        assert ffd == b"\x1f\0\2"


def test_faults_are_shown_by_the_served_register(tmp_path):
    with running("--state", str(tmp_path / "state"), "--faults", "busy@E0") as (_, ready):
        assert ask(ready["shtrih"], b"\xe0" + bytes((30, 0, 0, 0))) == b"\xe0\x50"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--shtrih", "0.0.0.0:0"], "--listen-everywhere"),
        (["--shtrih", "example.org:7778"], "--listen-everywhere"),
        (["--kkmserver", "0.0.0.0:0"], "--listen-everywhere"),
        (["--quirks", "no-such-quirk"], "no-such-quirk"),
        (["--faults", "no-such-fault"], "no-such-fault"),
        (["--faults", "busy:2.0"], "probability"),
        (["--state", "{tmp}"], "{tmp}"),
        (["--state", "{tmp}/missing/state"], ""),
        (["--paper", "{tmp}"], "{tmp}"),
    ],
)
def test_what_cannot_be_served_is_refused_in_words(tmp_path, capsys, arguments, complaint):
    asked = [argument.format(tmp=tmp_path) for argument in arguments]
    code = main(["virtual-register", "--state", str(tmp_path / "state"), *asked])
    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert complaint.format(tmp=tmp_path) in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--state", "x", "--shtrih", "7778"],
        ["--state", "x", "--shtrih", "127.0.0.1:65536"],
        ["--state", "x", "--shtrih", "127.0.0.1:²"],
        ["--state", "x", "--kkmserver", "5893"],
        ["--state", "x", "--repeat", "twice"],
        ["--state", "x", "--pace", "0"],
        ["--state", "x", "--seed", "one"],
        ["--state", "x", "--ffd", "1.0"],
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_code_2(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(["virtual-register", *arguments])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("face", ["--shtrih", "--kkmserver"])
def test_a_taken_port_is_refused_in_words(tmp_path, capsys, face):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        state = str(tmp_path / "state")
        assert main(["virtual-register", "--state", state, face, address]) == 2
    assert "kassa virtual-register:" in capsys.readouterr().err


def test_a_state_in_use_is_refused_in_words(tmp_path, capsys):
    state = str(tmp_path / "state")
    with running("--state", state):
        assert main(["virtual-register", "--state", state]) == 2
    assert Path(state).name in capsys.readouterr().err
