"""POST tokens: what a browser may hold, so that it reads and writes one profile alone."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field, Strict

from matinee.service.documents import Document, Id
from matinee.service.keys import needs
from matinee.service.worker import WorkerParam
from matinee.store.viewer_tokens import make_viewer_token

router = APIRouter(prefix="/v1", tags=["serve"])


class TokenIn(Document):
    """Whose token it is, and for how long."""

    user_id: Id = Field(examples=["v0001"], description="a session is session:ID")
    seconds: Annotated[int, Strict()] = Field(900, ge=10, le=3_600)


class TokenOut(Document):
    """A token, to be sent as a key is."""

    token: str = Field(examples=["viewer.WyJ2MDAwMSIsIDE3OTAwMDA5MDBd.5f2b"])
    expires_at: int = Field(examples=[1790000900])


@router.post("/tokens", dependencies=[Depends(needs("serve", tokens=False))])
def make_token(body: TokenIn, worker: WorkerParam) -> TokenOut:
    """A short-lived token with which a browser reads and writes this viewer's profile alone."""
    until = int(time.time()) + body.seconds
    token = make_viewer_token(worker.store.key, body.user_id, until)
    return TokenOut(token=token, expires_at=until)
