"""A remote provider: the common way of submitting, looking and fetching, by a profile and a dialect."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from typing import Any
from urllib.parse import quote

from longtake.errors import (
    ProviderError,
    RateLimited,
    TaskFailed,
    TaskLost,
    Unreachable,
    VaultError,
)
from longtake.generate.catalogue import key_variables
from longtake.generate.complaints import Complaints
from longtake.generate.greeting import Greeting, greet
from longtake.generate.hosting import PictureHost, open_host
from longtake.generate.http import (
    Ambiguous,
    Broken,
    LinkDead,
    NotSent,
    Reply,
    Resume,
    Timing,
    Unfit,
    Wire,
    WireError,
)
from longtake.generate.listing import TaskList
from longtake.generate.opening import open_wire
from longtake.generate.pictures import Pause, PictureSender, backoff_s
from longtake.generate.profile import (
    Complaint,
    Dialect,
    Profile,
    Status,
    callback_in,
    read_usual_file,
)
from longtake.generate.provider import ListedTask, Request, TaskReport, TaskState

# How often a download is begun or resumed without much progress, and a dead link renewed.
_FETCHES = 10
_DEAD_LINKS = 3
_PROGRESS = 1_000_000
# A task may be unknown for a moment after it was accepted; for so many looks it may.
_UNKNOWN_LOOKS = 3
# A task is asked for often from this share of its usual time on, until so many times of it passed.
_EARLY, _OVERDUE = 0.8, 1.5
_LONGEST_PAUSE_S = 60.0


def open_remote(
    profile: Profile,
    dialect: Dialect,
    environment: Mapping[str, str],
    pause: Pause | None = None,
) -> RemoteProvider:
    """Open a provider with the key of an environment, at the host named there or its usual one.

    Raises KeyMissing without a key, KeyRefused for what can be none, ProviderError for a host that
    must not be sent a key.
    """
    wire, account = open_wire(profile, environment)
    secrets = key_variables() | {profile.key_variable}
    own = open_host(environment, secrets, wire) if profile.addresses_only else None
    return RemoteProvider(profile, dialect, wire, account, pause, own)


class RemoteProvider:
    """A video API over the wire. May be called from several threads at once."""

    def __init__(
        self,
        profile: Profile,
        dialect: Dialect,
        wire: Wire,
        account: str,
        pause: Pause | None,
        host: PictureHost | None = None,
    ) -> None:
        self.name = profile.name
        self.account = account
        self.in_flight = profile.in_flight
        self.per_minute = profile.per_minute
        self.deadline_s = profile.deadline_s
        self.host, self.host_variable = wire.host, profile.host_variable
        self._profile = profile
        self._dialect = dialect
        self._wire = wire
        self._stopped = Event()
        self._rest = pause or self._stopped.wait
        self._complaints = Complaints(profile, wire)
        self._pictures = PictureSender(profile, dialect, wire, self._complaints, self._pause, host)
        self._list = TaskList(profile, dialect, wire, self._complaints)
        self._lock, self._callback = Lock(), ""
        self._finished: dict[str, tuple[Status, float]] = {}
        self._unknown: dict[str, int] = {}
        self._polling: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"RemoteProvider({self.name!r}, account {self.account})"

    def prepare(self, request: Request) -> None:
        """Upload a request's pictures ahead of `submit`, which then needs no time for them."""
        self._pictures.named(request)

    def submit(self, request: Request, nonce: str) -> str:
        """Ask for a clip, once; returns the task id.

        Raises Unreachable, RateLimited, Refused, OutOfFunds or KeyRefused where nothing was taken,
        and OutcomeUnknown wherever that is not certain.
        """
        body = self._dialect.encode(request, self._pictures.named(request))
        called, headers = callback_in(self._profile, request.model, self._callback)
        choose, usual = self._dialect.submit_path, self._profile.submit_path
        path = choose(request) if choose else usual
        reply = self._sent(path, {**body, **called}, headers, nonce)
        if 200 <= reply.status < 300:
            task = self._dialect.read_submit(reply.said)
            if task:
                # Wherever else it may lead, the key does not follow; a later run knows the task alone.
                with self._lock:
                    self._polling[task] = self._wire.path_of(self._dialect.read_polling(reply.said))
                return task
        self._complaints.refuse_strange(reply)
        complaint = self._dialect.classify(reply)
        if complaint is None:
            raise self._complaints.nobody_knows(f"no task id in {self._complaints.head(reply)}")
        # A 5xx that misses something does not say whether the job was taken before.
        lost = complaint.kind == "missing" and reply.status >= 500
        if complaint.kind == "unclear" or lost:
            raise self._complaints.nobody_knows(f"HTTP {reply.status} {complaint.message}")
        if complaint.kind in ("invalid", "missing"):
            self._pictures.forget()
        raise self._complaints.error(complaint, reply, to_be_called=bool(called or headers))

    def call_back_at(self, url: str) -> None:
        """Have it call this address about all that is submitted from now on."""
        self._callback = url

    def task_called(self, said: Any) -> str:
        """Name the task that a call of it is about, "" where it names none."""
        return self._dialect.read_submit(said)

    def look(self, task: str) -> TaskReport:
        """Look at a task; a word nobody knows means that it still runs, and is told in the message.

        Raises Unreachable or RateLimited where a later look may help; KeyRefused, OutOfFunds, TaskLost.
        """
        return self._looked(task)[0]

    def fetch(self, task: str, path: Path) -> None:
        """Bring a finished clip home: resumed where the line breaks, by a new link where one ended.

        Raises Unreachable where another attempt later may help; ResultExpired, TaskFailed, TaskLost.
        """
        try:
            self._fetch(task, path)
        except OSError as exc:
            path.unlink(missing_ok=True)
            raise VaultError(
                f"a clip cannot be written: {exc.strerror or type(exc).__name__}",
                hint="make room on the disk and run again: it is fetched, not bought, again",
            ) from exc
        except ProviderError:
            path.unlink(missing_ok=True)
            raise

    def tasks_since(self, model: str, since_s: float) -> tuple[ListedTask, ...] | None:
        """List all tasks of a model made at or after a time, oldest first; None: no list says that.

        Raises Unreachable or RateLimited where the whole list may be had later; KeyRefused.
        """
        return self._list.since(model, since_s)

    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float:
        """Wait a share of the time that passed already, within the profile's bounds, jittered.

        Where the usual time is known, nothing is asked long before it, and often around it.
        """
        profile = self._profile
        wait = max(profile.poll_first_s, profile.poll_growth * elapsed_s)
        wait = min(profile.poll_most_s, wait)
        if usual_s is not None:
            sooner = _EARLY * usual_s - elapsed_s
            if sooner > wait:
                wait = min(sooner, _LONGEST_PAUSE_S)
            elif elapsed_s < _OVERDUE * usual_s:
                wait = min(wait, profile.poll_first_s)
        return wait * random.uniform(0.85, 1.15)

    def interrupt(self) -> None:
        """End all waiting for looks, uploads and downloads; a submit under way is let finish."""
        self._stopped.set()
        self._pictures.interrupt()

    def greet(self) -> Greeting:
        """Ask the host what costs nothing: whether it is there, and whether it takes the key."""
        return greet(self._wire, self._profile, self._dialect, self._complaints)

    def close(self) -> None:
        """Let go of the connections."""
        self._pictures.close()
        self._wire.close()

    def _pause(self, seconds: float) -> None:
        """Rest between two tries of something free; raises Unreachable once the run is being stopped."""
        self._rest(seconds)
        if self._stopped.is_set():
            raise Unreachable(f"{self.name}: stopped while waiting for another try")

    def _sent(
        self, path: str, body: Mapping[str, object], headers: Mapping[str, str], nonce: str
    ) -> Reply:
        seconds, name = self._profile.submit_s, self._profile.nonce_header
        try:
            return self._wire.send(
                "POST",
                path,
                headers={**headers, **({name: nonce} if nonce and name else {})},
                body=body,
                timing=Timing(quiet_s=seconds, total_s=seconds),
            )
        except NotSent as exc:
            raise Unreachable(f"{self.name}: {exc}") from exc
        except Ambiguous as exc:
            raise self._complaints.nobody_knows(str(exc)) from exc

    def _looked(self, task: str) -> tuple[TaskReport, Status]:
        reply = self._asked(self._polling.get(task) or self._profile.status_path, task)
        status = self._dialect.read_status(reply.said) if reply.status < 300 else Status()
        state = self._profile.words.get(status.word.casefold())
        if state is TaskState.FAILED:
            message = self._complaints.plain(status.message or f"the provider says {status.word}")
            charged = status.charged if status.charge is None else bool(status.charge.amount)
            report = TaskReport(
                state, message, charge=status.charge, refused=status.refused, charged=charged
            )
            return report, status
        complaint = self._dialect.classify(reply)
        if complaint is not None:
            return self._complained(task, complaint, reply), status
        if not status.word:
            raise self._unread(task, reply)
        return self._report(task, status, state), status

    def _report(self, task: str, status: Status, state: TaskState | None) -> TaskReport:
        message = ""
        if state is None:
            state = TaskState.RUNNING
            message = f'"{self._complaints.plain(status.word)}" is no word we know; waiting on'
        elif state is TaskState.DONE and not (status.links or status.file):
            state, message = TaskState.RUNNING, "done, but without a link so far"
        with self._lock:
            self._unknown.pop(task, None)
            if state is TaskState.DONE:
                self._finished[task] = (status, time.monotonic())
        return TaskReport(
            state, message, status.progress, status.charge, metered_s=status.metered_s
        )

    def _unread(self, task: str, reply: Reply) -> ProviderError:
        """Make the error of an answer without a status; a form nobody knows will not mend itself."""
        head = self._complaints.head(reply)
        if reply.said is None or not self._too_often(task):
            return Unreachable(
                f"{self.name}: no report on the task in {head}", task=task, charged=None
            )
        return ProviderError(
            f"{self.name} reports on the task in a form we do not know: {head}",
            hint="the task is paid and kept: update longtake and run the same command again",
            task=task,
            charged=None,
        )

    def _too_often(self, task: str) -> bool:
        """Count the looks at a task that told nothing; true once no later one will."""
        with self._lock:
            looks = self._unknown[task] = self._unknown.get(task, 0) + 1
        return looks > _UNKNOWN_LOOKS

    def _complained(self, task: str, complaint: Complaint, reply: Reply) -> TaskReport:
        """Tell of a look that was answered with a no."""
        words = self._complaints.plain(complaint.message)
        if complaint.kind == "moderation":
            return TaskReport(TaskState.FAILED, words, refused=True)
        if complaint.kind not in ("invalid", "missing"):
            raise self._complaints.error(complaint, reply, task)
        with self._lock:
            self._polling.pop(task, None)
        if not self._too_often(task):
            return TaskReport(TaskState.RUNNING, f"not known there yet: {words}")
        raise TaskLost(
            f"{self.name} does not know the task {task}: {words}",
            hint="look at your account there: was it made with another key?",
            task=task,
            charged=None,
        )

    def _fetch(self, task: str, path: Path) -> None:
        limits, idle, dead = self._profile.download, 0, 0
        resume = Resume(stopped=self._stopped.is_set)
        ends = time.monotonic() + limits.total_s
        links: tuple[str, ...] = ()
        while True:
            before, wait = resume.received, None
            left = replace(limits, total_s=max(0.0, ends - time.monotonic()))
            try:
                links = links or self._links(task, fresh=dead > 0)
                self._wire.download(links[resume.tries % len(links)], path, left, resume)
                return
            except LinkDead as exc:
                dead, links, problem = dead + 1, (), str(exc)
                if dead > _DEAD_LINKS:
                    raise self._complaints.expired(task, problem) from exc
                wait = 0.0 if dead == 1 else None
            except Unfit as exc:
                raise self._complaints.unfit(task, str(exc)) from exc
            except (NotSent, Ambiguous, Broken, Unreachable, RateLimited) as exc:
                wait, problem = getattr(exc, "retry_after_s", None), str(exc)
            # A few bytes are no progress: at that pace it would never end.
            idle = 0 if resume.received - before > _PROGRESS else idle + 1
            wait = backoff_s(idle) if wait is None else min(wait, 60.0)
            if idle >= _FETCHES or time.monotonic() + wait > ends:
                raise self._complaints.late(task, problem)
            self._pause(wait)

    def _links(self, task: str, *, fresh: bool) -> tuple[str, ...]:
        """Give the addresses of a finished clip, asked for anew unless it was just looked at."""
        with self._lock:
            # A link serves one fetch: who comes again for a spoilt clip is given another one.
            status, seen = self._finished.pop(task, (Status(), 0.0))
        old = time.monotonic() - seen > self._profile.url_life_s / 2
        if fresh or old or not (status.links or status.file):
            report, status = self._looked(task)
            if report.state is TaskState.FAILED:
                raise TaskFailed(
                    f"{self.name}: {report.message}", task=task, charged=report.charged
                )
            if report.state is not TaskState.DONE:
                raise Unreachable(f"{self.name}: the task is not done", task=task)
        return status.links or self._links_of_file(task, status.file)

    def _links_of_file(self, task: str, file: str) -> tuple[str, ...]:
        reply = self._asked(self._profile.file_path, file)
        status = (self._dialect.read_file or read_usual_file)(reply)
        if status.links:
            return status.links
        if self._profile.words.get(status.word.casefold()) is TaskState.FAILED:
            words = self._complaints.plain(status.message)
            raise TaskFailed(f"{self.name}: {words}", task=task, charged=None)
        complaint = self._dialect.classify(reply)
        if complaint is not None and complaint.kind in ("key", "funds", "busy"):
            raise self._complaints.error(complaint, reply, task)
        why = complaint.message if complaint else self._complaints.head(reply)
        why = self._complaints.plain(why)
        raise Unreachable(f"{self.name}: no link to the file: {why}", task=task)

    def _asked(self, path: str, name: str) -> Reply:
        # A name may be a path, where a provider keeps each model's tasks under its own.
        named = quote(name, safe="/")
        try:
            return self._wire.send("GET", path.format(task=named, file=named))
        except WireError as exc:
            raise Unreachable(f"{self.name}: {exc}", charged=None) from exc
