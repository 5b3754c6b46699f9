"""Sources: leased one at a time, with what is known of them; how visits went."""

from __future__ import annotations

from dataclasses import replace

from archive.model import Known, Rejected, Visit, VisitStatus
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, MINUTE, NOW, item, judged

OK = Visit(
    "dawn", VisitStatus.OK, NOW, NOW + MINUTE, items=12, new=3, http_status=200, etag='W/"x"', last_modified="Fri"
)
FAILED = replace(OK, status=VisitStatus.FAILED, error="timed out", etag=None, last_modified=None)


def claim(archive: Archive, *names: str, now=NOW, owner="me") -> dict[str, Known]:
    return archive.claim_sources(names or ("dawn",), now, owner, 10 * MINUTE)


def test_a_source_is_visited_by_one_at_a_time(archive: Archive) -> None:
    """A lease that was not given back runs out; its owner, who knows what it visits, need not wait for that."""
    assert set(claim(archive, "dawn", "geo", "dawn")) == {"dawn", "geo"}
    assert set(claim(archive)) == {"dawn"}
    assert claim(archive, owner="other") == {}
    archive.release_sources(["dawn"], "other")
    assert claim(archive, owner="other") == {}
    archive.release_sources(["dawn"], "me")
    assert set(claim(archive, owner="other")) == {"dawn"}
    assert set(claim(archive, now=NOW + 11 * MINUTE)) == {"dawn"}


def test_a_new_source_is_on_its_first_visit_until_one_went_well(archive: Archive) -> None:
    """A failed visit does not end it, "not modified" does."""
    assert claim(archive)["dawn"] == Known(first_visit=True)
    archive.checked(FAILED, NOW + HOUR, owner="me")
    assert claim(archive)["dawn"].first_visit
    assert claim(archive)["dawn"].since is None
    archive.checked(replace(OK, status=VisitStatus.NOT_MODIFIED), NOW + HOUR, owner="me")
    assert not claim(archive)["dawn"].first_visit


def test_what_came_after_the_earliest_visit_is_new_however_far_down_a_list_it_stands(archive: Archive) -> None:
    """Also what came between a failed first visit and the first good one."""
    later = replace(OK, started_at=OK.started_at + HOUR, ended_at=OK.ended_at + HOUR)
    archive.checked(FAILED, NOW, owner="me")
    archive.checked(later, NOW, owner="me")
    assert claim(archive)["dawn"].since == FAILED.ended_at


def test_validators_are_echoed_byte_for_byte_and_only_from_good_visits(archive: Archive) -> None:
    """A 304 or a failure leaves them; a list without any clears them."""
    archive.checked(OK, NOW)
    known = claim(archive)["dawn"]
    assert (known.etag, known.last_modified) == ('W/"x"', "Fri")
    archive.checked(FAILED, NOW)
    archive.checked(replace(OK, status=VisitStatus.NOT_MODIFIED, etag="other"), NOW)
    assert claim(archive)["dawn"].etag == 'W/"x"'
    archive.checked(replace(OK, etag=None, last_modified=None), NOW)
    assert claim(archive)["dawn"].etag is None


def test_states_tell_how_a_source_fares(archive: Archive) -> None:
    """Failures in a row, last good time, what was listed and kept."""
    archive.checked(OK, NOW + HOUR, missed=2)
    archive.keep([judged(item(1, published_at=NOW - HOUR)), judged(item(2, published_at=NOW - DAY))], NOW, via="crawl")
    archive.checked(replace(FAILED, ended_at=NOW + DAY), NOW + 2 * DAY)
    archive.checked(replace(FAILED, ended_at=NOW + DAY), NOW + 2 * DAY, missed=1)
    state = archive.source_states()["dawn"]
    assert (state.failures, state.last_error, state.last_status) == (2, "timed out", VisitStatus.FAILED)
    assert (state.last_ok_at, state.checked_at, state.next_check_at) == (NOW + MINUTE, NOW + DAY, NOW + 2 * DAY)
    assert (state.items, state.kept, state.newest_item_at, state.missed) == (12, 2, NOW - HOUR, 3)
    assert not state.first_visit
    archive.checked(OK, NOW)
    assert (archive.source_states()["dawn"].failures, archive.source_states()["dawn"].last_error) == (0, None)


