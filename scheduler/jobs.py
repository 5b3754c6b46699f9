"""The timetable in one table. Visits are not in it: every source has a plan of its own, made anew after each visit.

Neither is the watch over the clock: the engine waits for wall times, so a clock set back would silence that bell too.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """Something the service does again and again: ``work`` names a method of ``service.Service``."""

    work: str
    seconds: float
    why: str


TIMETABLE = (
    Job("deliver", 2, "what is owed and due is sent; new promises ring the same bell at once"),
    Job(
        "tell_operator",
        20,
        "how sources are now: the operator hears of what has changed, once",
    ),
    Job("drop_dead_leases", 60, "what a killed process had claimed is free again"),
    Job("forget_texts", 600, "texts older than archive.keep_days are removed, their identity stays known"),
    Job("prune", 3600, "rows that serve nobody any more go, free room is given back to the disk"),
    Job("tidy", 300, "the full-text index is kept in few pieces, so that searching stays quick"),
)
