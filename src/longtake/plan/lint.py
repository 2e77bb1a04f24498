"""What is doubtful in the clips a board comes to: their chains, their switches, what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from longtake.errors import Fault
from longtake.plan.bridges import bridged
from longtake.plan.job import ClipJob, EndOf, ShotNote, StillFrame
from longtake.plan.offer import Offer
from longtake.plan.settings import find_offer, inherited
from longtake.plan.shots import Draft
from longtake.plan.split import split_shot
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.model import Storyboard
from longtake.units import FrameRate, Money

# Through providers that drift by about 1 % a hop, colours repaired, a clip is 0.8 dE from the first
# picture after one hop and 4.2 after thirty (tests/benchmarks/chain.md): 0.12 a hop. Twelve hops are
# 2.2, about what an eye sees in two pictures side by side.
MOST_HOPS = 12
# A saving of less than this is not worth one seam more.
_WORTH = Decimal("0.05")

Place = tuple[object, ...]


def chain_doubts(draft: Draft, scenes: tuple[NamedScene, ...]) -> list[Fault]:
    """Find what is doubtful in clips that will be bought; nothing is in those that are drawn."""
    jobs = {
        clip: source
        for clip, source in draft.sources.items()
        if isinstance(source, ClipJob) and not source.draws
    }
    if not jobs:
        return []
    shots = {
        named.id: (scene, named)
        for scene in scenes
        for shot in scene.shots
        for named in (shot, bridged(shot))
        if named
    }
    return [
        *_long_chains(draft.storyboard, shots, jobs, draft.order),
        *_optimizers(draft.storyboard, shots, jobs),
        *_splits(draft.storyboard, shots, _Prices(jobs, draft.offers, draft.rate), draft.notes),
    ]


Shots = Mapping[str, tuple[NamedScene, NamedShot]]


def _long_chains(
    storyboard: Storyboard, shots: Shots, jobs: Mapping[str, ClipJob], order: Sequence[str]
) -> Iterator[Fault]:
    """Warn once of each chain that goes on for more handoffs than colours stay the same through."""
    hops: dict[str, int] = {}
    begun: dict[str, str] = {}
    passed: dict[str, str] = {}
    longest: dict[str, int] = {}
    for clip in order:
        job = jobs.get(clip)
        if job is None:
            continue
        before = job.first.clip if isinstance(job.first, EndOf) else ""
        hops[clip] = hops[before] + 1 if before in hops else 0
        begun[clip] = begun[before] if hops[clip] else clip
        if hops[clip] > MOST_HOPS:
            passed.setdefault(begun[clip], clip)
            longest[begun[clip]] = max(longest.get(begun[clip], 0), hops[clip])
        if job.repairs.anchor or isinstance(job.last, StillFrame):
            # What it hands on has the colours of a picture again.
            hops[clip], begun[clip] = 0, clip
    for first, clip in passed.items():
        shot = shots[jobs[clip].shot][1]
        message = (
            f'shot "{shot.id}": the chain from "{first}" on has {longest[first]} handoffs '
            f"without a picture to lead it back; beyond {MOST_HOPS} its colours can be seen to drift"
        )
        hint = "write `reanchor_every: 6` with a `start:` picture, a `reanchor:` still, or `start: fresh`"
        yield storyboard.fault(shot.place, message, code="long-chain", hint=hint)


def _optimizers(
    storyboard: Storyboard, shots: Shots, jobs: Mapping[str, ClipJob]
) -> Iterator[Fault]:
    """Warn at each place that lets a model rewrite the prompts of clips that continue others."""
    found: dict[Place, list[str]] = {}
    for job in jobs.values():
        if isinstance(job.first, EndOf) and job.options.get("prompt_optimizer"):
            _, place = inherited(storyboard, *shots[job.shot], "prompt_optimizer")
            found.setdefault(place, []).append(job.id)
    for place, clips in found.items():
        others = len(clips) - 1
        more = f" and {others} more clip{'' if others == 1 else 's'}" if others else ""
        message = (
            f'"{clips[0]}"{more} continue{"" if others else "s"} another clip: '
            "a prompt rewritten by the model may begin elsewhere"
        )
        hint = "leave it out: without a word it is on just where no clip is continued"
        yield storyboard.fault(place, message, code="optimizer-in-chain", hint=hint)


@dataclass(frozen=True)
class _Prices:
    """What the ways of dividing shots cost, by the clips that were chosen and the offers they are of."""

    jobs: Mapping[str, ClipJob]
    offers: Mapping[str, Offer]
    rate: FrameRate
    _known: dict[tuple[object, ...], tuple[str, str] | None] = field(default_factory=dict)

    def better(self, note: ShotNote) -> tuple[str, str] | None:
        """Give the figures of the other way of dividing a shot, and its name, where it is the better one."""
        job = self.jobs.get(f"{note.shot}/1")
        if job is None or job.draws:
            return None
        # Most shots of a board are divided alike.
        alike = (job.offer, job.resolution, note.wanted, note.clips)
        if alike not in self._known:
            self._known[alike] = self._better(job, note)
        return self._known[alike]

    def _better(self, job: ClipJob, note: ShotNote) -> tuple[str, str] | None:
        offer = find_offer(self.offers, job.offer)
        resolution = offer.resolution(job.resolution) if offer else None
        if offer is None or resolution is None:
            return None
        wanted_s = self.rate.seconds(note.wanted)
        fewest = split_shot(wanted_s, resolution.lengths)
        cheapest = split_shot(wanted_s, resolution.lengths, resolution.amounts)
        if fewest == cheapest or None in map(resolution.amount, fewest):
            return None
        dear, cheap = (
            Money(sum(filter(None, map(resolution.amount, lengths)), Decimal(0)), offer.currency)
            for lengths in (fewest, cheapest)
        )
        seams = len(cheapest) - len(fewest)
        more = f"{seams} seam{'' if seams == 1 else 's'} more"
        told = f"{_lengths(fewest)} s cost {dear}, {_lengths(cheapest)} s cost {cheap}"
        worth = (dear - cheap).amount >= _WORTH * dear.amount
        if note.clips == fewest and worth:
            return f"{told}: {dear - cheap} less{f' for {more}' if seams else ''}", "price"
        if note.clips == cheapest and seams and not worth:
            return f"{told}: {more} to save {dear - cheap}", "seams"
        return None


def _splits(
    storyboard: Storyboard, shots: Shots, prices: _Prices, notes: list[ShotNote]
) -> Iterator[Fault]:
    """Warn where the other way of dividing shots is worth its price more; each pair of ways once."""
    found: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        said = prices.better(note) if note.clips else None
        if said and not storyboard.is_silenced(shots[note.shot][1].place, "split-price"):
            found.setdefault(said, []).append(note.shot)
    for (figures, way), named in found.items():
        others = len(named) - 1
        more = f" (as of {others} more shot{'' if others == 1 else 's'})" if others else ""
        place = (*shots[named[0]][1].place, "seconds")
        message = f'shot "{named[0]}"{more}: {figures}'
        hint = f"write `split: {way}`"
        yield storyboard.fault(place, message, code="split-price", hint=hint)


def _lengths(seconds: tuple[int, ...]) -> str:
    return " + ".join(map(str, seconds))
