"""Policies from their files."""

from pathlib import Path

from matinee.errors import InputError
from matinee.ranking import Policy, policy_from_toml


def read_policy(path: str | Path) -> Policy:
    """The policy of a TOML file, named after the file unless it says otherwise."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"policy {path}: expected a TOML file, got {reason}") from None
    return policy_from_toml(text, path.stem)
