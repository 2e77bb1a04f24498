"""Look at a board's titles as they will be drawn: do they fit, can they be set, can they be read?

Between plan and film, because it takes the film's size and the fonts of this machine.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from longtake.errors import Fault, MediaError
from longtake.media.drawers import drawer_of, plugged_kinds
from longtake.media.lowerthird import lower_third_too_long
from longtake.media.overlay import Window
from longtake.media.titlecard import title_card_too_long
from longtake.media.titlekit import Palette, Stage, contrast
from longtake.media.type import foreign, undrawable, unshaped
from longtake.plan.job import Plan
from longtake.plan.titles import PRESETS, TitleWish, title_wishes
from longtake.storyboard.check import named_scenes
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.storyboard.grammar import parse_colour
from longtake.storyboard.model import Storyboard

# WCAG 2: what normal text needs, and what large signs do.
_TEXT_CONTRAST, _SIGN_CONTRAST = 4.5, 3.0
_TEXTS = ("text", "line2", "subtitle", "links")
_TOO_LONG: Mapping[str, Callable[[Mapping[str, Any], Stage, str], tuple[str, ...]]] = {
    "lower_third": lower_third_too_long,
    "title_card": title_card_too_long,
}


def title_faults(storyboard: Storyboard, *plans: Plan) -> tuple[list[Fault], list[Fault]]:
    """Find what is wrong, and what is doubtful, with the titles of a film planned in some shapes."""
    found = [_faults_of(storyboard, plan) for plan in plans]
    faults, warnings = (
        dict.fromkeys(fault for each in kind for fault in each) for kind in zip(*found, strict=True)
    )
    return list(faults), list(warnings)


def _faults_of(storyboard: Storyboard, plan: Plan) -> tuple[list[Fault], list[Fault]]:
    brand = storyboard.brand
    font = str(storyboard.path_of(("brand", "font"), brand.font)) if brand.font else ""
    faults = list(_logo_faults(storyboard, plan))
    warnings = list(_contrasts(storyboard))
    for wish in title_wishes(storyboard, named_scenes(storyboard)):
        if wish.preset not in PRESETS[wish.key]:
            faults += _plug_in_faults(storyboard, plan, wish, font)
            continue
        if "options" in wish.options:
            message = f"the preset {wish.preset} takes no options of its own"
            place = (*wish.place, "options")
            faults.append(storyboard.fault(place, message, code="title-options", key=True))
        signs = list(_sign_faults(storyboard, wish, font))
        # What cannot be set is not measured: it is other words that will stand there.
        faults += signs or _long(storyboard, wish, Stage(plan.timeline.size), font)
        warnings += _other_font(storyboard, wish, font)
    return faults, warnings


def _plug_in_faults(
    storyboard: Storyboard, plan: Plan, wish: TitleWish, font: str
) -> Iterator[Fault]:
    of_brand = f"{wish.key}_preset"
    shared = getattr(storyboard.brand, of_brand) == wish.preset
    place = ("brand", of_brand) if shared else (*wish.place, "preset")
    try:
        if wish.preset in plugged_kinds():
            _try_out(plan, wish, font)
            return
    except MediaError as error:
        yield storyboard.fault(place, error.message, code="bad-preset", hint=error.hint)
        return
    known = (*PRESETS[wish.key], *plugged_kinds())
    hint = did_you_mean(wish.preset, known) or f"there are {', '.join(known)}"
    message = f"no {wish.cue.what} is called {quoted(wish.preset)}"
    yield storyboard.fault(place, message, code="unknown-preset", hint=hint)


def _try_out(plan: Plan, wish: TitleWish, font: str) -> None:
    """Have a plug-in draw a title in the middle of its time: what fails there would fail behind all clips."""
    drawer, rate = drawer_of(wish.preset), plan.timeline.rate
    files = (("font", Path(font)),) if font else ()
    frames = rate.frames(wish.cue.seconds or 4)
    window = Window(plan.timeline.size, rate, frames, wish.cue.options, files)
    drawer.draw(window)(frames // 2)


def _sign_faults(storyboard: Storyboard, wish: TitleWish, font: str) -> Iterator[Fault]:
    for key, text in _texts(wish):
        missing = "".join(dict.fromkeys(undrawable(text, font)))
        if missing:
            message = f"the {wish.cue.what} cannot be set: no font here has {_named(missing)}"
            hint = "leave it out, or name a font that has it under `brand: {font: FILE}`"
            yield storyboard.fault((*wish.place, key), message, code="no-glyph", hint=hint)
        elif unshaped(text):
            message = f"the {wish.cue.what} cannot be set: this Pillow cannot join its letters"
            hint = "install Pillow from its own wheel, which brings Raqm, and FriBiDi"
            yield storyboard.fault((*wish.place, key), message, code="unshaped", hint=hint)


def _long(storyboard: Storyboard, wish: TitleWish, stage: Stage, font: str) -> Iterator[Fault]:
    for key in _TOO_LONG[wish.key](wish.options, stage, font):
        fit = "do not fit" if key == "links" else "does not fit"
        message = f"the {wish.cue.what} is too long: its {key} {fit} into {stage.size}"
        hint = "shorten it; the smallest size that can be read is tried already"
        yield storyboard.fault((*wish.place, key), message, code="title-too-long", hint=hint)


def _other_font(storyboard: Storyboard, wish: TitleWish, font: str) -> Iterator[Fault]:
    if not font:
        return
    for key, text in _texts(wish):
        lacking = "".join(s for s in foreign(text, font) if not undrawable(s, font))
        if lacking:
            message = f"{storyboard.brand.font} lacks {_named(lacking)}, set in another font"
            yield storyboard.fault((*wish.place, key), message, code="other-font")


def _logo_faults(storyboard: Storyboard, plan: Plan) -> Iterator[Fault]:
    for cue in plan.cues.titles:
        if cue.kind != "logo":
            continue
        files = tuple((file.name, file.path) for file in cue.files)
        timeline = plan.timeline
        try:
            drawer_of("logo").draw(Window(timeline.size, timeline.rate, 1, cue.options, files))
        except MediaError as error:
            place = ("brand", "logo", "file")
            yield storyboard.fault(place, error.message, code="bad-logo", hint=error.hint)


def _contrasts(storyboard: Storyboard) -> Iterator[Fault]:
    """Warn of brand colours that cannot be told from each other."""
    written = storyboard.brand.palette.model_dump(exclude_none=True)
    if not written:
        return
    palette = Palette.of({"palette": {name: parse_colour(c) for name, c in written.items()}})
    rows = (("text", palette.text, _TEXT_CONTRAST), ("accent", palette.accent, _SIGN_CONTRAST))
    for name, colour, least in rows:
        found = contrast(colour, palette.ground)
        if found < least:
            message = f"the brand's {name} on its ground has a contrast of {found:.1f}"
            hint = f"{least:g} or more can be read by nearly everybody"
            named = name if name in written else "ground"
            place = ("brand", "palette", named)
            yield storyboard.fault(place, message, code="low-contrast", hint=hint)


def _texts(wish: TitleWish) -> Iterator[tuple[str, str]]:
    for key in _TEXTS:
        written = wish.options.get(key, "")
        yield key, " ".join(written) if isinstance(written, list) else str(written)


def _named(signs: str) -> str:
    """Name signs so that they can be found, whatever the terminal's font shows of them."""
    named = [f"{s} ({unicodedata.name(s, 'unnamed').lower()}, U+{ord(s):04X})" for s in signs[:3]]
    return ", ".join(named) + (f" and {len(signs) - 3} more" if len(signs) > 3 else "")
