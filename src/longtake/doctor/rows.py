"""What follows from the facts: a row for each thing, whether it is well, and what it is good for.

Pure: the same facts always give the same rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from longtake.doctor.facts import Clocks, Facts, Package, Place, Shop, Tried

State = Literal["ok", "missing", "fault", "not asked"]

FREE, BOUGHT, SHOPS, MORE = "the free film", "what is bought", "providers", "optional"
# A film of a few minutes and its pieces would no longer fit.
_LEAST_FREE = 100_000_000
# Links end and limits count by the minute.
_MOST_AHEAD_S = 60.0
_MOST_STRAYED_S = 1.0
_DAY_S = 86400.0
_FAR_EAST = ("Chinese", "Japanese", "Korean")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing looked at: `found` says what is there, `unlocks` what it gives or what would help.

    Without a thing that is `needed` no film can be made at all, not even a drawn one.
    """

    group: str
    name: str
    state: State
    found: str
    unlocks: str = ""
    needed: bool = False


def judge(facts: Facts) -> tuple[Row, ...]:
    """Turn facts into rows, in the order in which they are shown."""
    return (
        Row(group=FREE, name="Python", state="ok", found=facts.python, needed=True),
        _packages(facts.packages),
        _tried("ffmpeg", facts.ffmpeg),
        _tried("encoder", facts.encoder),
        _tried("letters", facts.letters),
        _tried("models", facts.models),
        *(_place(name, place) for name, place in facts.places),
        _ledger(facts.ledger),
        _clock(facts.clocks),
        *(_shop(shop, facts.offline) for shop in facts.shops),
        _fonts("CJK fonts", facts, _FAR_EAST),
        _fonts("other fonts", facts, tuple(s for s in facts.scripts if s not in _FAR_EAST)),
        _picture_host(facts.picture_host),
        _simulator(facts.extras),
        _voice(facts.voice),
        _speech(facts.speech),
        _speech_command(facts.speech_command),
    )


def film_works(rows: tuple[Row, ...]) -> bool:
    """Tell whether a film can be made here, drawn and free: all that is needed for it is well."""
    return not [row for row in rows if row.needed and row.state in ("missing", "fault")]


def fits(version: str, wanted: str) -> bool:
    """Tell whether a version is one of those wanted; only the plain comparisons are understood."""
    have = _numbers(version)
    for sign, text in re.findall(r"(>=|<=|==|<|>)\s*([0-9.]+)", wanted):
        want = _numbers(text)
        width = max(len(have), len(want))
        left, right = (part + (0,) * (width - len(part)) for part in (have, want))
        holds = {
            ">=": left >= right,
            "<=": left <= right,
            "==": left == right,
            "<": left < right,
            ">": left > right,
        }
        if not holds[sign]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _packages(packages: tuple[Package, ...] | None) -> Row:
    name, remedy = "packages", "`pip install --upgrade longtake` brings what fits"
    if packages is None:
        found = "longtake runs from its sources: nothing says which versions it wants"
        return Row(group=FREE, name=name, state="not asked", found=found)
    absent = [each.name for each in packages if not each.version]
    if absent:
        found = f"not installed: {', '.join(absent)}"
        return Row(group=FREE, name=name, state="missing", found=found, unlocks=remedy, needed=True)
    wrong = [
        f"{each.name} {each.version} is not {each.wanted}"
        for each in packages
        if not fits(each.version, each.wanted)
    ]
    if wrong:
        # It may work all the same, and the rows below show whether it does.
        return Row(group=FREE, name=name, state="fault", found="; ".join(wrong), unlocks=remedy)
    found = ", ".join(f"{each.name} {each.version}" for each in packages)
    return Row(group=FREE, name=name, state="ok", found=found)


def _tried(name: str, tried: Tried) -> Row:
    if tried.problem:
        return Row(
            group=FREE,
            name=name,
            state="fault",
            found=tried.problem,
            unlocks=tried.remedy,
            needed=True,
        )
    return Row(group=FREE, name=name, state="ok", found=tried.found, needed=True)


def _place(name: str, place: Place) -> Row:
    takes = name == "takes"
    state: State = "ok"
    found, remedy = f"{_bytes(place.free)} free for {place.path}", ""
    if place.problem:
        state, found = "fault", f"{place.path} cannot be written: {place.problem}"
        remedy = (
            "clips can be bought when LONGTAKE_HOME names a folder that can be written"
            if takes
            else "make it writable, or work in another folder"
        )
    elif place.free < _LEAST_FREE:
        state, found = "fault", f"only {found}"
        remedy = "`longtake gc` shows what nothing needs"
    group = BOUGHT if takes else FREE
    return Row(group=group, name=name, state=state, found=found, unlocks=remedy, needed=not takes)


def _ledger(ledger: Tried) -> Row:
    if ledger.problem:
        return Row(
            group=BOUGHT,
            name="ledger",
            state="fault",
            found=ledger.problem,
            unlocks=ledger.remedy or "nothing is bought without it; drawn films do not need it",
        )
    return Row(group=BOUGHT, name="ledger", state="ok", found=ledger.found)


