"""``khabardar explain``: the ledger of one item, from the first time it was seen to every delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.edits import changes
from archive.model import NewsItem, Version, rfc3339
from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, opened_archive, query_of
from khabardar.terminal import is_terminal, json_line, line, local, marked, styled

if TYPE_CHECKING:
    from archive.ledger import Ledger
    from archive.store import Archive
    from khabardar.settings import Settings
    from query import Document, Explanation, Query

_AROUND = 100  # code points shown around a match
_LINE = 200  # code points of a changed line
_WORDS = 5  # places shown of a part in one field


def explain(
    ctx: typer.Context,
    url_or_id: Annotated[str, typer.Argument(metavar="URL_OR_ID", help="An item by its address or its id.")],
    query: Annotated[
        str | None, typer.Option("--query", metavar="Q", help="Judge this query, not the rules.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """An item's ledger: seen, kept or why not, its story, which rules match now and which part of the others fails,
    everything owed and every delivery with its outcome."""
    settings = configuration(ctx, config)
    wanted = {"query": query_of(settings, query)} if query is not None else _rules(settings)
    with opened_archive(settings, reading=True) as archive:
        ledger = archive.explain(url_or_id) or _by_number(archive, settings, url_or_id)
    if ledger is None:
        raise CommandError(
            f"{url_or_id} was never seen. `khabardar search 'url:…'` finds items by words of their address; "
            "`khabardar read URL` shows what a page would give."
        )
    judged = {name: _judge(one, ledger.item) for name, one in wanted.items()} if ledger.item else {}
    if query is not None and ledger.item:
        judged["query"]["parts"] = _parts(wanted["query"], ledger.item)
    if as_json:
        json_line(_as_json(ledger, judged))
    else:
        _show(ledger, judged, settings)


def _by_number(archive: Archive, settings: Settings, url: str) -> Ledger | None:
    """The item with the number that a source's ``article`` expression finds in the address: its slug was edited."""
    from crawler.naming import named_in

    for source in settings.sources:
        number, _ = named_in(url, source)
        if number and (found := archive.explain(f"id:{source.name}:{number}")):
            return found
    return None


def _rules(settings: Settings) -> dict[str, Query]:
    from query import parse

    return {rule.name: parse(rule.query, settings.names) for rule in settings.rules if rule.enabled}


def _judge(query: Query, item: NewsItem) -> dict[str, Any]:
    """What a query says of an item now: matched, where, and the smallest parts that failed."""
    from archive.document import document_of
    from query import explain as account
    from query import judge

    document: Document = document_of(item)
    verdict = judge(query, document)
    if verdict.matched:
        spans = [{"field": one.field, "start": one.start, "end": one.end, "text": one.text} for one in verdict.spans]
        return {"matched": True, "matches": spans, "failed": []}
    return {"matched": False, "matches": [], "failed": [part.text for part in account(query, document).failed()]}


def _parts(query: Query, item: NewsItem) -> dict[str, Any]:
    """Every part of a query with its answer, where it matched, and its own parts; topics and rules are opened."""
    from archive.document import document_of
    from query import explain as account

    def shown(part: Explanation) -> dict[str, Any]:
        return {
            "text": part.text,
            "matched": part.matched,
            "matches": [span._asdict() for span in part.spans],
            "parts": [shown(child) for child in part.children],
        }

    return shown(account(query, document_of(item)))


def _as_json(ledger: Ledger, judged: dict[str, dict[str, Any]]) -> dict[str, Any]:
    from archive.json_item import item_json
    from khabardar.commands.deliveries import delivery_json

    return {
        "item": item_json(ledger.item) if ledger.item else None,
        "keys": list(ledger.keys),
        "sightings": [
            {
                "source": seen.source,
                "url": seen.url,
                "outcome": seen.outcome,
                "reason": seen.reason,
                "first_at": rfc3339(seen.first_at),
                "last_at": rfc3339(seen.last_at),
                "count": seen.count,
            }
            for seen in ledger.sightings
        ],
        "versions": [
            {
                "number": one.number,
                "seen_at": rfc3339(one.seen_at),
                "replaced_at": rfc3339(one.replaced_at),
                "title": one.title,
                "body": one.body,
                "changes": [list(change) for change in changes(one, after)],
            }
            for one, after in _pairs(ledger)
        ],
        "date": ledger.item.clock if ledger.item else None,
        "via": ledger.via,
        "quiet": ledger.quiet,
        "story": [item_json(item) for item in ledger.story.items] if ledger.story else [],
        "rules": judged,
        "owed": [
            {
                "rule": one.rule,
                "channel": one.channel,
                "item_id": one.item_id,
                "owed_at": rfc3339(one.owed_at),
                "due_at": rfc3339(one.due_at),
                "bundle": one.bundle,
                "held": one.held,
                "silence": _silence_json(ledger, one.silence_id),
            }
            for one in (*ledger.owed, *ledger.story_owed)
        ],
        "deliveries": [
            {
                **delivery_json(account.delivery),
                "outcomes": [
                    {"at": rfc3339(one.at), "outcome": one.outcome.value, "answer": one.answer} for one in account.tries
                ],
            }
            for account in ledger.deliveries
        ],
    }


def _silence_json(ledger: Ledger, silence_id: str | None) -> dict[str, object] | None:
    if silence_id is None:
        return None
    silence = ledger.silences[silence_id]
    return {"id": silence.id, "why": silence.why, "until": rfc3339(silence.ended_at or silence.until)}


