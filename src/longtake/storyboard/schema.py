"""The JSON Schema of a storyboard, for editors that complete keys and show what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from longtake.files import write_bytes
from longtake.storyboard.model import Storyboard

# What an editor shows beside a key: one line each, the same wherever the key may stand.
_MEANINGS = {
    "accent": "The colour that catches the eye: a name or #rrggbb",
    "background": "Colour behind pictures that do not fill the frame: a name or #rrggbb",
    "box": "Lay a dark box under the captions",
    "bridge": "Length of a clip made from the last frame before the shot to its first, such as 6s",
    "brand": "What the films of a series have in common: how titles look, opener, end card",
    "budget": "The most this film may cost, such as 12.00 USD",
    "burn": "Draw the captions into the picture instead of adding a subtitle track",
    "camera": "Camera commands such as Push in or Pan left, at most three at once",
    "captions": "The file that captions come from (else the narration), or a map of how they are shown",
    "cast": "Recurring characters: ${name} in a text becomes the character's words",
    "character": "What the character does",
    "colour": "Colour of the letters: a name or #rrggbb",
    "corner": "The corner of the picture in which the logo lies",
    "color": "How colour is matched along a chain",
    "cross_fade": "For how long the end and the beginning of looped music are heard together",
    "draft": "The cheaper model and resolution of a draft",
    "duck": "Lower the music while somebody speaks",
    "end": "On which frame the shot ends: a picture's path, or ID.start",
    "end_card": "A scene behind the last one of the film",
    "extends": "The bible: a file whose keys this board takes over and may overrule",
    "face": "A picture of the character's face",
    "fade_in": "Length of the fade at the start, such as 1s or 12f",
    "fade_out": "Length of the fade at the end, such as 1s or 12f",
    "fast_pretreatment": "Let the model prepare the prompt faster",
    "file": "Path of the file, as seen from this file",
    "film": "What the finished film is like as a file",
    "fit": "How pictures of another shape are fitted: cover crops, pad adds borders",
    "focus": "What films of other shapes keep: the point x,y (0 to 1) and what is around it, or whole",
    "font": "A font file (TrueType or OpenType) for titles, or for captions",
    "footage": "A part of an existing film that is shown",
    "fps": "Frames per second, such as 24 or 30000/1001",
    "from": "Where to begin in the file, or in the shot, in seconds",
    "ground": "The colour behind words: a name or #rrggbb",
    "id": "The name that other shots use: small letters, digits, - and _",
    "join": "What stands before it: cut, seam, a transition such as dissolve 0.5s, or a bridge",
    "language": "Language of the captions, such as en or pt-BR",
    "level": "Loudness such as -22 LUFS",
    "line2": "A second, smaller line",
    "links": "Lines of an end card, such as addresses",
    "lighting": "Whether the light of a chain stays constant or changes on purpose",
    "logo": "A picture in a corner of the whole film",
    "longtake": "The version of this format: 1",
    "look": "Style words added to every prompt",
    "loop": "Begin again where the music is shorter than the film",
    "loudness": "Loudness of the whole film, such as -14 LUFS; off leaves it as it is",
    "lower_third_preset": "The design of lower thirds that name none",
    "lower_third": "A name, and a line about it, over the lower part of the picture",
    "model": "provider/model, such as apimart/MiniMax-Hailuo-02; without it: animatic",
    "motion": "How titles come and go: slide, fade, none",
    "music": "A bed of music, or a list of them",
    "mute": "Leave this out of the film; its takes stay, and nothing is made for it",
    "narration": "Words spoken over the picture",
    "opener": "A scene before the first one of the film",
    "opacity": "How much of the logo is seen, up to 1",
    "options": "What a preset of a plug-in takes besides",
    "palette": "Colours of words, of what catches the eye, of what lies behind",
    "position": "Where captions stand: bottom, middle or top",
    "preset": "Which design is used",
    "progress": "Draw a line along the bottom that grows with the film",
    "prompt": "What the model is asked to show: text, or a map of its parts",
    "prompt_optimizer": "Let the model rewrite the prompt",
    "reaction": "How others react, what follows",
    "reanchor": "A still towards which the chain's colours are led back",
    "reanchor_every": "Number of clips after which the chain is led back",
    "repair": "Whether seams are repaired where that helps",
    "resolution": "Resolution as the model names it, such as 768p",
    "scenes": "What the film shows, in order",
    "seconds": "Length in seconds, or auto: as long as its narration needs",
    "shots": "What the viewer sees between cuts, where a scene has more than one",
    "silence": "Codes of warnings that are meant as they are, such as ghost",
    "size": "Of the film: width and height such as 1280x720; of captions and logo: how large",
    "sound": "What becomes of the clip's own sound",
    "sound_level": "Loudness of the clips' own sound, such as -30 LUFS",
    "split": "How a long shot is divided: fewest seams, or lowest price",
    "start": "On which frame the shot begins: previous, fresh, a picture's path, or ID.end",
    "still": "A picture that is shown, held or moved by camera commands",
    "style": "How captions look that are drawn into the picture",
    "subtitle": "Smaller words below or above the title",
    "takes": "How many takes to make for a choice",
    "text": "The words",
    "title": "The title of the film or of the scene",
    "title_card_preset": "The design of title cards that name none",
    "title_card": "Large words over the shot, or on a ground of their own",
    "to": "Where to end in the file, in seconds",
    "vars": "Words for ${name}; --set name=value overrules them",
    "voice": "Who speaks: espeak/en-gb, openai/alloy, minimax/NAME, command/NAME, or one of the cast",
    "watermark": "Let the provider put its mark into the picture",
}


@cache
def storyboard_schema() -> Mapping[str, Any]:
    """Give the JSON Schema of a storyboard, with a title and a description for every key.

    It is the same for all callers, and not to be changed.
    """
    schema = Storyboard.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        for key, form in part.get("properties", {}).items():
            form["title"] = key
            form["description"] = _MEANINGS[key]
            # An editor would write it behind the key that it completes.
            if form.get("default", "") is None:
                del form["default"]
        part["description"] = part.get("description", "").split("\n\n", 1)[0]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "longtake storyboard, version 1",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def bible_schema() -> Mapping[str, Any]:
    """Give the JSON Schema of a bible: a board of which everything may be left to those that extend it."""
    schema = {key: value for key, value in storyboard_schema().items() if key != "required"}
    return {**schema, "title": "longtake bible, version 1"}


def schema_text() -> str:
    """Give the schema as the text of storyboard/schema.json."""
    return _text(storyboard_schema())


def keep_schema(work: Path) -> None:
    """Put the schemas of this version where the first lines of boards and bibles name them.

    `work` is the `.longtake` folder beside them. Nothing is done where they lie there already.
    """
    for name, schema in (("schema.json", storyboard_schema()), ("bible.json", bible_schema())):
        path, content = work / name, _text(schema).encode()
        if not path.is_file() or path.read_bytes() != content:
            write_bytes(path, content)


def _text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
