"""The demo: a small newsroom on loopback, the real service at work on it, and what arrives, shown in the terminal.

Read it in this order::

    outlets/*.toml      what the outlets print, and when          expected.toml   what must arrive, and what must not
    templates/          how they print it: feeds, pages, the configuration of the demo
    content.py          reads both into values                    dates.py        dates as outlets write them
    press.py            content + moment -> bytes of a feed, a page, robots.txt
    newsroom.py         one HTTP server per outlet, the timetable, what was asked for
    receivers.py        the mailbox (SMTP) and the webhook receiver
    arrivals.py         a mail or a webhook -> one Arrival        verdict.py      expected against arrived
    service.py          the real service as a process of its own  tethered.py     which ends when the demo ends
    view.py, tables.py  what the terminal shows
    run.py              main(): puts them together

Nothing here is used by the service; nothing of the service is replaced here.
"""
