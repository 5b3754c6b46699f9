"""The running service from its own pages: a visit out of turn, a message that waits tried again."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.route.articles import numbered
from tests.route.conftest import Town
from tests.route.test_service import free_port, running, until


def test_a_visit_and_another_try_are_asked_for_on_the_page(town: Town, tmp_path: Path) -> None:
    """The next visit is an hour away and the next try half a minute: both are made at once."""
    port = free_port()
    text = town.config.read_text().replace('every = "1s"', 'every = "1h"')
    town.config.write_text(text.replace('listen = ""', f'listen = "127.0.0.1:{port}"'))
    town.hook.answers[:] = [500]

    def page(path: str, **form: str) -> str:
        data = urlencode(form).encode() if form else None
        with urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=20) as answer:
            return str(answer.read().decode())

    def sign_on(path: str) -> str:
        found = re.search(r'name="sign" value="(\w+)"', page(path))
        assert found
        return found[1]

    def failing() -> list[str]:
        return re.findall(r'<h3[^>]*><a href="/deliveries/(d\w+)"', page("/deliveries?state=failing&channel=hook"))

    with running(town, tmp_path / "log") as service:
        until(lambda: "event=visit" in (tmp_path / "log").read_text(), "the first visit", service)
        town.outlet.publish(numbered(1))
        assert "It is visited now" in page("/sources/outlet/visit", sign=sign_on("/sources/outlet"))
        until(lambda: town.hook.calls, "the first try", service)
        until(failing, "the failure", service)
        number = failing()[0]
        assert "tried again now" in page(f"/deliveries/{number}/retry", sign=sign_on(f"/deliveries/{number}"))
        until(lambda: len(town.hook.calls) == 2, "the second try", service, patience=10)
        assert f"process {service.pid}" in page("/status")
