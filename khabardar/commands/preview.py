"""``khabardar channel preview``: what a channel's messages look like, written to files, sent to nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khabardar.commands.options import ConfigOption, configuration, no_such, opened_archive
from khabardar.terminal import line, plural, say

if TYPE_CHECKING:
    from khabardar.settings import ChannelSettings, Settings

LATEST = 3
"""Messages out of the archive that are shown beside the samples."""


def preview(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a channel.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if it is not there.")] = Path(
        "preview"
    ),
    config: ConfigOption = None,
) -> None:
    """Write a channel's messages to files: samples of every kind, and the last that were sent; with its own templates.

    For each NAME.json (what a webhook gets), NAME.html, NAME.txt, NAME.brief.txt, and for email NAME.eml.
    """
    settings = configuration(ctx, config)
    channel = next((one for one in settings.channels if one.name == name), None)
    if channel is None:
        raise no_such("channel", name, [one.name for one in settings.channels])
    folder.mkdir(parents=True, exist_ok=True)
    faults: dict[str, str] = {}
    messages = _messages(settings, name)
    for title, message in messages.items():
        faults |= _write(folder, title, message, channel, settings)
    for template, fault in faults.items():
        say(f"{template} could not be used, the built-in form was written: {fault}")
    line(f"{name}: {plural(len(messages), 'message')} written to {folder}/")
    if faults:
        raise typer.Exit(1)


def _messages(settings: Settings, name: str) -> dict[str, dict[str, Any]]:
    from alerts.samples import samples

    messages = samples(name, datetime.now(UTC))
    with opened_archive(settings, reading=True) as archive:
        composed = [one for one in archive.deliveries(channel=name, limit=50) if one.message is not None]
    for number, one in enumerate(composed[:LATEST], start=1):
        messages[f"latest-{number}"] = dict(one.message or {})
    return messages


def _write(
    folder: Path, title: str, message: dict[str, Any], channel: ChannelSettings, settings: Settings
) -> dict[str, str]:
    from alerts.letter import letter_of
    from alerts.rendering import words_of

    written = getattr(channel, "templates", "")
    templates = Path(written) if written else None
    zone, site = channel.zone(settings.service.timezone), settings.web.url
    words = words_of(letter_of(message, zone, site), message, templates)
    text = f"Subject: {words.subject}\n\n{words.text}"
    (folder / f"{title}.json").write_text(json.dumps(message, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / f"{title}.html").write_text(words.html, encoding="utf-8")
    (folder / f"{title}.txt").write_text(text, encoding="utf-8")
    (folder / f"{title}.brief.txt").write_text(words.brief, encoding="utf-8")
    if channel.kind == "email":
        from alerts.channels.mime import mail_of

        number = str(message["data"].get("delivery_id", title))
        mail = mail_of(
            message,
            number,
            channel.sender,
            channel.to,
            zone,
            templates=templates,
            unsubscribe=channel.unsubscribe,
            site=site,
        )
        (folder / f"{title}.eml").write_bytes(mail)
    return dict(words.faults)
