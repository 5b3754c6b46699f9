"""The command ``khabardar``: one small file per command in ``khabardar.commands``, put together here.

Exit codes: 0 done; 1 it ran and something failed; 2 wrong usage, configuration or query.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from khabardar.commands.options import CommandError, ConfigOption

START = """\
Khabardar watches the news and tells the people whose rules match: one story, one alert.

New here?
  khabardar demo       see it work: a sample newsroom, no set-up, no network
  khabardar init       write a commented khabardar.toml into this folder
  khabardar check      say what is wrong with it, line by line
  khabardar crawl      visit all sources once, now
  khabardar run        the service: visits, matches and alerts until stopped
  khabardar --help     all commands; `khabardar COMMAND --help` explains one
"""

_BEGIN, _NEWS, _TELLING, _SOURCES, _ARCHIVE = "Begin", "News and rules", "Who was told", "Sources", "Archive"
_WEB = "Web page"

# Command -> (module in khabardar.commands, function, panel). Modules are imported when the command line is built: they
# import what is heavy themselves, inside their functions.
_COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("demo", "demo", _BEGIN),
    "init": ("init", "init", _BEGIN),
    "check": ("check", "check", _BEGIN),
    "run": ("service", "run", _BEGIN),
    "reload": ("service", "reload", _BEGIN),
    "crawl": ("crawl", "crawl", _NEWS),
    "read": ("read", "read", _NEWS),
    "search": ("search", "search", _NEWS),
    "match": ("match", "match", _NEWS),
    "explain": ("explain", "explain", _NEWS),
    "plan": ("plan", "plan", _NEWS),
    "import": ("importing", "import_items", _ARCHIVE),
    "export": ("export", "export", _ARCHIVE),
    "backup": ("upkeep", "backup", _ARCHIVE),
    "forget": ("forget", "forget", _ARCHIVE),
    "migrate": ("upkeep", "migrate", _ARCHIVE),
    "stats": ("stats", "stats", _ARCHIVE),
    "password": ("tokens", "password", _WEB),
}
_GROUPS: dict[str, tuple[str, str]] = {
    "rule": ("rules", _NEWS),
    "source": ("sources", _SOURCES),
    "channel": ("channels", _TELLING),
    "delivery": ("deliveries", _TELLING),
    "silence": ("silences", _TELLING),
    "token": ("tokens", _WEB),
}


def application() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="khabardar",
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_before)
    for name, (module, function, panel) in _COMMANDS.items():
        command = getattr(import_module(f"khabardar.commands.{module}"), function)
        app.command(name, rich_help_panel=panel)(command)
    for name, (module, panel) in _GROUPS.items():
        app.add_typer(import_module(f"khabardar.commands.{module}").app, name=name, rich_help_panel=panel)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"khabardar {version('khabardar')}\n")
        raise typer.Exit


def _before(
    ctx: typer.Context,
    config: ConfigOption = None,
    log_format: Annotated[
        str | None,
        typer.Option(
            "--log-format", metavar="text|json", help="How events are written to stderr; else $KHABARDAR_LOG."
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also log what is usually not worth a line.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Watches the news and tells the people whose rules match: one story, one alert. New here? `khabardar demo`."""
    from khabardar import logs

    try:
        logs.configure(logs.wanted_format(log_format), verbose=verbose)
    except ValueError as error:
        raise CommandError(str(error), 2) from None
    if ctx.invoked_subcommand is None:
        sys.stdout.write(START)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. What went wrong was said on stderr."""
    _prepare_streams()
    before = signal.signal(signal.SIGTERM, _as_interrupt)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's way of starting what ends in `&`
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = _invoke(_readable(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        _stop_writing()
        return 0
    except KeyboardInterrupt:
        _say("stopped; what was done until now is kept.")
        return 1
    except Exception as error:
        known = _explained(error)
        if known is not None:
            return known
        if {"-v", "--verbose"} & set(sys.argv if arguments is None else arguments):
            raise
        return _fault(error)
    finally:
        signal.signal(signal.SIGTERM, before)
    return code


def _invoke(arguments: list[str]) -> int:
    """The command itself; its exceptions come through as they are, which typer's own way out does not allow."""
    app = application()
    if "_KHABARDAR_COMPLETE" in os.environ:
        app(args=arguments, prog_name="khabardar")  # a shell asks what could come next; never returns
    command = get_command(app)
    try:
        with command.make_context("khabardar", arguments) as ctx:
            command.invoke(ctx)
    except typer.Exit as ending:
        return ending.exit_code
    return 0


def _readable(arguments: Sequence[str]) -> list[str]:
    """Arguments as UTF-8 where an old locale has kept Python from reading them so."""
    read = []
    for argument in arguments:
        try:
            read.append(os.fsencode(argument).decode("utf-8"))
        except UnicodeError:
            read.append(argument)
    return read


def main() -> None:
    """The entry point of the installed command."""
    sys.exit(run())


def _as_interrupt(number: int, frame: Any) -> None:
    """SIGTERM ends a command as Ctrl-C does; the service takes both into its own hands."""
    signal.raise_signal(signal.SIGINT)


def _prepare_streams() -> None:
    """UTF-8 whatever the locale says: news are in three scripts; what cannot be written becomes a question mark.

    Where a stream was closed before we began (``>&-``) Python has None; what is written there goes nowhere.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - so that no other file gets its number
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - stays open as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _stop_writing() -> None:
    """The reader of our output has gone (`| head`): nothing more is written, also not by the interpreter's end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def _say(text: str) -> None:
    from khabardar.inert import block

    sys.stdout.flush()
    sys.stderr.write(f"khabardar: {block(text)}\n")


def _explained(error: Exception) -> int | None:
    """Say on stderr what went wrong and return the exit code; None for a fault of the program itself."""
    from khabardar.settings.errors import SettingsErrors

    if isinstance(error, typer.TyperException):
        show = getattr(error, "show", None)
        if show is not None:
            show()
        return int(getattr(error, "exit_code", 1))
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        _stop_writing()
        sys.stderr.write(f"khabardar: the output cannot be written: {error.strerror}.\n")
        return 1
    if isinstance(error, CommandError):
        _say(str(error))
        return error.code
    if isinstance(error, SettingsErrors):
        for one in error.errors:
            sys.stderr.write(f"{one}\n")
        return 2
    kinds = {
        kind.__name__ for kind in type(error).__mro__
    }  # by name: the archive is not imported to say "no such file"
    if "QueryError" in kinds:
        _say(str(error))
        return 2
    if "ArchiveError" in kinds:
        _say(str(error))
        return 1
    return None


def _fault(error: Exception) -> int:
    """Something nobody foresaw: one sentence with the place; ``--verbose`` shows the whole account."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    _say(f"a fault of the program: {type(error).__name__}: {error}{place}. `khabardar --verbose …` shows all of it.")
    return 1


if __name__ == "__main__":
    main()