def test_visits_are_on_record(archive: Archive) -> None:
    """Newest first; those of long ago go."""
    archive.checked(replace(OK, ended_at=NOW - 100 * DAY), NOW)
    archive.checked(FAILED, NOW)
    archive.checked(OK, NOW)
    assert [(one.status, one.error, one.items) for one in archive.visits("dawn")] == [
        (VisitStatus.OK, None, 12),
        (VisitStatus.FAILED, "timed out", 12),
    ]


def test_a_visit_that_outlived_its_lease_does_not_end_the_new_owners(archive: Archive) -> None:
    """The zombie's account is written; the lease stays with who has it."""
    claim(archive, owner="zombie")
    claim(archive, now=NOW + HOUR, owner="heir")
    archive.checked(OK, NOW, owner="zombie")
    assert claim(archive, now=NOW + HOUR) == {}
    archive.checked(OK, NOW, owner="heir")
    assert set(claim(archive, now=NOW + HOUR)) == {"dawn"}


def test_keys_of_what_a_source_showed_are_known(archive: Archive) -> None:
    """Kept, known from elsewhere and rejected ones; not those that only others showed."""
    shared = item(1, source="geo")
    archive.keep([judged(shared)], NOW, via="crawl")
    archive.keep([judged(replace(shared, source="dawn")), judged(item(2))], NOW, via="crawl")
    archive.keep([judged(item(3, source="geo"))], NOW, via="crawl")
    archive.reject([Rejected("dawn", "https://dawn.example/x", "No", "not wanted by only")], NOW)
    assert claim(archive)["dawn"].keys == {
        "url:https://geo.example/news/1",
        "url:https://dawn.example/news/2",
        "url:https://dawn.example/x",
    }


def test_a_page_that_could_not_be_read_is_tried_five_times(archive: Archive) -> None:
    """Until then its keys are unknown and no validator hides the entry behind a 304."""
    archive.checked(OK, NOW)
    for _ in range(5):
        archive.keep([judged(item(1, complete=False))], NOW, via="crawl")
        known = claim(archive)["dawn"]
        archive.release_sources(["dawn"], "me")
        if _ < 4:
            assert (known.keys, known.etag) == (frozenset(), None)
    assert (known.keys, known.etag) == ({"url:https://dawn.example/news/1"}, 'W/"x"')


def test_a_transient_rejection_is_tried_again_for_some_days(archive: Archive) -> None:
    """Then the entry counts as known; one that was kept meanwhile asks for nothing more."""
    archive.checked(OK, NOW)
    archive.reject([Rejected("dawn", "https://dawn.example/news/1", "T", "timed out", transient=True)], NOW)
    known = claim(archive)["dawn"]
    assert (known.keys, known.etag) == (frozenset(), None)
    later = claim(archive, now=NOW + 4 * DAY)["dawn"]
    assert (len(later.keys), later.etag) == (1, 'W/"x"')
    archive.keep([judged(item(1))], NOW, via="crawl")
    assert claim(archive, now=NOW + 5 * DAY)["dawn"].etag == 'W/"x"'


def test_known_keys_are_bounded_by_the_newest_sightings(archive: Archive, monkeypatch) -> None:
    """A source's list of keys does not grow for ever, but is never shorter than its own list."""
    monkeypatch.setattr("archive.sightings.MOST_SIGHTINGS", 3)
    archive.keep([judged(item(n)) for n in range(10)], NOW, via="crawl")
    assert len(claim(archive)["dawn"].keys) == 3
    archive.checked(replace(OK, items=4), NOW, owner="me")
    assert len(claim(archive)["dawn"].keys) == 8


def test_a_clean_stop_gives_sources_back(archive: Archive) -> None:
    """With the deliveries."""
    claim(archive, "dawn", "geo")
    archive.drop_lease("me")
    assert len(claim(archive, "dawn", "geo", owner="other")) == 2
