"""What surrounds the code: lock files, image, unit, CI. Their promises, as far as no registry or engine is needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from khabardar.settings import SettingsErrors, load

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock.txt", "requirements-dev.lock.txt")
UNIT = ROOT / "packaging" / "khabardar.service"

_ENTRY = re.compile(r"[A-Za-z0-9._-]+(?:\[[a-z0-9,-]+\])?==[A-Za-z0-9._+!-]+(?: ; [^:/]+)?\Z")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\Z")


def _entries(lock: str) -> list[list[str]]:
    """One list per entry: the requirement, then its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", "")
    return [line.split("    ") for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_holds_names_versions_and_hashes_only(lock: str) -> None:
    """No address and no name of a host: it serves every registry."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)
    for name, *hashes in _entries(lock):
        assert _ENTRY.match(name.strip()), name
        assert hashes
        assert all(_HASH.match(one.strip()) for one in hashes), name


def test_development_lock_holds_all_of_the_other() -> None:
    """What `make test` installed serves `make run` too."""
    runtime, development = ({entry[0].strip() for entry in _entries(lock)} for lock in LOCKS)
    assert runtime <= development


def test_every_dependency_is_locked() -> None:
    """pyproject.toml and the lock files tell the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=;]", one)[0].strip().lower().replace("_", "-") for one in project["dependencies"]}
    locked = {re.split(r"[\[=]", entry[0])[0].lower().replace("_", "-") for entry in _entries(LOCKS[0])}
    assert wanted - locked == set()


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def test_what_the_image_copies_exists_and_is_not_ignored() -> None:
    """COPY of a missing file breaks the build; an ignored one breaks it too."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", _dockerfile(), re.MULTILINE)
    for source in " ".join(sources).split():
        assert (ROOT / source).exists()
        assert source not in ignored
    for needed in ("README.md", "pyproject.toml", "packaging", "khabardar"):
        assert needed not in ignored


def test_no_step_of_the_image_may_fail_unseen() -> None:
    """`a && b || true` also hides the failure of a."""
    assert "|| true" not in _dockerfile()


def test_image_runs_as_nobody_special_and_asks_for_its_health() -> None:
    """And keeps its data in a volume."""
    lines = _dockerfile().splitlines()
    assert "USER khabardar" in lines
    assert "VOLUME /data" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_compose_cannot_start_open() -> None:
    """It asks for a password before it starts anything, and publishes on loopback only."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert re.search(r"KHABARDAR_WEB_PASSWORD: \$\{KHABARDAR_PASSWORD:\?.+\}", text)
    assert re.findall(r'- "([^"]+):\d+:\d+"', text) == ["127.0.0.1"]


@pytest.mark.parametrize(("password", "listen"), [("a long one", "0.0.0.0:8017"), ("", "127.0.0.1:8017")])
def test_first_start_of_a_container_listens_outside_only_with_a_password(
    tmp_path: Path, password: str, listen: str
) -> None:
    """And the configuration that it wrote is refused when the password is gone."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "khabardar").write_text(
        f'#!/bin/sh\n[ "$1" = run ] && exit 0\nexec {sys.executable} -m khabardar.cli "$@"\n', encoding="utf-8"
    )
    (bin_ / "khabardar").chmod(0o755)
    config = tmp_path / "data" / "khabardar.toml"
    config.parent.mkdir()
    known = {"PATH": f"{bin_}:{os.environ['PATH']}", "KHABARDAR_CONFIG": str(config), "PYTHONPATH": str(ROOT)}
    started = known | {"KHABARDAR_WEB_PASSWORD": password}
    for _ in range(2):
        subprocess.run(["sh", str(ROOT / "packaging" / "entrypoint.sh"), "run"], check=True, env=started)
    settings = load(config, started)
    assert settings.web.listen == listen
    if password:
        assert settings.web.password is not None
        with pytest.raises(SettingsErrors, match="KHABARDAR_WEB_PASSWORD is not set"):
            load(config, known)
        config.write_text(config.read_text("utf-8").replace("password = ", "# password = "), encoding="utf-8")
        with pytest.raises(SettingsErrors, match="a password is required"):
            load(config, known)


def test_programs_of_a_shell_are_executable_and_parse() -> None:
    """Git keeps the bit; `COPY` keeps it too."""
    for name in ("packaging/entrypoint.sh", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name
    for name in ("packaging/entrypoint.sh", "packaging/setup.sh", "packaging/lock.sh"):
        subprocess.run(["sh", "-n", str(ROOT / name)], check=True)


def test_ci_calls_the_two_commands() -> None:
    """The same ones that people use."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^make lint$", text, re.MULTILINE)
    assert re.search(r"^make test$", text, re.MULTILINE)
    assert "set -euo pipefail" in text


def test_help_of_make_lists_what_people_need() -> None:
    """`make` alone tells what there is."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    done = subprocess.run(["make", "-C", str(ROOT), "--no-print-directory"], capture_output=True, text=True, check=True)
    for target in ("setup", "demo", "run", "test", "lint"):
        assert f"make {target}" in done.stdout


def test_unit_is_understood_by_systemd(tmp_path: Path) -> None:
    """With a command that exists in the place of ours."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE), encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    about_us = [line for line in done.stderr.splitlines() if "khabardar" in line]
    assert about_us == []


def test_unit_is_watched() -> None:
    """Systemd is told when the service is ready, and restarts one that gives no sign of life."""
    text = UNIT.read_text(encoding="utf-8")
    assert re.search(r"^Type=notify$", text, re.MULTILINE)
    assert re.search(r"^WatchdogSec=\d+$", text, re.MULTILINE)
    assert re.search(r"^Restart=always$", text, re.MULTILINE)


@pytest.mark.parametrize(
    "key", ["NoNewPrivileges", "ProtectSystem", "PrivateTmp", "CapabilityBoundingSet", "SystemCallFilter"]
)
def test_unit_is_closed(key: str) -> None:
    """Hardening that must not get lost."""
    assert re.search(rf"^{key}=", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def _setup(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """setup.sh in a folder that holds nothing but what it reads."""
    for name in ("pyproject.toml", LOCKS[0]):
        shutil.copy(ROOT / name, folder)
    return subprocess.run(
        ["sh", str(ROOT / "packaging" / "setup.sh"), LOCKS[0]],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_python_that_will_not_do_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """Too old, without venv, or not there at all: also with a space in its path."""
    python = tmp_path / "my python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    for named in (str(python), "/nonexistent/python"):
        done = _setup(tmp_path, PYTHON=named)
        assert done.returncode == 2
        assert f"(tried: {named})" in done.stderr
        assert "python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_environment_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """One sentence, not a line for each file that cannot be removed."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".place").write_text("elsewhere")
    (tmp_path / ".venv").chmod(0o555)
    done = _setup(tmp_path)
    (tmp_path / ".venv").chmod(0o755)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / ".venv" / ".place").exists()
