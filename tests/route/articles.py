"""Articles of an invented outlet: own sentences in the shape that real pages have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.route.newsroom import Article

WORDS = [
    "harbour",
    "cotton",
    "ledger",
    "tariff",
    "valley",
    "engine",
    "lantern",
    "marble",
    "copper",
    "orchard",
    "bridge",
    "saddle",
    "timber",
    "anchor",
    "basket",
    "pepper",
    "window",
    "garden",
    "ribbon",
    "silver",
    "thunder",
    "candle",
    "meadow",
    "pencil",
    "rocket",
    "velvet",
    "walnut",
    "yellow",
    "zephyr",
    "quartz",
]


def invented(number: int, words: int = 90) -> str:
    """Sentences that no other number has: articles made of them are never reprints of each other."""
    said = [f"{WORDS[(number * 7 + i * (number % 11 + 1)) % len(WORDS)]}{number}x{i}" for i in range(words)]
    return ". ".join(" ".join(said[i : i + 9]) for i in range(0, words, 9)) + "."


def page(headline: str, byline: str, published: str, repeated: str, paragraphs: list[str]) -> str:
    """The plain shape of many Pakistani outlets: date line, Title Case headline, byline glued to the time, the
    headline again in sentence case, then the paragraphs, the first with a dateline."""
    text = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!doctype html><html lang="en">
<head><meta charset="utf-8"><title>{headline} - Outlet</title></head><body>
<div class="top"><span>date 2025-08-15</span> <a href="#menu">Open Menu</a>
<ul><li><a href="/">Home</a></li><li><a href="/pakistan">Pakistan</a></li><li><a href="/sports">Sports</a></li></ul>
</div>
<div class="story"><h1>{headline}</h1>
<p class="by"><a href="/a">{byline}</a> <span>Published {published}</span></p>
<h2>{repeated}</h2>
{text}
</div><div class="foot"><a href="/about">About us</a> <a href="/contact">Contact</a></div></body></html>"""


def seed(published: datetime) -> Article:
    """An article that a rule ``japan AND automotive`` must match, shaped like the page most often met."""
    local = published + timedelta(hours=5)
    day = local.day
    ordinal = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    paragraphs = [
        f"ISLAMABAD, (Ravi Agency / Indus News Desk - {day}{ordinal} {local:%b}, {local:%Y}) Officials from Pakistan "
        "and Japan agreed on Friday to set up a group on vehicle parts and to open a training school in Lahore.",
        "The group will look at how makers of small cars can buy more of their parts from local workshops, said a "
        "statement of the ministry that was handed out after the meeting.",
        "Japan is ready to send engineers for six months, and Pakistan will waive the duty on the machines they bring "
        "with them, the statement added.",
        "Both delegations meet again in November, when a first list of parts for the automotive sector is to be ready.",
    ]
    return Article(
        slug="pakistan-japan-set-up-group-on-parts-2032120",
        title="Pakistan, Japan Set Up Group On Automotive Parts, Training",
        summary="Officials agreed on a working group.",
        page=page(
            "Pakistan, Japan Set Up Group On Automotive Parts, Training",
            "Farida Anwar",
            f"{local:%B} {local:%d}, {local:%Y} | {local:%I:%M %p}",
            "Pakistan, Japan set up group on automotive parts, training",
            paragraphs,
        ),
        published=published,
    )


def numbered(number: int, published: datetime | None = None, *, matching: bool = True) -> Article:
    """Article number n: unlike every other, and matching the rule (or not)."""
    now = (published or datetime.now(UTC)).replace(microsecond=0)
    subject = "Japan orders automotive parts" if matching else "Cotton harvest report"
    text = [f"{subject}, lot {number}. {invented(number)}", invented(number + 500_000)]
    title = f"{subject} of lot {number}"
    return Article(
        slug=f"lot-{number}",
        title=title,
        summary=text[0][:120],
        page=page(title, "Farida Anwar", f"{now + timedelta(hours=5):%B %d, %Y | %I:%M %p}", title, text),
        published=now,
    )
