"""Look up every locked package in the public database of known vulnerabilities (pip-audit).

Where the database cannot be reached, or knows nothing of a package, this says "not audited" and
why, with exit status 0; with MATINEE_AUDIT=required, as CI may have it, with 1. A vulnerability
that is known is status 1 always.

    python scripts/audit_dependencies.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
# Nothing is installed or resolved: the files have exact versions with hashes.
_OPTIONS = ("--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off")
_PATIENCE_S = "10"
Run = Callable[[Path], tuple[str, str]]  # a file of requirements -> standard output and error


@dataclass(frozen=True)
class Audit:
    """What became of one file."""

    audited: int
    vulnerable: tuple[str, ...]  # a line each
    missing: str  # why (some of) it was not audited; empty: all was


def audit(path: Path) -> tuple[str, str]:
    """Run pip-audit on a file."""
    command = [sys.executable, "-m", "pip_audit", *_OPTIONS, "--timeout", _PATIENCE_S]
    done = subprocess.run([*command, "-r", str(path)], capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def read(output: str, errors: str) -> Audit:
    """What pip-audit said: a JSON document, or an error."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = [line for line in errors.splitlines() if line.strip()]
        return Audit(0, (), said[-1].strip() if said else "pip-audit said nothing")
    skipped = [each for each in packages if "skip_reason" in each]
    vulnerable = tuple(
        f"{each['name']} {each['version']}: {one['id']}, "
        f"{'mended in ' + ', '.join(one['fix_versions']) if one['fix_versions'] else 'not mended'}"
        for each in packages
        for one in each.get("vulns", ())
    )
    missing = ""
    if skipped:  # pip-audit itself calls this "no known vulnerabilities"
        missing = f"{len(skipped)} of {len(packages)} packages: {skipped[0]['skip_reason']}"
    return Audit(len(packages) - len(skipped), vulnerable, missing)


def main(paths: Sequence[Path], run: Run, required: bool) -> int:
    """Print a line a file and one a vulnerability; the exit status."""
    wrong = False
    for path in paths:
        found = read(*run(path))
        name = f"{path.parent.name}/{path.name}"
        for line in found.vulnerable:
            print(f"{name}: {line}")
        wrong |= bool(found.vulnerable)
        if found.missing:
            print(f"{name}: not audited: {found.missing}")
            wrong |= required
        if not found.audited:  # the other files would not be either: ask no more
            break
        if not found.missing and not found.vulnerable:
            print(f"{name}: {found.audited} packages, no known vulnerability")
    return int(wrong)


if __name__ == "__main__":
    required = os.environ.get("MATINEE_AUDIT") == "required"
    sys.exit(main(sorted(REQUIREMENTS.glob("*.txt")), audit, required))
