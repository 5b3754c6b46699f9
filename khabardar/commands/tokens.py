"""``khabardar token`` and ``khabardar password``: who may ask over HTTP."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from archive.model import rfc3339
from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, opened_archive
from khabardar.terminal import json_line, line, local, say, table

app = typer.Typer(help="Tokens: what programs show to ask over HTTP.", no_args_is_help=True)

LONGEST_NAME = 100
LEAST = 8
"""Letters of a password."""


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you will know it by.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", metavar="SCOPE", help="read, feeds or metrics; may be repeated.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=0, metavar="N", help="Valid for so long; 0 = until revoked.")] = 0,
    config: ConfigOption = None,
) -> None:
    """Make a token and print it, for the only time: the archive keeps its digest. Default scope: read."""
    from khabardar.web.security.guard import SCOPES

    scopes = list(dict.fromkeys(scope or ["read"]))
    for one in scopes:
        if one not in SCOPES:
            raise CommandError(f'there is no scope "{one}": {"; ".join(f"{k}: {v}" for k, v in SCOPES.items())}.', 2)
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise CommandError(f"a token's name is printable and has at most {LONGEST_NAME} letters.", 2)
    now = datetime.now(UTC)
    with opened_archive(configuration(ctx, config)) as archive:
        try:
            words = archive.create_token(name, scopes, now, now + timedelta(days=days) if days else None)
        except ValueError as error:
            raise CommandError(str(error), 2) from None
    line(words)
    say(f"token {name} ({', '.join(scopes)}): keep it now, it is shown only once.")


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The tokens, without their words."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        found = archive.tokens()
    if as_json:
        for one in found:
            json_line(
                {
                    "id": one.id,
                    "name": one.name,
                    "scopes": list(one.scopes),
                    "created_at": rfc3339(one.created_at),
                    "expires_at": rfc3339(one.expires_at),
                }
            )
        return
    zone = settings.service.timezone
    rows = [
        [one.name, ", ".join(one.scopes), local(one.created_at, zone), local(one.expires_at, zone) or "never"]
        for one in found
    ]
    table(["token", "scopes", "made", "expires"], rows, wide="token")
    if not rows:
        say("there are no tokens. `khabardar token create NAME --scope read` makes one.")


@app.command()
def revoke(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a token.")],
    config: ConfigOption = None,
) -> None:
    """Take a token back: it opens nothing from now on."""
    with opened_archive(configuration(ctx, config)) as archive:
        if not archive.revoke_token(name):
            raise CommandError(f'there is no token "{name}". `khabardar token list` shows them.')
    line(f"{name} is revoked.")


def password() -> None:
    """Ask for a password and print its Argon2 hash, for the file that [web] password_file names."""
    from khabardar.web.security.passwords import LONGEST, hashed

    if sys.stdin.isatty():
        from getpass import getpass

        given = getpass("Password: ")
        if given != getpass("The same again: "):
            raise CommandError("the two are not the same.", 2)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if not LEAST <= len(given) <= LONGEST:
        raise CommandError(f"a password has {LEAST} to {LONGEST:,} letters.", 2)
    line(hashed(given))
