"""python-tuf as a judge: what does the reference client say of published metadata?

    judge.py --at 2027-01-14T15:00:00Z < cases > verdicts

A case is a JSON object on a line: "name", "metadata" (a directory), "trusted" (a root file), "lookups" (target paths to
look up, one after the other) and, where what is found is to be fetched, "targets" (a directory). A client with a past has
"before": directories like "metadata", from each of which it has refreshed earlier, in this order, starting from "trusted".
With "local", a directory, its own copies are kept there: a later run, at another time, goes on from them.

The verdict is a line with "name", "accepted" and "why". If the metadata is accepted, "versions" says what the client
trusts in the end, by top-level role. All of the past has to be accepted: otherwise the test is mistaken, the case is not
accepted, and "why" begins with "before: ".
"""

import json
import os
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface, Updater


def at_that_time(arguments: list[str]) -> None:
    """Starts this program again under a clock that stands still at the time asked for."""
    if len(arguments) != 2 or arguments[0] != "--at":
        raise SystemExit("usage: judge.py --at 2027-01-14T15:00:00Z")
    time = arguments[1]
    if os.environ.get("JUDGE_AT") == time:
        return
    clock = {"JUDGE_AT": time, "TZ": "UTC", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    still = time.replace("T", " ").removesuffix("Z")
    command = ["faketime", "-f", still, sys.executable, __file__, *arguments]
    os.execvpe(command[0], command, {**os.environ, **clock})


class Directory(FetcherInterface):
    """Reads files where the client expects a server. The limits on lengths are kept by the base class."""

    def _fetch(self, url: str):
        try:
            yield Path(unquote(urlsplit(url).path)).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise DownloadHTTPError("no such file", 404) from None


def url_of(directory: str) -> str:
    return Path(directory).resolve().as_uri()


def refreshed(case: dict, metadata: str, local: str) -> Updater:
    """A client that has refreshed. Only the first one of a case is given the trusted root: given again, it would be
    what the client starts from, and the roots that were cached since would only be hints."""
    first = not Path(local, "root.json").exists()
    updater = Updater(
        metadata_dir=local,
        metadata_base_url=url_of(metadata),
        target_dir=local,
        fetcher=Directory(),
        bootstrap=Path(case["trusted"]).read_bytes() if first else None,
    )
    updater.refresh()
    return updater


def judge(case: dict, local: str) -> dict:
    """Returns what is to be said of metadata that is accepted, and raises what the client raises otherwise."""
    updater = refreshed(case, case["metadata"], local)
    missed = []
    for path in case["lookups"]:
        target = updater.get_targetinfo(path)
        if target is None:
            missed.append(path)
        elif "targets" in case:
            updater.download_target(target, target_base_url=url_of(case["targets"]))
    # Not from the files: a target that is fetched may have the name of one.
    trusted = updater._trusted_set
    versions = {role: trusted[role].version for role in ("root", "timestamp", "snapshot", "targets")}
    return {"why": f"not found: {', '.join(missed)}" if missed else "", "versions": versions}


def describe(error: BaseException) -> str:
    """The first line of an error and of its causes: what python-tuf raises itself often says only that it failed."""
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"{said}: {describe(error.__cause__)}" if error.__cause__ else said


def own_copies(case: dict):
    """Where the client keeps what it trusts."""
    return nullcontext(case["local"]) if case.get("local") else tempfile.TemporaryDirectory()


def verdict(case: dict) -> dict:
    when = "before: "
    try:
        with own_copies(case) as local:
            for metadata in case.get("before", []):
                refreshed(case, metadata, local)
            when = ""
            return {"name": case["name"], "accepted": True, **judge(case, local)}
    # Whatever is raised, also by mistake of the client, keeps it from using the metadata.
    except Exception as error:
        return {"name": case["name"], "accepted": False, "why": when + describe(error)}


at_that_time(sys.argv[1:])
for line in sys.stdin:
    print(json.dumps(verdict(json.loads(line))), flush=True)
