"""Short-lived tokens of one viewer, signed and not kept: what a browser may hold."""

import base64
import hmac
import json

from matinee.store.key import Key

START = "viewer."
_USE = "viewer token"


def make_viewer_token(key: Key, user_id: str, until: int) -> str:
    """A token that speaks for this viewer until a moment, UTC seconds."""
    body = base64.urlsafe_b64encode(json.dumps([user_id, until]).encode()).decode()
    return f"{START}{body}.{key.signature(_USE, body)}"


def viewer_of_token(key: Key, token: str, now: int) -> str | None:
    """Whom a token speaks for; None where it was not made here, or its time is over."""
    body, _, signature = token.removeprefix(START).partition(".")
    if not hmac.compare_digest(key.signature(_USE, body).encode(), signature.encode()):
        return None
    user_id, until = json.loads(base64.urlsafe_b64decode(body))  # ours: it was signed
    return str(user_id) if now < until else None
