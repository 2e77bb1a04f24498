"""How long a text takes, guessed before anybody has said it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from longtake.media.audio import sound_seconds
from longtake.plan.pace import estimate_seconds

SENTENCES = {
    "en": "Every evening the keeper climbs 199 steps, and lights the lamp. Ships wait for it.",
    "de": "Jeden Abend steigt der Wärter die Stufen hinauf und entzündet die Lampe.",
    "ru": "Каждый вечер смотритель поднимается по ступеням и зажигает лампу.",
    "cmn": "每天晚上，看守人爬上台阶，点亮灯塔的灯。",
    "ko": "매일 저녁 등대지기는 계단을 올라 등불을 켭니다.",
    "ar": "كل مساء يصعد الحارس درجات السلم ويضيء المصباح.",
    "hi": "हर शाम रखवाला सीढ़ियाँ चढ़ता है और दीपक जलाता है।",
}


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="there is no espeak-ng")
@pytest.mark.parametrize("language", SENTENCES)
def test_a_real_voice_takes_as_long_as_estimated(language: str, tmp_path: Path) -> None:
    """What espeak-ng needs at its usual pace lies in the range, in every script."""
    path = tmp_path / "voice.wav"
    command = ["espeak-ng", "-v", language, "-w", str(path), "--stdin"]
    subprocess.run(command, input=SENTENCES[language].encode(), check=True)
    low, high = estimate_seconds(SENTENCES[language])

    assert low <= sound_seconds(path) <= high


def test_the_range_is_narrow_enough_to_plan_with() -> None:
    """The slowest voice takes not much more than twice the time of the fastest."""
    low, high = estimate_seconds(SENTENCES["en"] * 10)

    assert high < low * 5 / 2


@pytest.mark.parametrize(
    ("shorter", "longer"), [("one two", "one two."), ("a 9 b", "a 1999 b"), ("水", "水 水")]
)
def test_what_takes_longer_is_estimated_longer(shorter: str, longer: str) -> None:
    """Rests, digits and signs each take their time; marks and blanks take none."""
    assert estimate_seconds(shorter)[0] < estimate_seconds(longer)[0]
    assert estimate_seconds("नि") == estimate_seconds("न")
