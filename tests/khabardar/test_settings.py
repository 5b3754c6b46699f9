"""A configuration is taken whole or refused whole, with every error at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from khabardar.settings import Settings, SettingsErrors, load, load_queries
from tests.alerts.certificates import issue

MINIMAL = """\
[topics]
japan = 'japan OR japanese'

[[sources]]
name = "dawn"
feed = "https://example.org/feed"

[[channels]]
name = "desk"
kind = "email"
to = ["desk@example.org"]
from = "khabardar@example.org"
server = "smtp://localhost:25"

[[rules]]
name = "japan"
query = 'topic:japan'
channels = ["desk"]
"""


SOURCE = "[[sources]]\nname = 'a'\nfeed = 'https://a.example/'\n"
CHANNEL = "[[channels]]\nname = 'a'\nkind = 'webhook'\nurl = 'https://a.example/'\ntimeout = '9s'\n"
RULE = "[[rules]]\nname = 'a'\nquery = 'x'\n"


def _load(folder: Path, text: str | bytes, **environ: str) -> Settings:
    file = folder / "khabardar.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, environ)


def _errors(folder: Path, text: str | bytes, **environ: str) -> list[str]:
    """The errors without the name of the file: ``LINE: KEY: message``."""
    with pytest.raises(SettingsErrors) as caught:
        _load(folder, text, **environ)
    return [str(error).removeprefix(f"{folder / 'khabardar.toml'}:") for error in caught.value.errors]


def test_minimal_file_is_enough(tmp_path: Path) -> None:
    """Everything else has a default."""
    settings = _load(tmp_path, MINIMAL)
    assert settings.archive.url == f"sqlite:///{tmp_path}/khabardar.db"
    assert settings.crawl.every == 900
    assert settings.web.host == "127.0.0.1"
    assert settings.web.port == 8017
    assert [source.name for source in settings.sources] == ["dawn"]
    assert settings.rules[0].channels == ("desk",)
    assert settings.names.topics["japan"] == "japan OR japanese"


def test_archive_alone_is_a_configuration(tmp_path: Path) -> None:
    """Who only imports and searches needs no source."""
    assert (
        _load(tmp_path, '[archive]\nurl = "sqlite:////elsewhere/a.db?x=1"\n').archive.url
        == "sqlite:////elsewhere/a.db?x=1"
    )


def test_all_errors_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    """Unknown keys and tables, wrong types, missing references, bad queries, doubled names: in one go."""
    errors = _errors(
        tmp_path,
        MINIMAL
        + """
[archve]
url = "x"

[[sources]]
name = "dawn"
feeed = "https://example.org/feed"
feed = "https://example.org/feed"

[[sources]]
name = "bad"
feed = 7
only = 'topic:japn'
enabled = "yes"

[[rules]]
name = "second"
query = 'japan AND (tokyo'
channels = ["desk", "dsk"]

[web]
listen = "0.0.0.0:80"

