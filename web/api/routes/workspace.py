"""The workspace that a key opens, and what it uses."""

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from web.api.door import VIEWER, KeyRequest
from web.logs.sizes import logs_of
from web.runs.access import live_load

router = Router(tags=["Workspace"])


class WorkspaceTold(Schema):
    """The workspace, and what the key may do in it."""

    code: UUID
    name: str
    role: str = Field(description="What the key may now: viewer, editor or owner.")
    key: str = Field(description="The key's name.")
    expires: datetime | None = Field(description="When the key ends; null: when it is revoked.")


class UsageTold(Schema):
    """What a workspace uses at this moment."""

    live_runs: int
    live_mocks: int = Field(description="Mocks of the runs that have not ended.")
    log_records: int
    log_bytes: int = Field(description="Bytes in the object store.")


@router.get("workspace", response=WorkspaceTold, **VIEWER)
def workspace(request: KeyRequest) -> WorkspaceTold:
    """Tell which workspace the key opens."""
    own = request.workspace
    return WorkspaceTold(
        code=own.code,
        name=own.name,
        role=request.role.value,
        key=request.auth.name,
        expires=request.auth.expires,
    )


@router.get("usage", response=UsageTold, **VIEWER)
def usage(request: KeyRequest) -> UsageTold:
    """Tell what runs, and how large the logs are."""
    runs, mocks = live_load(request.workspace)
    size = logs_of(request.workspace)
    return UsageTold(
        live_runs=runs, live_mocks=mocks, log_records=size.records, log_bytes=size.bytes
    )
