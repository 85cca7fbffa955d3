"""The interpreters of the peers, each with its own environment made from pinned requirements."""

import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
NAMES = tuple(sorted(path.stem for path in (PEERS / "requirements").glob("*.txt")))


def interpreter(name: str) -> str:
    """The Python that has the peer of this name; its environment is made or renewed if need be."""
    wanted = (PEERS / "requirements" / f"{name}.txt").read_text()
    folder = PEERS / ".venvs" / name
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"making the environment of {name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [python, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        pins = PEERS / "requirements" / f"{name}.txt"
        subprocess.run([*install, "--only-binary", ":all:", "-r", pins], check=True)
        stamp.write_text(wanted)
    return str(python)