[service]
timezone = "Asia/Karachee"
operator = ["nobody"]
""",
    )
    assert [tuple(error.split(": ", 2)[:2]) for error in errors] == [
        ("20", "archve"),
        ("24", "sources[dawn].name"),
        ("25", "sources[dawn].feeed"),
        ("30", "sources[bad].feed"),
        ("31", "sources[bad].only"),
        ("32", "sources[bad].enabled"),
        ("36", "rules[second].query"),
        ("37", "rules[second].channels[1]"),
        ("40", "web.listen"),
        ("43", "service.timezone"),
        ("44", "service.operator[0]"),
    ]
    joined = "\n".join(errors)
    for hint in ('"archive"', '"feed"', '"desk"', '"Asia/Karachi"', "password_file"):
        assert hint in joined


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "1: file: the file holds no setting"),
        ("# nothing\n", "1: file: the file holds no setting"),
        (b"\xff\xfea\x00", "1: file: the file is UTF-16"),
        (b"a = 1\nb = '\xff'\n", "2: file: the file is not UTF-8"),
        ("[archive]\nurl = sqlite\n", "2: file: not valid TOML"),
        ('[[sources]]\narticle = "\\d"\n', "2: file: not valid TOML"),
        ('a = "open\nb = 1\n', "1: file: not valid TOML"),
        ("[web]\nlisten = 'a'\n[web]\n", "3: file: not valid TOML"),
        ("a = [1, 2\n", "file: not valid TOML"),
        ("a = " + "[" * 2000, "1: file: this is not readable TOML"),
        ("sources = 1\n", "1: sources: must be written [[sources]]"),
        ("sources = [1]\n", "1: sources[0]: must be a table"),
        ("[sources]\nname = 'a'\n", "1: sources: must be written [[sources]]"),
        ("archive = 'x'\n", "1: archive: must be a table"),
        ("topics = 'x'\n", "1: topics: must be a table"),
        ("every = '15m'\n[archive]\n", '1: every: "every" belongs into the table [crawl]'),
        ("[topics]\n'a b' = 'x'\n", '2: topics.a b: "a b" is not a name'),
        ("[topics]\na = 1\n", "2: topics.a: must be a query"),
        ("[topics]\na = 'topic:b'\nb = 'topic:a'\n", "2: topics.a: "),
        ("[topics]\na = ''\n", "2: topics.a: "),
        ("[crawl]\nevery = 15\n", "2: crawl.every: "),
        ("[crawl]\nevery = '15'\n", "2: crawl.every: "),
        ("[crawl]\nobey_robots = 1\n", "2: crawl.obey_robots: must be true or false"),
        ("[crawl]\nfirst_visit = 'dya'\n", "2: crawl.first_visit: must be one of"),
        ("[crawl]\nallow_addresses = '127.0.0.0/8'\n", "2: crawl.allow_addresses: must be a list"),
        ("[archive]\nurl = 'postgres://a/b'\n", "2: archive.url: a PostgreSQL archive is written postgresql+psycopg://"),
        ("[archive]\nurl = 'sqlite://'\n", "2: archive.url: an archive needs a file"),
        ("[archive]\nkeep_days = -1\n", "2: archive.keep_days: "),
        ("[archive]\nkeep_days = 2025-01-01\n", "2: archive.keep_days: must be a whole number"),
        ("[web]\nlisten = '8017'\n", "2: web.listen: must be HOST:PORT"),
        ("[web]\nurl = 'news.example.org'\n", "2: web.url: must be the address of the web page"),
        ("[web]\nurl = 'https://a:b@news.example.org/'\n", "2: web.url: must be the address of the web page"),
        ("[web]\nurl = 'javascript:alert(1)'\n", "2: web.url: must be the address of the web page"),
        ("[web]\nlisten = ':8017'\n", "2: web.listen: :8017 can be reached from other machines"),
        ("[web]\nlisten = 'example.org:1'\n", "2: web.listen: example.org:1 can be reached"),
        ("[[channels]]\nname = 'a'\n", "1: channels[a].kind: this key is required"),
        ("[[channels]]\nname = 'a'\nkind = 'mail'\n", '3: channels[a].kind: there is no kind "mail"'),
        ("[[sources]]\nfeed = 'https://a.example/'\n", "1: sources[0].name: this key is required"),
        ("[[sources]]\nname = 'a'\n", "1: sources[a]: "),
        ("[[sources]]\nname = 'a'\nfeed = 'ftp://a.example/'\n", "3: sources[a].feed: "),
        (SOURCE + "article = '('\n", "4: sources[a].article: "),
        (SOURCE + "[sources.select]\nbody = ['p', '..']\n", "5: sources[a].select"),
        (SOURCE + "[sources.select]\nbdy = 'p'\n", '5: sources[a].select.bdy: there is no key "bdy" here.'),
        (SOURCE + "[[sources.fallback]]\nfed = 'x'\n", "5: sources[a].fallback[0].fed: "),
        ("[[rules]]\nname = 'a'\nquery = '-japan'\n", "3: rules[a].query: the query is not understood"),
        (RULE + "channels = ['b']\n", '4: rules[a].channels[0]: there is no channel "b". There is no'),
        (RULE + "[[rules]]\nname = 'A'\nquery = 'x'\n", '5: rules[A].name: the name "A" is already used on line 2'),
        (RULE + "channels = 'desk'\n", "4: rules[a].channels: must be a list"),
        (RULE + "deliver = 'dayly 08:00'\n", "4: rules[a].deliver: "),
        ("[service]\noperator = ['x']\n", "2: service.operator[0]: there is no channel"),
        ("[web]\nlisten = '${HOST}:1'\n", "2: web.listen: the environment variable HOST is not set"),
        ("[web]\nlisten = '${HOST:-x}:1'\n", "2: web.listen: ${HOST:-x} is not understood"),
        ("[web]\npassword_file = 'none'\n", "2: web.password_file: the secret file"),
        ("[web]\npassword_file = 5\n", "2: web.password_file: must be the path"),
        ("[crawl]\nmin_every = '2h'\nmax_every = '1h'\n", "2: crawl.min_every: min_every is longer than max_every"),
        ("[archive]\nkeep_days = 1.5\n", "2: archive.keep_days: must be a whole number without quotes, not one with"),
        ("[archive]\nkeep_days = nan\n", "2: archive.keep_days: must be a whole number"),
        (f"[archive]\nkeep_days = {'9' * 5000}\n", "2: file: this number is too long"),
        ("[archive]\nurl = 'sqlite://khabardar.db'\n", "2: archive.url: a file is written with three slashes"),
        ("[archive]\nurl = 'postgresql+psycopg://u:p@h:x/d'\n", "2: archive.url: what stands between"),
        ("[archive]\nurl = 'postgresql+psycopg://u:p@q@h/d'\n", "2: archive.url: what stands between"),
        ("[crawl]\nuser_agent = ''\n", "2: crawl.user_agent: must not be empty."),
        ("[crawl]\nevery = 15m\n", "file: Only one value stands on a line, and a text needs"),
        ("[crawl]\nevery = “15m”\n", "2: file: not valid TOML (column 9): invalid value. A text needs straight quotes"),
        ("[crawl]\n[web]\n[crawl]\n", "3: file: not valid TOML (column 7): cannot declare [crawl] twice. The same key"),
        ("[web]\nlisten = 'a\n", "file: The closing quote is missing"),
        ("[web]\r# a\r", "file: The lines end with a carriage return alone"),
        ("# a\n# \0\n", "2: file: the file holds a NUL byte"),
        ("[web]\n".encode("utf-16-le"), "1: file: the file holds a NUL byte"),
        (CHANNEL + "ca = 'x'\n", "6: channels[a].ca: these are no certificates"),
    ],
)  # fmt: skip
def test_error_names_line_and_key_and_what_is_wrong(tmp_path: Path, text: str | bytes, error: str) -> None:
    """One bad file each."""
    found = _errors(tmp_path, text)
    inside = error.removeprefix("file: ") if error.startswith("file") else None
    assert any(one.startswith(error) or (inside is not None and inside in one) for one in found), found
    assert all("\n" not in one for one in found)


def test_broken_topic_is_reported_once_and_not_at_its_users(tmp_path: Path) -> None:
    """The rules that use it are not to blame."""
    errors = _errors(tmp_path, MINIMAL.replace("japan OR japanese", "japan OR ("))
    assert len(errors) == 1
    assert errors[0].startswith("2: topics.japan: the query is not understood (column ")


def test_broken_channel_is_not_reported_as_missing(tmp_path: Path) -> None:
    """It has its own error."""
    errors = _errors(tmp_path, MINIMAL.replace('to = ["desk@example.org"]\n', ""))
    assert errors == ["8: channels[desk].to: this key is required."]


@pytest.mark.parametrize("path", ["missing.toml", "."])
def test_unreadable_file_is_an_error_with_a_remedy(tmp_path: Path, path: str) -> None:
    """No such file; a folder."""
    with pytest.raises(SettingsErrors) as caught:
        load(tmp_path / path, {})
    assert str(caught.value).startswith(f"{tmp_path / path}:1: file: ")


def test_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    """As some editors write it."""
    text = b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode()
    assert len(_load(tmp_path, text).sources) == 1


def test_environment_and_secret_files_are_read(tmp_path: Path) -> None:
    """``${NAME}`` anywhere in a text; ``$${NAME}`` stays; a secret file is relative to the configuration."""
    (tmp_path / "smtp").write_text("top-secret\n")
    (tmp_path / "hook").write_text("whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0\nwhsec_b3RoZXItc2VjcmV0LWV4YW1wbGU=\n")
    (tmp_path / "web").write_text("web-secret")
    text = (
        MINIMAL.replace("smtp://localhost:25", "smtp://${HOST}:${PORT}")
        .replace("\n[[rules]]", 'username = "u"\npassword_file = "smtp"\n\n[[rules]]')
        .replace("japan OR japanese", "japan OR $${HOST}")
        + '\n[[channels]]\nname = "hook"\nkind = "webhook"\nurl = "https://example.org/"\nsecret_file = "hook"\n'
        + '[web]\nlisten = "0.0.0.0:8017"\npassword_file = "web"\n'
    )
    settings = _load(tmp_path, text, HOST="mail.example.org", PORT="587")
    email, hook = settings.channels
    assert email.kind == "email"
    assert email.server == "smtp://mail.example.org:587"
    assert email.password.get_secret_value() == "top-secret"
    assert hook.kind == "webhook"
    assert hook.secret is not None
    assert len(hook.secret) == 2
    assert settings.web.password is not None
    assert settings.web.password.get_secret_value() == "web-secret"
    assert settings.web.password_file == "web"
    assert settings.topics["japan"] == "japan OR ${HOST}"
    assert {"top-secret", "web-secret", "mail.example.org"} <= settings.secrets
    assert "top-secret" not in repr(settings)


def test_certificates_of_a_file_stay_one_text(tmp_path: Path) -> None:
    """A file of several lines is a list of secrets only where secrets are meant."""
    (tmp_path / "ca.pem").write_text(issue(tmp_path, "mail.example.org").ca)
    settings = _load(tmp_path, MINIMAL.replace("\n[[rules]]", 'ca_file = "ca.pem"\n\n[[rules]]'))
    assert settings.channels[0].ca.count("\n") >= 2


def test_secret_is_in_no_message(tmp_path: Path) -> None:
    """Neither from the environment nor written in the file."""
    text = MINIMAL.replace("smtp://localhost:25", "${SECRET}").replace("topic:japan'", "topic:${SECRET}'")
    errors = "\n".join(_errors(tmp_path, text, SECRET="hushhushhush"))
    assert "hushhushhush" not in errors
    text = MINIMAL.replace("\n[[rules]]", 'password = "hushhushhush"\nusrname = "hushhushhush"\n\n[[rules]]')
    assert "hushhushhush" not in "\n".join(_errors(tmp_path, text))


def test_queries_alone_are_read_from_a_small_file(tmp_path: Path) -> None:
    """``match`` needs names and queries; channels that do not exist are no concern of it."""
    file = tmp_path / "rules.toml"
    file.write_text(
        "[topics]\nj = 'japan'\n[[rules]]\nname = 'b'\nquery = 'topic:j'\nchannels = ['x']\n"
        "[[rules]]\nname = 'a'\nquery = 'rule:b'\n"
    )
    queries, names = load_queries(file)
    assert list(queries) == ["b", "a"]
    assert names.topics == {"j": "japan"}


def test_queries_of_a_bad_file_are_all_reported(tmp_path: Path) -> None:
    """With lines, as for a whole configuration."""
    file = tmp_path / "rules.toml"
    file.write_text("[[rules]]\nname = 'a'\nquery = '('\n[[rules]]\nname = 'b'\n[[rules]]\nname = 'a'\nquery = 'x'\n")
    with pytest.raises(SettingsErrors) as caught:
        load_queries(file)
    assert [(error.line, error.key) for error in caught.value.errors] == [
        (3, "rules[a].query"),
        (4, "rules[b].query"),
        (7, "rules[a].name"),
    ]


def test_source_without_a_time_zone_prints_its_clock_in_the_zone_of_the_service(tmp_path: Path) -> None:
    """Its own zone comes first."""
    feeds = (
        '[[sources]]\nname = "a"\nfeed = "https://a.example/"\n[[sources]]\nname = "b"\nfeed = "https://b.example/"\n'
    )
    settings = _load(tmp_path, f'[service]\ntimezone = "Asia/Karachi"\n{feeds}timezone = "Asia/Tokyo"\n')
    assert [source.timezone for source in settings.sources] == ["Asia/Karachi", "Asia/Tokyo"]


def test_disabled_rule_matches_nothing_but_can_be_named(tmp_path: Path) -> None:
    """As in the service: `match --rules` applies what the service would."""
    file = tmp_path / "rules.toml"
    file.write_text(
        '[[rules]]\nname = "off"\nquery = "japan"\nenabled = false\n[[rules]]\nname = "on"\nquery = "rule:off car"\n'
    )
    assert list(load_queries(file)[0]) == ["on"]
