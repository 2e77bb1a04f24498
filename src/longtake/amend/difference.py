"""What lies between two boards: as if the film of the first were made, and the second is to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from longtake.amend.showing import showings
from longtake.amend.verdicts import Amendment, Memory, amendment
from longtake.assemble.captions import film_captions
from longtake.history import record_of
from longtake.plan.job import Plan
from longtake.plan.speech import SpeechJob
from longtake.units import Money


@dataclass(frozen=True)
class Difference:
    """Two plans beside each other: what becomes of the clips of `after`, and what that costs.

    `voices` are to be said that were not, `besides` names what else is heard and read otherwise. `price`
    is that of all that changed and is not owned; `unknown` names what has no known price in it.
    """

    before: Plan
    after: Plan
    amendment: Amendment
    voices: tuple[SpeechJob, ...]
    besides: tuple[str, ...]
    price: Money
    unknown: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether the two films are the same to those who see and hear them."""
        kept = len(self.amendment.of("kept")) == len(self.amendment.verdicts)
        return kept and not (self.amendment.gone or self.voices or self.besides)


def difference(before: Plan, after: Plan) -> Difference:
    """Compare two plans as if the first one's film were made."""
    names = {job.kept_name for job in before.jobs}
    made = frozenset(job.id for job in after.jobs if job.kept_name in names)
    edit = amendment(after, _memory(before), made)
    said = {job.key for job in before.speech}
    voices = tuple(job for job in after.speech if job.key not in said)
    wanted = {each.clip for each in edit.of("again", "never")}
    lines = [line for line in after.quote.lines if line[0] in wanted]
    lines += [(job.id, job.price, job.owned) for job in voices]
    lacking = [(name, price) for name, price, owned in lines if not owned]
    priced = (price for _, price in lacking if price and price.amount)
    return Difference(
        before,
        after,
        edit,
        voices,
        tuple(_besides(before, after)),
        sum(priced, Money(Decimal(0), after.quote.total.currency)),
        tuple(name for name, price in lacking if price is None),
    )


def _memory(plan: Plan) -> Memory:
    """Remember a plan's film as it would be remembered had it been made."""
    return Memory({job.id: record_of(job, "") for job in plan.jobs}, showings(plan))


def _besides(before: Plan, after: Plan) -> Iterator[str]:
    """Name what changed beside the pictures; it costs no clip."""
    for word, said in _HEARD.items():
        if said(before) != said(after):
            yield word


def _music(plan: Plan) -> list[Any]:
    beds = []
    for bed in plan.cues.music:
        under = tuple(plan.by_id[clip].recipe for clip in bed.clips or ())
        rest = bed.level, bed.offset_s, bed.loop, bed.fade_in, bed.fade_out, bed.cross_fade
        beds.append((bed.sha256, under, *rest, bed.duck))
    return beds


def _narration(plan: Plan) -> list[Any]:
    return [
        (said.text, said.level, said.job.key if said.job else said.voice and said.voice.sha256)
        for said in plan.spoken
    ]


def _own_sound(plan: Plan) -> list[Any]:
    """List the clips whose own sound is not simply kept, by what they are made of."""
    cues = plan.cues
    levels = {clip: cue.level for cue in cues.levels for clip in cue.clips}
    return [
        (source.recipe, source.id in cues.silenced, levels.get(source.id))
        for source in plan.sources
        if source.id in cues.silenced | cues.ducked | levels.keys()
    ]


def _captions(plan: Plan) -> list[Any]:
    captions = film_captions(plan.timeline, plan.cues)
    return [(caption.text, caption.style) for caption in captions]


_HEARD: dict[str, Callable[[Plan], Any]] = {
    "title": lambda plan: plan.title,
    "chapters": lambda plan: [title for _, title in plan.scenes],
    "music": _music,
    "narration": _narration,
    "captions": _captions,
    "the clips' own sound": _own_sound,
    "loudness": lambda plan: plan.cues.loudness,
}
