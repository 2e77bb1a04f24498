"""Caption files, SRT and WebVTT, read and written: text that stays text whatever stands in it.

Neither format is taken at a library's word: what a viewer shall read is escaped here, so that no
player takes a part of it for markup, and read back to the same words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from longtake.cues import TimedText
from longtake.errors import MediaError

MOST_BYTES = 4_000_000
MOST_CAPTIONS = 20_000
MOST_SIGNS = 2_000
# No picture holds more lines, and few could be read.
MOST_LINES = 40
# Captions that begin within this time are shown as one.
_TOGETHER_S = Fraction(1, 4)

# What an MP4 calls the languages that tags name by two letters (ISO 639-1 to 639-2).
_LANGUAGES = dict(
    pair.split(":")
    for pair in """ar:ara bg:bul bn:ben ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa et:est eu:eus
    fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj he:heb hi:hin hr:hrv hu:hun hy:hye id:ind is:isl it:ita
    ja:jpn ka:kat kk:kaz km:khm kn:kan ko:kor lt:lit lv:lav mk:mkd ml:mal mn:mon mr:mar ms:msa my:mya
    nb:nob ne:nep nl:nld nn:nno no:nor pa:pan pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sq:sqi sr:srp
    sv:swe sw:swa ta:tam te:tel th:tha tr:tur uk:ukr ur:urd uz:uzb vi:vie zh:zho""".split()  # noqa: SIM905 - sixty quoted pairs read worse
)

# Stands unseen between two signs that some player would take for markup together.
JOINER = "\N{WORD JOINER}"
_ARROW = "-->"
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,]\s?(\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
# Two times with something else between them than an arrow; those of hours are never words.
_LIKE_TIME = r"\d{1,3}(?::\d{1,3}){1,3}(?:[.,;]\s?\d{1,3})?"
_LIKE_TIMING = re.compile(
    rf"\s*{_LIKE_TIME}(?:[^\w\u2060]{{1,8}}|\s*to\s*){_LIKE_TIME}(?:\s+\w+:\S+)*\s*"
)
_FULL_TIME = re.compile(r"\d:\d{1,2}:\d|\d:\d{1,2}[.,;]\d{3}")
_TAG = re.compile(r"<(/?)(i|b|u|font)(?:\s[^<>]*)?>", re.IGNORECASE)
_POSITION = re.compile(r"\s*\{\\an?\d{1,2}\}")
_MARKUP_START = re.compile(r"([<{\\](?=\S)|--(?=\u2060*>))")
_MARKUP_BROKEN = re.compile(r"([<{\\]|--(?=\u2060+>))\u2060")
# They turn the order of all that follows; isolates and marks, which scripts need, stay.
_TURNING = re.compile("[\u202a-\u202e\ufeff]")
_FEW = 3
_EXAMPLE = "00:00:01,000 --> 00:00:03,500"


def readable(text: str) -> str:
    """Make words fit for reading: whole signs, no controls, no blank lines, blanks single."""
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
    lines = re.split(r"\r\n|[\r\n\u2028\u2029]", _TURNING.sub("", whole))
    kept = (" ".join(_seen(line).split()) for line in lines)
    return "\n".join(line for line in kept if line)


def read_subtitles(content: bytes, name: str) -> tuple[TimedText, ...]:
    """Read an SRT or WebVTT file, its captions in the order of their times, none over another.

    Byte order marks, any line ends, missing blank lines and numbers are taken as they come, and of
    two captions that overlap the first ends where the second begins. Raises MediaError that names
    the first lines at fault.
    """
    if len(content) > MOST_BYTES:
        raise MediaError(
            f"{name} has more than {MOST_BYTES // 1_000_000} MB: it is no caption file"
        )
    lines = re.split(r"\r\n|\r|\n", _decoded(content, name))
    vtt = lines[0].startswith("WEBVTT")
    blocks = list(_blocks(lines, vtt))
    faults = [block.fault for block in blocks if block.fault]
    if len(blocks) > MOST_CAPTIONS:
        faults.append(f"more than {MOST_CAPTIONS:,} captions")
    if faults:
        told = "; ".join(faults[:_FEW]) + ("; and more" if len(faults) > _FEW else "")
        raise MediaError(f"{name}, {told}", hint=f"a caption's times are {_EXAMPLE}")
    words = _vtt_text if vtt else _srt_text
    texts = [TimedText(block.start_s, block.end_s, words(block.lines)) for block in blocks]
    found = _in_turn(text for text in texts if text.text)
    if not found:
        raise MediaError(f"{name} holds no captions", hint=f"each has its times, {_EXAMPLE}")
    _refuse_crowds(found, name)
    return found


def as_srt(captions: Iterable[TimedText]) -> str:
    """Write captions as SRT; what a player could take for markup is broken by an unseen sign."""
    return "\n".join(
        f"{number}\n{_clock(c.start_s, ',')} --> {_clock(c.end_s, ',')}\n{_unmarked(c.text)}\n"
        for number, c in enumerate(captions, 1)
    )


def as_vtt(captions: Iterable[TimedText], note: str = "") -> str:
    """Write captions as WebVTT, every sign of markup escaped; `note` is a remark of one line."""
    head = "WEBVTT\n" + (f"\nNOTE {note}\n" if note else "")
    return head + "".join(
        f"\n{_clock(c.start_s, '.')} --> {_clock(c.end_s, '.')}\n{html.escape(c.text, quote=False)}\n"
        for c in captions
    )


def three_letters(language: str) -> str:
    """Give the three letters by which an MP4 names a language tag such as "de-AT"; else "und"."""
    main = language.partition("-")[0]
    return main if len(main) == 3 else _LANGUAGES.get(main, "und")


@dataclass(frozen=True)
class _Block:
    start_s: Fraction
    end_s: Fraction
    lines: tuple[str, ...]
    fault: str = ""


def _decoded(content: bytes, name: str) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise MediaError(
            f"{name}, line {line} is no UTF-8 text", hint="save the file as UTF-8 in your editor"
        ) from exc


def _blocks(lines: list[str], vtt: bool) -> Iterator[_Block]:
    timings = [at for at in range(len(lines)) if _is_timing(lines, at)]
    for at, end in pairwise([*timings, len(lines)]):
        held = lines[at + 1 : end]
        if end < len(lines):
            held = _without_number(held, vtt)
        yield _block(lines[at], at + 1, _without_remarks(held) if vtt else held)


def _is_timing(lines: list[str], at: int) -> bool:
    """Tell a line of times, a broken one too, from an arrow within what is said."""
    timing = _LIKE_TIMING.fullmatch(lines[at]) is not None
    if _TIMING.fullmatch(lines[at]) or (timing and _FULL_TIME.search(lines[at])):
        return True
    before = lines[at - 1].strip() if at else ""
    return (timing or _ARROW in lines[at]) and (not before or before.isdecimal())


def _without_remarks(held: list[str]) -> list[str]:
    """Leave out what stands behind a caption of WebVTT and is none of its words."""
    for at, line in enumerate(held[1:]):
        if not held[at].strip() and line.split(" ", 1)[0].strip() in ("NOTE", "STYLE", "REGION"):
            return held[:at]
    return held


def _without_number(held: list[str], vtt: bool) -> list[str]:
    """Leave out the number of the next caption (in WebVTT its name), which stands over its times."""
    last = held[-1].strip() if held else ""
    named = vtt and len(held) > 1 and not held[-2].strip()
    return held[:-1] if last.isdecimal() or (named and last) else held


def _block(timing: str, line: int, held: list[str]) -> _Block:
    match = _TIMING.fullmatch(timing)
    nothing = Fraction(0)
    if not match:
        shown = "".join(sign for sign in timing.strip()[:60] if sign.isprintable())
        return _Block(nothing, nothing, (), f'line {line}: "{shown}" are no times')
    start_s, end_s = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
    fault = ""
    if start_s is None or end_s is None:
        fault = f"line {line}: minutes and seconds end at 59"
    elif end_s <= start_s:
        fault = f"line {line}: the caption ends before it begins"
    elif sum(map(len, held)) > MOST_SIGNS:
        fault = f"line {line}: the caption has more than {MOST_SIGNS:,} characters"
    elif sum(bool(part.strip()) for part in held) > MOST_LINES:
        fault = f"line {line}: the caption has more than {MOST_LINES} lines"
    return _Block(start_s or nothing, end_s or nothing, tuple(held), fault)


def _seconds(groups: tuple[str | None, ...]) -> Fraction | None:
    hours, minutes, seconds, part = groups
    if int(minutes or 0) > 59 or int(seconds or 0) > 59:
        return None
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + Fraction(int(part or 0), 10 ** len(part or ""))


def _srt_text(lines: tuple[str, ...]) -> str:
    text = _POSITION.sub("", "\n".join(lines), count=1) if lines else ""
    return readable(_MARKUP_BROKEN.sub(r"\1", _without_pairs(text)))


def _without_pairs(text: str) -> str:
    """Leave out the tags of SRT, where each that opens is closed: `<i>so</i>`."""
    open_tags: list[tuple[str, re.Match[str]]] = []
    cut: list[re.Match[str]] = []
    for match in _TAG.finditer(text):
        name = match[2].lower()
        if not match[1]:
            open_tags.append((name, match))
        elif open_tags and open_tags[-1][0] == name:
            cut += [open_tags.pop()[1], match]
    for match in sorted(cut, key=lambda match: match.start(), reverse=True):
        text = text[: match.start()] + text[match.end() :]
    return text


def _vtt_text(lines: tuple[str, ...]) -> str:
    return readable(html.unescape(re.sub(r"<[^<>]*>", "", "\n".join(lines))))


def _in_turn(texts: Iterable[TimedText]) -> tuple[TimedText, ...]:
    """Sort captions and let each end where the next begins; of one moment they are put together."""
    laid: list[TimedText] = []
    ordered = sorted(texts, key=lambda text: (text.start_s, text.end_s))
    for start_s, group in groupby(ordered, key=lambda text: text.start_s):
        same = list(group)
        if laid and laid[-1].end_s > start_s:
            laid[-1] = TimedText(laid[-1].start_s, start_s, laid[-1].text)
        both = "\n".join(text.text for text in same)
        laid.append(TimedText(start_s, same[-1].end_s, both))
    return tuple(laid)


def _refuse_crowds(texts: tuple[TimedText, ...], name: str) -> None:
    """Raise MediaError where captions that are shown together are more than one may hold."""
    first, signs, lines = 0, 0, 0
    for text in texts:
        signs, lines = signs + len(text.text), lines + text.text.count("\n") + 1
        while text.start_s - texts[first].start_s >= _TOGETHER_S:
            signs, lines = signs - len(texts[first].text), lines - texts[first].text.count("\n") - 1
            first += 1
        if signs > MOST_SIGNS or lines > MOST_LINES:
            raise MediaError(
                f"{name}: the captions at {_clock(texts[first].start_s, ',')} have together more than "
                f"{MOST_SIGNS:,} characters or {MOST_LINES} lines",
                hint="give each its own time",
            )


def _clock(seconds: Fraction, point: str) -> str:
    # Downwards, never past the frame it belongs to: a player compares a frame's own time with this.
    milli = int(seconds * 1000)
    minutes, rest = divmod(milli, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _unmarked(text: str) -> str:
    return _MARKUP_START.sub(rf"\1{JOINER}", text)


def _seen(line: str) -> str:
    return "".join(
        " " if sign.isspace() else sign
        for sign in line
        if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cs", "Cn")
    )
