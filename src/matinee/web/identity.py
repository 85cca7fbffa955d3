"""Who looks at a page: a signed cookie, and tokens that forms give back."""

import base64
import binascii
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request, Response

from matinee.service.problems import Problem
from matinee.service.worker import WorkerParam
from matinee.store.checks import LONGEST_ID
from matinee.store.key import Key

COOKIE = "matinee_viewer"
GUEST = "guest-"
KNOWN_S = 90 * 86_400  # a viewer who does not come for so long is a new one
_RENEWED_S = 86_400
_State = Literal["known", "new", "expired"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """The viewer of a request; one without a sound cookie is a guest who has just been made."""

    user_id: str
    state: _State
    since: int  # when the cookie was signed

    @property
    def guest(self) -> bool:
        """Whether the pages made this viewer."""
        return self.user_id.startswith(GUEST)


def visitor_of(request: Request, worker: WorkerParam) -> Visitor:
    """The visitor that the cookie names; the response brings one that is new their cookie."""
    found = read_cookie(worker.store.key, request.cookies.get(COOKIE), int(time.time()))
    request.state.visitor = found
    return found


def read_cookie(key: Key, cookie: str | None, now: int) -> Visitor:
    """The viewer of a cookie that was signed here and is not too old, else a new guest."""
    guest = new_guest()
    if not cookie:
        return Visitor(guest, "new", now)
    name, _, rest = cookie.partition(".")
    signed_at, _, signature = rest.partition(".")
    genuine = hmac.compare_digest(
        signature.encode(), key.signature("cookie", f"{name}.{signed_at}").encode()
    )
    if not genuine or not signed_at.isdecimal():
        return Visitor(guest, "expired", now)
    try:
        user_id = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except (binascii.Error, ValueError):
        return Visitor(guest, "expired", now)
    if not 0 < len(user_id) <= LONGEST_ID or not now - KNOWN_S <= int(signed_at) <= now + 60:
        return Visitor(guest, "expired", now)
    return Visitor(user_id, "known", int(signed_at))


def cookie_of(key: Key, user_id: str, now: int) -> str:
    """A cookie that names a viewer."""
    text = f"{base64.urlsafe_b64encode(user_id.encode()).decode().rstrip('=')}.{now}"
    return f"{text}.{key.signature('cookie', text)}"


def new_guest() -> str:
    """The id of a viewer whom these pages make."""
    return f"{GUEST}{secrets.token_hex(8)}"


def send_cookie(request: Request, response: Response, user_id: str) -> None:
    """Have the browser be this viewer from now on. No script and no other site can use it."""
    key: Key = request.app.state.worker.store.key
    response.set_cookie(
        COOKIE,
        cookie_of(key, user_id, int(time.time())),
        max_age=KNOWN_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def renews(visitor: Visitor) -> bool:
    """Whether the browser should be sent the visitor's cookie."""
    return visitor.state != "known" or time.time() - visitor.since > _RENEWED_S


def form_token(key: Key, user_id: str) -> str:
    """What a form of this viewer's pages gives back. Another one each time, so that nothing of it
    can be guessed from how well a page compresses."""
    salt = secrets.token_hex(8)
    return f"{salt}.{key.signature('form', f'{salt}.{user_id}')[:32]}"


def hold_to_token(request: Request, key: Key, visitor: Visitor, token: object) -> None:
    """Problem unless a form was sent from a page of ours that this visitor was shown."""
    salt, _, signature = str(token or "").partition(".")
    expected = key.signature("form", f"{salt}.{visitor.user_id}")[:32]
    genuine = hmac.compare_digest(signature.encode(), expected.encode())
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if not genuine or elsewhere:
        detail = "token: expected that of a page shown to this viewer, got another; load it again"
        raise Problem(403, "stale_form", detail, "token")


KNOWN_VISITOR = [Depends(visitor_of)]  # of routes whose page alone has to know
VisitorParam = Annotated[Visitor, Depends(visitor_of)]
