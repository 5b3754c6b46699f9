"""``khabardar delivery``: what was, is and could not be delivered; try again, drop."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from archive.model import Delivery, DeliveryState, rfc3339
from khabardar.commands.channels import say_troubles
from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    JsonOption,
    SinceOption,
    configuration,
    moment_of,
    opened_archive,
)
from khabardar.terminal import is_terminal, json_line, line, local, plural, say, table

app = typer.Typer(help="Deliveries: what was sent, is owed, was given up; try again, drop.", no_args_is_help=True)


class State(StrEnum):
    """The states of a delivery."""

    OWED = "owed"
    SENT = "sent"
    GAVE_UP = "gave-up"


ChannelOption = Annotated[
    str | None, typer.Option("--channel", metavar="NAME", help="Only to this channel.", show_default=False)
]


@app.command(name="list")
def list_(
    ctx: typer.Context,
    state: Annotated[State | None, typer.Option("--state", help="Only those.", show_default=False)] = None,
    channel: ChannelOption = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="NAME", help="Only what this rule found.", show_default=False)
    ] = None,
    since: SinceOption = None,
    failing: Annotated[bool, typer.Option("--failing", help="Only what is owed and was tried in vain.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many, newest first.")] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What was, is and could not be delivered: to whom, how often tried, when again, with the last error."""
    settings = configuration(ctx, config)
    zone = settings.service.timezone
    wanted = DeliveryState(state.value) if state else None
    with opened_archive(settings, reading=True) as archive:
        found = archive.deliveries(
            wanted, limit=limit, channel=channel, rule=rule, since=moment_of(since, zone), failing=failing
        )
        disabled = archive.disabled_channels()
        troubles = archive.channel_troubles()
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
    if is_terminal():
        table(["delivery", "what became of it"], [_shown(one, zone) for one in found], wide="what became of it")
    else:
        columns = ["id", "state", "channel", "created", "tries", "next try", "what", "error"]
        table(columns, [_row(delivery, zone) for delivery in found])
    say_troubles(troubles, disabled, zone)
    if not found:
        say("no deliveries.")
    elif len(found) == limit:
        say(f"only the newest {limit} are shown; --limit N shows more.")


def _row(delivery: Delivery, timezone: str) -> list[str]:
    return [
        delivery.id,
        delivery.state.value,
        delivery.channel,
        local(delivery.created_at, timezone),
        str(delivery.tries),
        local(delivery.next_try_at, timezone) if delivery.tries else "",
        _what(delivery),
        _error(delivery),
    ]


def _shown(delivery: Delivery, timezone: str) -> list[str]:
    """Two cells that fit a terminal of 80 columns: the id to copy, and the rest in words."""
    tries = plural(delivery.tries, "try")
    course = f"{delivery.state.value} to {delivery.channel} · {local(delivery.created_at, timezone)}"
    if delivery.tries:
        course += f" · {tries}"
    if delivery.tries and delivery.next_try_at:
        course += f" · again {local(delivery.next_try_at, timezone)}"
    error = _error(delivery)
    return [delivery.id, " — ".join(filter(None, [course, _what(delivery), error]))]


def _error(delivery: Delivery) -> str:
    if delivery.dropped is not None:
        return f"dropped: {delivery.dropped}"
    return delivery.last_error or ""


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
        "dropped": delivery.dropped,
    }


@app.command()
def retry(
    ctx: typer.Context,
    delivery_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The id of a delivery.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up, except those dropped.")] = False,
    channel: ChannelOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a delivery that was given up back to work, under the same id; the service or `khabardar crawl` sends it.

    What is owed is tried at once. What somebody dropped comes back only by its own ID.
    """
    if (delivery_id is None) == (not everything):
        raise CommandError("name the ID of one delivery, or --all for those that were given up.", 2)
    if delivery_id is not None and channel is not None:
        raise CommandError("--channel goes with --all; an ID says by itself which delivery is meant.", 2)
    settings = configuration(ctx, config)
    with opened_archive(settings) as archive:
        count = archive.retry(delivery_id, datetime.now(UTC), channel)
    if not count and delivery_id is not None:
        raise CommandError(
            f"there is no delivery {delivery_id} that could be tried again. `khabardar delivery list` shows them."
        )
    line(f"{plural(count, 'delivery')} will be tried again.")


@app.command()
def drop(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Deliveries that are owed.", show_default=False)
    ] = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Kept in the account.", show_default=False)] = "",
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="NAME", help="All that is owed to this channel.", show_default=False),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Send deliveries that are owed no more: they end as gave-up, with the reason. `retry ID` takes it back."""
    if not why.strip():
        raise CommandError("say --why: it is all that will be left of these alerts.", 2)
    if bool(ids) == (channel is not None):
        raise CommandError("name the IDs of deliveries, or --channel for all that is owed to one.", 2)
    settings = configuration(ctx, config)
    with opened_archive(settings) as archive:
        count, not_owed = archive.drop(ids or [], why.strip(), datetime.now(UTC), channel)
    for number in not_owed:
        say(f"{number} is not owed: `khabardar delivery list` shows what became of it.")
    line(f"{plural(count, 'delivery')} will not be sent.")
    if not_owed:
        raise typer.Exit(1)