def _clock(clocks: Clocks) -> Row:
    state: State = "fault"
    remedy = "set the clock: links that end and limits a minute go by it"
    worst = max(clocks.ahead, key=lambda told: abs(told[1]), default=None)
    if clocks.now_s < clocks.installed_s - _DAY_S:
        found = "stands at a time before longtake was installed"
    elif abs(clocks.strayed_s) > _MOST_STRAYED_S:
        found = f"jumped by {clocks.strayed_s:+.0f} s while we looked"
    elif worst and abs(worst[1]) > _MOST_AHEAD_S:
        way = "ahead of" if worst[1] > 0 else "behind"
        found = f"{abs(worst[1]):,.0f} s {way} that of {worst[0]}"
    elif worst:
        state, found, remedy = "ok", f"agrees with that of {worst[0]}", ""
    else:
        state, found, remedy = "ok", "runs evenly; no host was asked for the time", ""
    return Row(group=BOUGHT, name="clock", state=state, found=found, unlocks=remedy)


def _shop(shop: Shop, offline: bool) -> Row:
    state, found, unlocks = _standing(shop, offline)
    return Row(group=SHOPS, name=shop.name, state=state, found=found, unlocks=unlocks)


def _standing(shop: Shop, offline: bool) -> tuple[State, str, str]:
    """Say how a provider stands: its state, what was found, and what that is good for."""
    if shop.problem:
        return "fault", shop.problem, shop.remedy
    count = f"{shop.models} model{'' if shop.models == 1 else 's'}"
    if not shop.key_is_set:
        return "missing", f"{shop.key_variable} is not set", f"{count} to buy clips of"
    chosen = f" ({shop.host_variable})" if shop.host_variable else ""
    greeting, host = shop.greeting, f"{shop.host or 'its host'}{chosen}"
    if greeting is None:
        why = "" if offline else ", which its package leaves unasked"
        return "not asked", f"{shop.key_variable} is set, for {host}{why}", ""
    if not greeting.reached:
        network = "look at the network; variables that name a proxy are not read"
        return "fault", f"{host}: {greeting.said}", network
    if greeting.key == "bad":
        return "fault", greeting.said, greeting.hint
    if greeting.key == "good":
        return "ok", f"{host} accepts the key", ""
    if greeting.said:
        return "fault", f"{host} does not say whether the key is good: {greeting.said}", "ask later"
    return "not asked", f"{host} is there; only a purchase shows whether the key is good", ""


def _fonts(name: str, facts: Facts, scripts: tuple[str, ...]) -> Row:
    unseen = [script for script in scripts if script in facts.unseen]
    if not unseen:
        return Row(group=MORE, name=name, state="ok", found=f"{', '.join(scripts)} can be drawn")
    font = "Noto Sans CJK" if scripts == _FAR_EAST else "Noto Sans"
    return Row(
        group=MORE,
        name=name,
        state="missing",
        found=f"no font draws {', '.join(unseen)}: an animatic shows boxes instead",
        unlocks=f"titles, prompts and labels in them; {font} is free",
    )


def _picture_host(named: bool) -> Row:
    name = "pictures"
    if named:
        found = (
            "LONGTAKE_UPLOAD_COMMAND or LONGTAKE_UPLOAD_PUT is set; tried with the first picture"
        )
        return Row(group=MORE, name=name, state="ok", found=found)
    return Row(
        group=MORE,
        name=name,
        state="missing",
        found="neither LONGTAKE_UPLOAD_COMMAND nor LONGTAKE_UPLOAD_PUT is set",
        unlocks="providers that take pictures only by an address, such as apiinone",
    )


def _simulator(extras: tuple[Package, ...]) -> Row:
    absent = [each.name for each in extras if not each.version]
    if absent:
        return Row(
            group=MORE,
            name="simulator",
            state="missing",
            found=f"not installed: {', '.join(absent)}",
            unlocks='`longtake simulate`, with `pip install "longtake[simulate]"`',
        )
    found = ", ".join(f"{each.name} {each.version}" for each in extras)
    return Row(group=MORE, name="simulator", state="ok", found=found)


def _voice(voice: str) -> Row:
    spoken = "`narration` by espeak, free"
    if voice:
        return Row(group=MORE, name="voice", state="ok", found=voice, unlocks=spoken)
    found = "there is no espeak-ng"
    return Row(group=MORE, name="voice", state="missing", found=found, unlocks=spoken)


def _speech(speech: Tried) -> Row:
    row = Row(group=MORE, name="voice service", state="ok", found=speech.found)
    if speech.problem:
        return replace(row, state="fault", found=speech.problem, unlocks=speech.remedy)
    if speech.found:
        return row
    return replace(
        row,
        state="missing",
        found="LONGTAKE_SPEECH_KEY is not set",
        unlocks="`narration` by OpenAI, or by the service LONGTAKE_SPEECH_URL names",
    )


def _speech_command(named: bool) -> Row:
    spoken = "`narration` by a program of your own"
    if named:
        found = "LONGTAKE_SPEECH_COMMAND is set"
        return Row(group=MORE, name="voice program", state="ok", found=found, unlocks=spoken)
    return Row(
        group=MORE,
        name="voice program",
        state="missing",
        found="LONGTAKE_SPEECH_COMMAND is not set",
        unlocks=spoken,
    )


def _bytes(count: int) -> str:
    """Write a size short: `12 GB`, `640 MB`."""
    giga = count / 1e9
    return f"{giga:,.0f} GB" if giga >= 1 else f"{count / 1e6:,.0f} MB"
