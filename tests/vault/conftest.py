"""An S3 server for the tests of vaults, started when the first of them needs it."""

from __future__ import annotations

from swift_server import s3

__all__ = ["s3"]
