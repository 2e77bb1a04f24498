"""The schemas of docs/json, made from the types that `--json` writes. Run this file to write them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from longtake.cli import (
    check,
    diff,
    doctor,
    documents,
    events,
    explaindocument,
    faultobjects,
    fleetstatus,
    ledger,
    models,
    seamdocument,
    statusdocument,
)

FOLDER = Path(__file__).parents[1] / "docs" / "json"
FORMS: dict[str, tuple[Any, str]] = {
    "plan": (documents.PlanDocument, "longtake plan --json"),
    "check": (check.CheckDocument, "longtake check --json"),
    "diff": (diff.DiffDocument, "longtake diff --json"),
    "explain": (explaindocument.ExplainDocument, "longtake explain --json"),
    "status": (statusdocument.StatusDocument, "longtake status --json"),
    "fleet": (fleetstatus.FleetDocument, "longtake status --fleet --json"),
    "models": (models.ModelsDocument, "longtake models --json"),
    "ledger": (ledger.LedgerDocument, "longtake ledger --json"),
    "seams": (seamdocument.SeamsDocument, "longtake seams --json"),
    "doctor": (doctor.DoctorDocument, "longtake doctor --json"),
    "events": (events.RunLine, "a line of longtake make --json or longtake animatic --json"),
    "error": (faultobjects.ErrorEvent, "what every verb writes with --json when it fails"),
}


def adapter(name: str) -> TypeAdapter[Any]:
    """Give what reads and describes a form."""
    return TypeAdapter(FORMS[name][0])


def schema_text(name: str) -> str:
    """Write a form's schema; nothing that is not named may occur."""
    schema = adapter(name).json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
            part["required"] = list(part["properties"])
            part["description"] = " ".join(part.get("description", "").split())
        for key, form in part.get("properties", {}).items():
            form.pop("title", None)
            if key not in ("longtake", "event"):
                form.pop("default", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMS[name][1]}
    rest = {key: value for key, value in schema.items() if key != "title"}
    return json.dumps({**head, **rest}, indent=1, ensure_ascii=False) + "\n"


def check(name: str, line: str) -> Any:
    """Read a line as a form says, strictly; gives it as plain JSON."""
    known = json.loads(line)
    again = adapter(name).dump_python(adapter(name).validate_json(line, strict=True), mode="json")
    assert known == again, "keys that the form does not name, or that it names and the line lacks"
    return known


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for form in FORMS:
        (FOLDER / f"{form}.json").write_text(schema_text(form), encoding="utf-8")
