"""``khabardar delivery``: what was, is and could not be delivered."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from archive.model import Delivery, DeliveryState, rfc3339
from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, opened_archive
from khabardar.terminal import is_terminal, json_line, line, local, plural, say, table

app = typer.Typer(help="Deliveries: what was sent, is owed, was given up; try again.", no_args_is_help=True)


class State(StrEnum):
    """The states of a delivery."""

    OWED = "owed"
    SENT = "sent"
    GAVE_UP = "gave-up"


@app.command(name="list")
def list_(
    ctx: typer.Context,
    state: Annotated[State | None, typer.Option("--state", help="Only those.", show_default=False)] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="NAME", help="Only to this channel.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many, newest first.")] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What was, is and could not be delivered: to whom, how often tried, with the last error."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        wanted = DeliveryState(state.value) if state else None
        found = archive.deliveries(wanted, limit=limit, channel=channel)
        disabled = archive.disabled_channels()
        waiting = archive.waiting()
        held = archive.held()
    named = {one.name for one in settings.channels}
    for name, owed in waiting.items():
        if name not in named:
            alerts = plural(owed, "alert")
            say(f"{alerts} owed to channel {name}, which the configuration does not name, wait until it does.")
    for (name, why), number in held.items():
        say(f"channel {name}: {plural(number, 'alert')} held back for a digest: {why}.")
    if as_json:
        for delivery in found:
            json_line(delivery_json(delivery))
        return
    zone = settings.service.timezone
    table(
        ["id", "state", "channel", "created", "tries", "what"] + ([] if is_terminal() else ["error"]),
        [_row(delivery, zone) for delivery in found],
        wide="what",
        right=["tries"],
    )
    for name, reason in disabled.items():
        say(f"channel {name} is disabled: {reason}. `khabardar channel enable {name}` puts it back to work.")
    if not found:
        say("no deliveries.")


def _row(delivery: Delivery, timezone: str) -> list[str]:
    what = _what(delivery)
    row = [
        delivery.id,
        delivery.state.value,
        delivery.channel,
        local(delivery.created_at, timezone),
        str(delivery.tries),
    ]
    if is_terminal():
        return [*row, f"{what} — {delivery.last_error}" if delivery.last_error else what]
    return [*row, what, delivery.last_error or ""]


def _what(delivery: Delivery) -> str:
    titles: list[str] = []
    if delivery.message is not None:
        data = delivery.message.get("data", {})
        titles = [str(story.get("title", "")) for story in data.get("stories", [])] or [str(data.get("subject", ""))]
    return "; ".join(filter(None, [", ".join(delivery.rules), *titles])) or delivery.kind


def delivery_json(delivery: Delivery) -> dict[str, object]:
    """A delivery as one JSON object; times in UTC."""
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "kind": delivery.kind,
        "state": delivery.state.value,
        "rules": list(delivery.rules),
        "stories": list(delivery.stories),
        "tries": delivery.tries,
        "created_at": rfc3339(delivery.created_at),
        "next_try_at": rfc3339(delivery.next_try_at),
        "ended_at": rfc3339(delivery.ended_at),
        "last_error": delivery.last_error,
        "reached": list(delivery.reached),
        "refused": dict(delivery.refused),
    }


@app.command()
def retry(
    ctx: typer.Context,
    delivery_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The id of a delivery.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    config: ConfigOption = None,
) -> None:
    """Put a delivery that was given up back to work, under the same id; the service or `khabardar crawl` sends it."""
    if (delivery_id is None) == (not everything):
        raise CommandError("name the ID of one delivery, or --all for those that were given up.", 2)
    settings = configuration(ctx, config)
    with opened_archive(settings) as archive:
        count = archive.retry(delivery_id, datetime.now(UTC))
    if not count and delivery_id is not None:
        raise CommandError(
            f"there is no delivery {delivery_id} that could be tried again. `khabardar delivery list` shows them."
        )
    line(f"{plural(count, 'delivery')} will be tried again.")
