"""What a provider's no becomes: the error it means, in plain words, with a way out."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from longtake.errors import (
    KeyRefused,
    OutcomeUnknown,
    OutOfFunds,
    ProviderError,
    RateLimited,
    Refused,
    ResultExpired,
    TaskFailed,
    Unreachable,
)
from longtake.generate.http import Reply, Wire, retry_after
from longtake.generate.plain import plain_words
from longtake.generate.profile import Complaint, Profile

# These redirects ask for the same request elsewhere: here it was not carried out.
_SENT_ON = (301, 307, 308)
# An address that does not answer makes a sound request invalid, and few providers say so.
_NO_CALL = (
    "the address of `--webhook` must lead to this machine and answer from outside; "
    "without `--webhook` the same clip is made as well. Nothing was charged"
)


class Complaints:
    """Makes errors for one provider; the key occurs in none of them, whoever wrote it there."""

    def __init__(self, profile: Profile, wire: Wire) -> None:
        self._profile = profile
        self._wire = wire
        self._name = profile.name

    def error(
        self, complaint: Complaint, reply: Reply, task: str = "", *, to_be_called: bool = False
    ) -> ProviderError:
        """Turn a no into the error that it is; `to_be_called` says that it was given an address to call."""
        said = f"{self._name}: {self.plain(complaint.message) or f'HTTP {reply.status}'}"
        if complaint.kind == "key":
            return KeyRefused(
                f"the key is not accepted by {said}", hint=self._key_hint(), task=task
            )
        if complaint.kind == "funds":
            return OutOfFunds(
                said,
                hint="top up the account and run the same command: what is finished is kept",
                task=task,
            )
        if complaint.kind == "busy":
            wait = retry_after(reply.headers, time.time())
            return RateLimited(said, retry_after_s=wait, task=task)
        if complaint.kind == "unclear":
            return Unreachable(said, task=task, charged=None if task else False)
        kind = "moderation" if complaint.kind == "moderation" else "invalid"
        hint = _NO_CALL if to_be_called and kind == "invalid" else ""
        return Refused(said, kind=kind, task=task, hint=hint)

    def nobody_knows(self, why: str) -> OutcomeUnknown:
        """Make the error of a submit that may have been accepted."""
        return OutcomeUnknown(
            f"{self._name} may have accepted the job: {self.plain(why)}",
            hint="it is not sent again by itself; look at your account there",
            charged=None,
        )

    def refuse_strange(self, reply: Reply) -> None:
        """Raise where the answer to a submit is not that of the provider itself.

        Refused where we are sent on; OutcomeUnknown for a refusal in none of its words: what stands
        before it (a firewall, a proxy) may say that after the job was taken, too.
        """
        if reply.status in _SENT_ON:
            host = self._wire.host
            raise Refused(
                f"{self._name} is not at {host}: it sends us on, which a key does not follow",
                hint=f"check {self._profile.host_variable}",
            )
        if 400 <= reply.status < 500 and reply.status != 429 and not isinstance(reply.said, dict):
            raise self.nobody_knows(f"no reason in {self.head(reply)}")

    def expired(self, task: str, problem: str) -> ResultExpired:
        """Make the error of a clip whose links are all dead."""
        return ResultExpired(
            f"{self._name}: a finished clip is no longer to be had: {problem}",
            hint="run the same command once more; if it stays so, ask the provider for it",
            task=task,
            charged=True,
        )

    def unfit(self, task: str, problem: str) -> TaskFailed:
        """Make the error of a clip that must not be fetched."""
        return TaskFailed(
            f"{self._name} gives no clip we may fetch: {self.plain(problem)}",
            hint="the task is kept: run the same command again, or ask the provider",
            task=task,
            charged=True,
        )

    def late(self, task: str, problem: str) -> Unreachable:
        """Make the error of a clip that did not come, and may come another time."""
        return Unreachable(
            f"{self._name}: a finished clip cannot be fetched: {self.plain(problem)}",
            hint="run the same command later: it is fetched, not bought, again",
            task=task,
            charged=True,
        )

    def plain(self, text: str) -> str:
        """Give outside words fit to be shown: one line, no control signs, no key, not too long."""
        return plain_words(self._wire.clean(text))

    def head(self, reply: Reply) -> str:
        """Show how an answer begins that could not be read."""
        said = self.plain(reply.body.decode("utf-8", "replace"))[:80]
        return f"HTTP {reply.status} {said}".rstrip()

    def _key_hint(self) -> str:
        profile, host = self._profile, self._wire.host
        hosts = (profile.base_url, *profile.other_hosts)
        others = [each for each in hosts if urlsplit(each).hostname != host]
        hint = f"check {profile.key_variable}"
        if len(hosts) > 1 and others:
            hint += (
                f"; {host} was asked, and a key works in its own region only: "
                f"for the other set {profile.host_variable}={others[0]}"
            )
        return hint
