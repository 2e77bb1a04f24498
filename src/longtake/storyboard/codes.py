"""The codes of all warnings: what `silence:` takes, each with what it says in a line."""

from __future__ import annotations

WARNINGS = {
    "camera-reversal": "the camera turns round over a seam",
    "captions-on-card": "captions are drawn where a title card has its words",
    "contradiction": "a prompt contradicts what the shot it continues ends on",
    "fast-captions": "captions are gone before they can be read",
    "focus-jump": "films of other shapes jump at a seam",
    "ghost": "a transition lies over a handoff",
    "late-captions": "captions come after the film has ended",
    "letterbox": "words invite black bars into the picture",
    "long-chain": "a chain goes on for long without being led back",
    "low-contrast": "colours of the brand can hardly be told from each other",
    "many-camera": "more camera commands at once than a model follows",
    "member-by-hand": "words of the cast stand in a prompt without the member's name",
    "missing-signs": "no font has some signs of the captions",
    "narration-too-long": "a narration may be longer than what it is said over",
    "no-anchor": "a chain is to be led back to a picture, and there is none",
    "optimizer-in-chain": "the model may rewrite the prompt of a clip that continues another",
    "other-font": "some signs of a title are set in another font than the brand's",
    "same-member": "two members of the cast are the same",
    "silent-voice": "a narration could not be said",
    "small-face": "the picture of a face is enlarged",
    "split-price": "another way of dividing a shot is worth its price more",
    "title-cut-short": "a title stands for less time than it was given",
    "title-hurried": "a title is gone before it can be read",
    "titles-overlap": "two titles lie over each other",
    "unknown-camera": "a word is no camera command",
    "unknown-choice": "the choices file names what the board does not have",
    "unsent-face": "a face is not sent with a clip that names it",
}
