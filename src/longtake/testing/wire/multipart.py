"""Reading the one file out of a multipart form."""

from __future__ import annotations

import re

from longtake.testing.wire.wire import Call, Refusal

_BOUNDARY = re.compile(r'multipart/form-data\s*;.*boundary="?([^";]{1,70})"?', re.IGNORECASE)
_FIELD = re.compile(rb'\bname="([^"]*)"')
_FILENAME = re.compile(rb'filename="([^"]*)"')


def file_part(call: Call, field: str = "file") -> tuple[str, bytes]:
    """Give name and bytes of the file sent in a field; a Refusal where there is none."""
    found = _BOUNDARY.match(call.request.headers.get("content-type", ""))
    if found:
        # The first part begins without the line break that precedes the others.
        for part in (b"\r\n" + call.body).split(b"\r\n--" + found[1].encode("latin-1")):
            head, _, content = part.partition(b"\r\n\r\n")
            name, file = _FIELD.search(head), _FILENAME.search(head)
            if name and file and name[1].decode("latin-1") == field and content:
                return file[1].decode("utf-8", "replace"), content
    raise Refusal("invalid", f"no file in the field `{field}`", param=field)
