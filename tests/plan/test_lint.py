"""Doubts about clips that will be bought: long chains, rewritten prompts, ways of dividing shots."""

from __future__ import annotations

import pytest

from boards import plan_of
from longtake.plan.lint import MOST_HOPS

TOP = "longtake: 1\ntitle: T\nmodel: apimart/MiniMax-Hailuo-2.3\nresolution: 768p\n"


def warned(scenes: str, top: str = "", **stills: str) -> list[tuple[str, str]]:
    """Plan a board of these scenes; give code and message of each warning."""
    files = {f"{name}.png": sha for name, sha in stills.items()}
    plan = plan_of(f"{TOP}{top}scenes:\n{scenes}", stills=files)
    return [(warning.code, warning.message) for warning in plan.warnings]


def chain(shots: int, **more: str) -> str:
    """Write a chain of shots, some of them (`s7="start: fresh"`) with a key more."""
    lines = [f"- {{prompt: a, {more.get(f's{n}', 'seconds: 6')}}}\n" for n in range(1, shots + 1)]
    return "".join(lines)


def test_a_long_chain() -> None:
    """One handoff more than colours bear is said once, where it happens, with how many there are."""
    assert warned(chain(MOST_HOPS + 1)) == []
    (found,) = warned(chain(MOST_HOPS + 4))
    assert found == (
        "long-chain",
        f'shot "scene-{MOST_HOPS + 2}": the chain from "scene-1/1" on has {MOST_HOPS + 3} handoffs '
        "without a picture to lead it back; beyond 12 its colours can be seen to drift",
    )


@pytest.mark.parametrize("key", ["start: fresh", "start: a.png", "reanchor: a.png", "join: cut"])
def test_a_chain_that_is_led_back_or_begun_anew(key: str) -> None:
    """A picture or a start of its own ends the count; a cut alone does not, for the frame goes on."""
    found = [code for code, _ in warned(chain(MOST_HOPS + 4, s8=key), a="1" * 64)]

    assert found == (["long-chain"] if key == "join: cut" else [])


def test_a_chain_that_becomes_too_long_by_a_bridge() -> None:
    """The clip of a bridge is one of its chain, and what is said of it stands at its `join:`."""
    scenes = chain(MOST_HOPS + 1) + "- {prompt: b, start: fresh, join: bridge 6s}\n"
    top = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768P\n"
    plan = plan_of(f"{top}scenes:\n{scenes}")
    (found,) = [warning for warning in plan.warnings if warning.code == "long-chain"]

    assert found.message.startswith(f'shot "scene-{MOST_HOPS + 2}.bridge": the chain from ')


def test_a_long_chain_of_one_shot_with_every() -> None:
    """Clips that one long shot is divided into count too, and `reanchor_every` leads them back."""
    scene = "- {prompt: a, seconds: 140, start: a.png}\n"
    assert [code for code, _ in warned(scene, a="1" * 64)] == ["long-chain"]
    assert warned(scene, "reanchor_every: 6\n", a="1" * 64) == []


def test_a_long_chain_that_is_drawn() -> None:
    """Clips drawn here do not drift."""
    text = f"longtake: 1\ntitle: T\nscenes:\n{chain(MOST_HOPS + 4)}"
    assert plan_of(text).warnings == ()


def test_a_prompt_that_may_be_rewritten_in_a_chain() -> None:
    """The optimizer is doubted at the place that switches it on, and only where clips continue others."""
    first = "- {prompt: a, prompt_optimizer: true}\n"
    assert warned(first) == []
    assert warned(first + "- {prompt: b, prompt_optimizer: false}\n") == []
    (found,) = warned(
        first + "- {prompt: b}\n- {prompt: c, seconds: 16}\n", "prompt_optimizer: true\n"
    )
    assert found == (
        "optimizer-in-chain",
        '"scene-2/1" and 2 more clips continue another clip: '
        "a prompt rewritten by the model may begin elsewhere",
    )


def test_a_dear_way_of_dividing() -> None:
    """Another way that costs a good deal less is named with its figures, once for shots of one length."""
    scenes = "- {prompt: a, seconds: 18}\n- {prompt: b, seconds: 18}\n"
    (found,) = warned(scenes)
    assert found == (
        "split-price",
        'shot "scene-1" (as of 1 more shot): 10 + 10 s cost 0.976 USD, '
        "6 + 6 + 6 s cost 0.8784 USD: 0.0976 USD less for 1 seam more",
    )
    assert warned(scenes, "split: price\n") == []
    assert warned("- {prompt: a, seconds: 16}\n") == []


def test_a_cheap_way_that_saves_next_to_nothing() -> None:
    """Seams that save less than a twentieth are doubted."""
    top = "split: price\nmodel: apimart/MiniMax-Hailuo-03\n"
    board = f"{TOP}{top}".replace("model: apimart/MiniMax-Hailuo-2.3\n", "")
    plan = plan_of(f"{board}scenes:\n- {{prompt: a, seconds: 58}}\n")
    (found,) = plan.warnings

    assert (found.code, found.hint) == ("split-price", "write `split: seams`")
    assert found.message.endswith("1 seam more to save 0.08 USD")


def test_a_doubt_that_is_silenced() -> None:
    """What is silenced for a shot is not said of it, but of the next of its kind."""
    silent = "- {prompt: a, seconds: 18, silence: [split-price]}\n"
    (found,) = warned(silent + "- {prompt: b, seconds: 18}\n")

    assert found[1].startswith('shot "scene-2": ')
    assert warned(silent) == []
