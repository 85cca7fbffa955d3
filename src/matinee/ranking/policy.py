"""A policy in one small TOML file: candidates, ranker, re-ranking, page, signals."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias, TypeVar

from matinee.dataset import Signals
from matinee.errors import InputError
from matinee.models.naming import recipe_from_text
from matinee.ranking.glass_box import GlassBox
from matinee.ranking.lambdamart import LambdaMart
from matinee.ranking.layout import Layout
from matinee.ranking.linear_ranker import LinearRanker
from matinee.ranking.reranking import Reranking

RankerRecipe: TypeAlias = LambdaMart | LinearRanker | GlassBox
S = TypeVar("S")

# What [ranker] kind may be; "none" keeps the order of the first stage.
RANKERS: Mapping[str, type[RankerRecipe] | None] = {
    "none": None,
    "linear": LinearRanker,
    "lambdamart": LambdaMart,
    "ebm": GlassBox,
}
_MOST = 5_000  # candidates
_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


@dataclass(frozen=True, slots=True)
class Candidates:
    """The first stage: a model and how many films of it are looked at."""

    model: str = "blend"
    n: int = 200

    def __post_init__(self) -> None:
        recipe_from_text(self.model)
        if not 10 <= self.n <= _MOST:
            raise InputError(f"candidates: expected n from 10 to {_MOST:,}, got {self.n}")


@dataclass(frozen=True, slots=True)
class Policy:
    """What makes a list: evaluated, replayed, served and compared as one thing."""

    name: str
    candidates: Candidates = field(default_factory=Candidates)
    ranker: RankerRecipe | None = None
    reranking: Reranking | None = None  # None: lists stay as ranked
    page: Layout = field(default_factory=Layout)
    signals: Signals = field(default_factory=Signals)  # what events say, where there are events


def policy_from_toml(text: str, name: str) -> Policy:
    """The policy of a TOML document; `name` unless the document has its own.

    An InputError says which key is wrong, what was found and what is allowed.

    >>> policy_from_toml("[candidates]\\nn = 100", "mine").candidates.n
    100
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"policy {name}: expected TOML, got {error}") from None
    known = ("name", "candidates", "ranker", "reranking", "page", "signals")
    for key in document:
        if key not in known:
            raise InputError(f"policy {name}: expected {', '.join(known)}, got {key!r}")
    own = document.get("name", name)
    if not isinstance(own, str) or not own:
        raise InputError(f"policy {name}: expected name to be a text, got {own!r}")
    candidates = _section(document.get("candidates", {}), Candidates, f"policy {own}: [candidates]")
    ranker = _ranker(document.get("ranker", {}), f"policy {own}: [ranker]")
    reranking = None
    if "reranking" in document:
        try:
            reranking = Reranking.from_table(document["reranking"])
        except InputError as error:
            raise InputError(f"policy {own}: [reranking] {error}") from None
    try:
        page = Layout.from_table(document.get("page", {}))
    except InputError as error:
        raise InputError(f"policy {own}: [page] {error}") from None
    signals = _section(document.get("signals", {}), Signals, f"policy {own}: [signals]")
    return Policy(own, candidates, ranker, reranking, page, signals)


def policy_to_toml(policy: Policy) -> str:
    """The document that `policy_from_toml` reads back, every setting named."""
    lines = [f"name = {_toml(policy.name)}", "", "[candidates]", *_settings(policy.candidates)]
    kind = "none" if policy.ranker is None else policy.ranker.kind
    lines += ["", "[ranker]", f"kind = {_toml(kind)}"]
    if policy.ranker is not None:
        lines += _settings(policy.ranker)
    if policy.reranking is not None:
        lines += _reranking(policy.reranking)
    page = policy.page
    lines += ["", "[page]", f"rows = {page.rows}", f"cards = {page.cards}"]
    lines += [f"kinds = {_toml(page.kinds)}"]
    if page.unsaid:
        lines += [f"unsaid = {_toml(page.unsaid)}"]
    if page.weights:
        lines += ["", "[page.weights]", *(f"{kind} = {_toml(w)}" for kind, w in page.weights)]
    if policy.signals != Signals():
        lines += ["", "[signals]", *_settings(policy.signals)]
    return "\n".join(lines) + "\n"


def _reranking(reranking: Reranking) -> list[str]:
    """The section and its tables; what is None or empty is left out."""
    tables = {"rules": reranking.rules, "boosts": reranking.boosts, "pins": reranking.pins}
    lines = ["", "[reranking]"]
    for name, value in ((f.name, getattr(reranking, f.name)) for f in fields(reranking)):
        if name not in tables and value is not None:
            lines.append(f"{name} = {_toml(value)}")
    rules = [(f.name, getattr(reranking.rules, f.name)) for f in fields(reranking.rules)]
    told = [f"{name} = {_toml(value)}" for name, value in rules if value not in (None, ())]
    lines += ["", "[reranking.rules]", *told] if told else []
    for name in ("boosts", "pins"):
        if pairs := tables[name]:
            lines += ["", f"[reranking.{name}]"]
            lines += [f"{_toml(film)} = {_toml(value)}" for film, value in pairs]
    return lines


def _ranker(table: Any, place: str) -> RankerRecipe | None:
    if not isinstance(table, Mapping):
        raise InputError(f"{place}: expected a table, got {table!r}")
    kind = table.get("kind", "none")
    if kind not in RANKERS:
        raise InputError(f"{place}: expected kind to be one of {', '.join(RANKERS)}, got {kind!r}")
    settings = {key: value for key, value in table.items() if key != "kind"}
    recipe = RANKERS[kind]
    if recipe is None:
        if settings:
            raise InputError(f"{place}: expected no settings with kind none, got {settings}")
        return None
    return _section(settings, recipe, place)


def _section(table: Any, section: type[S], place: str) -> S:
    """The dataclass of a table's keys; each is checked for its name and its type."""
    if not isinstance(table, Mapping):
        raise InputError(f"{place}: expected a table, got {table!r}")
    kinds = {f.name: f.type for f in fields(section)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in kinds:
            raise InputError(f"{place}: expected one of {', '.join(kinds)}, got {key!r}")
        values[key] = _typed(value, kinds[key], f"{place} {key}")
    try:
        return section(**values)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


def _typed(value: Any, kind: Any, place: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise InputError(f"{place}: expected {_WORDS.get(kind, kind)}, got {value!r}")
    return value


def _settings(section: Any) -> list[str]:
    return [f"{f.name} = {_toml(getattr(section, f.name))}" for f in fields(section)]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)