def _show(ledger: Ledger, judged: dict[str, dict[str, Any]], settings: Settings) -> None:
    zone = settings.service.timezone
    _show_item(ledger, zone)
    _head("Seen")
    for seen in ledger.sightings:
        times = "once" if seen.count == 1 else f"{seen.count} times, last {local(seen.last_at, zone)}"
        why = f": {seen.reason}" if seen.reason else ""
        line(f"  {local(seen.first_at, zone)}  {seen.source or '(import)'}  {seen.outcome}{why}  ({times})")
    if ledger.item is None:
        return
    _show_versions(ledger, zone)
    if ledger.story and len(ledger.story.items) > 1:
        _head(f"Story {ledger.story.id}")
        for item in ledger.story.items:
            here = "  (this item)" if item.id == ledger.item.id else ""
            line(f"  {local(item.seen_at, zone)}  {item.source}  {item.title}{here}")
    _head("Rules now")
    for name, verdict in judged.items():
        _show_verdict(name, verdict, ledger.item)
    if not judged:
        line("  there are no rules.")
    _head("Owed and delivered")
    if ledger.quiet:
        line(f"  nothing was owed for this item: {ledger.quiet}.")
    _show_owed(ledger, zone)


def _show_item(ledger: Ledger, zone: str) -> None:
    item = ledger.item
    if item is None:
        line("Seen, but not kept.")
        return
    styled(marked(item.title, []))
    line(f"  {item.url or '(no address)'}")
    published = local(item.published_at, zone) or "unknown"
    about = [f"id {item.id}", f"source {item.source or '(none)'}", f"published {published}"]
    about += [f"{name} {value}" for name in ("section", "place", "credit", "author") if (value := getattr(item, name))]
    line(f"  {' · '.join(about)}")
    line(f"  matched when it came: {', '.join(ledger.rules) or 'no rule'}; came by {ledger.via or 'crawl'}")
    if item.clock:
        line(f"  its date was corrected: {item.clock}.")
    if not item.complete:
        line("  its page could not be read yet; what the feed said was judged.")
    if ledger.forgotten_at:
        line(f"  its text was removed on {local(ledger.forgotten_at, zone)}; only its identity is known.")


def _pairs(ledger: Ledger) -> list[tuple[Version, Version | NewsItem]]:
    """Every earlier version with the one that replaced it."""
    after = [*ledger.versions[1:], ledger.item]
    return [(one, later) for one, later in zip(ledger.versions, after, strict=False) if later is not None]


def _show_versions(ledger: Ledger, zone: str) -> None:
    for before, after in _pairs(ledger):
        _head(f"Edited {local(before.replaced_at, zone)}: version {before.number + 1}")
        for field, sign, text in changes(before, after):
            line(f"  {sign} {field}: {text if len(text) <= _LINE else text[: _LINE - 1] + '…'}")


def _show_verdict(name: str, verdict: dict[str, Any], item: NewsItem) -> None:
    if not verdict["matched"]:
        line(f"  no   {name}: fails at {'; '.join(verdict['failed']) or 'the whole query'}")
    else:
        line(f"  yes  {name}")
    if "parts" in verdict:
        _show_part(verdict["parts"])
    fields: dict[str, list[tuple[int, int]]] = {}
    for span in verdict["matches"]:
        fields.setdefault(span["field"], []).append((span["start"], span["end"]))
    for field, spans in fields.items():
        text = getattr(item, {"lang": "language"}.get(field, field), None)
        if isinstance(text, str):
            from rich.text import Text

            styled(Text(f"         {field}: ") + marked(text, spans, limit=_AROUND))


def _show_part(part: dict[str, Any], level: int = 0) -> None:
    """A part of a query with its answer and the words that gave it, its own parts below it."""
    where: dict[str, list[str]] = {}
    for match in part["matches"]:
        where.setdefault(match["field"], []).append(f"{match['text']} ({match['start']})")
    told = "; ".join(f"{field}: {', '.join(words[:_WORDS])}" for field, words in where.items())
    text = part["text"] if len(part["text"]) <= _LINE else part["text"][: _LINE - 1] + "…"
    line(f"       {'  ' * level}{'yes' if part['matched'] else 'no '}  {text}{f'  [{told}]' if told else ''}")
    for child in part["parts"]:
        _show_part(child, level + 1)


def _show_owed(ledger: Ledger, zone: str) -> None:
    for one in ledger.owed:
        due = local(one.due_at, zone)
        line(f"  owed {local(one.owed_at, zone)}  {one.rule} -> {one.channel}, {one.bundle}, due {due}")
        if one.held:
            line(f"    {'came in' if one.delivery_id else 'waits for'} a digest: {one.held}")
        if one.silence_id:
            line(f"    told to nobody: {_silence(ledger, one.silence_id, zone)}")
    for one in ledger.story_owed:
        line(f"  the story's other item was owed {local(one.owed_at, zone)}  {one.rule} -> {one.channel}")
    for account in ledger.deliveries:
        delivery = account.delivery
        line(f"  delivery {delivery.id} to {delivery.channel}: {delivery.state.value}, {_tries(len(account.tries))}")
        for one_try in account.tries:
            line(f"    {local(one_try.at, zone)}  {one_try.outcome.value}: {one_try.answer}")
        if delivery.dropped is not None:
            line(f"    {local(delivery.ended_at, zone)}  dropped by hand: {delivery.dropped}")
    if not (ledger.owed or ledger.story_owed or ledger.deliveries or ledger.quiet):
        line("  nothing.")


def _silence(ledger: Ledger, silence_id: str, zone: str) -> str:
    silence = ledger.silences[silence_id]
    until = local(silence.ended_at or silence.until, zone)
    return f"silence {silence.id} of {silence.rule} until {until}" + (f" ({silence.why})" if silence.why else "")


def _tries(number: int) -> str:
    return {0: "not tried yet", 1: "one try"}.get(number, f"{number} tries")


def _head(title: str) -> None:
    from rich.text import Text

    line()
    styled(Text(title, "bold" if is_terminal() else ""))
