"""The JSON documents of the interface, with the examples of its OpenAPI document."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from matinee.store.checks import LONGEST_ID

MOST_EVENTS, MOST_FILMS = 1_000, 1_000


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("printable characters")
    return text


Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID), AfterValidator(_printable)]
# Of an anonymous session the viewer's id is made of, which is as long as others at most.
SessionId = Annotated[
    str, Field(min_length=1, max_length=LONGEST_ID - 8), AfterValidator(_printable)
]


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text without the character 0")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Texts = list[Text]
Whole = Annotated[int, Strict()]  # true is no number
Number = Annotated[float, Strict()]


class Document(BaseModel):
    """Unknown fields are refused: a misspelt one would be a wish that nobody hears."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Document):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:matinee:problem:unknown_film"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["item_id: expected a film of the catalogue, got 'x'"])
    field: str | None = Field(examples=["item_id"])
    code: str = Field(examples=["unknown_film"])
    request_id: str | None = Field(examples=["5c9d1f0e3a0b4c3d9e6f7a8b9c0d1e2f"])
    errors: list[dict[str, str]] | None = None


class ReasonOut(Document):
    """Why a film is there; contributions add up to the score."""

    kind: str = Field(examples=["history"])
    text: str = Field(examples=["rated 5: Alien (1979)"])
    item_id: str | None = Field(examples=["348"])
    contribution: float | None = Field(examples=[0.21])


class CardOut(Document):
    """One film."""

    item_id: str = Field(examples=["679"])
    title: str = Field(examples=["Aliens"])
    year: int | None = Field(examples=[1986])
    score: float | None = Field(examples=[0.83])
    reasons: list[ReasonOut]


class RowOut(Document):
    """One row of a page."""

    kind: str = Field(examples=["top_picks"])
    title: str = Field(examples=["Top picks for you"])
    cards: list[CardOut]


class Served(Document):
    """What every answer with films carries. Send `page_id` back with events."""

    page_id: str = Field(examples=["0b0f6c5e8d1c4f6f9d6d0f2c1b3a4d5e"])
    policy: str = Field(examples=["ease"])
    degraded: list[str] = Field(examples=[[]], description="what was missing, such as a model")
    personal: bool = Field(description="false: nothing that the viewer liked is known")
    notes: list[str]


class PageOut(Served):
    """A page: rows from above to below."""

    rows: list[RowOut]


class ListOut(Served):
    """A ranked list, best first."""

    items: list[CardOut]


class SimilarFilm(Document):
    """A film and how like another it is."""

    item_id: str = Field(examples=["679"])
    title: str = Field(examples=["Aliens"])
    year: int | None = Field(examples=[1986])
    likeness: float = Field(examples=[0.71], description="a cosine, at most 1")


class SimilarOut(Document):
    """Films by how like one film they are."""

    item_id: str = Field(examples=["348"])
    items: list[SimilarFilm]


class ExplanationOut(Document):
    """What a film's score is made of for one viewer."""

    item_id: str = Field(examples=["679"])
    title: str = Field(examples=["Aliens"])
    score: float | None = Field(examples=[0.83], description="null: the model lacks the film")
    left_out: bool = Field(description="true: it is known to the viewer or not wanted")
    policy: str = Field(examples=["ease"])
    degraded: list[str]
    reasons: list[ReasonOut]


class FoundFilm(Document):
    """A film whose title is like what was asked for."""

    item_id: str = Field(examples=["348"])
    title: str | None = Field(examples=["Alien"])
    year: int | None = Field(examples=[1979])
    score: float = Field(examples=[0.97], description="1: the same title")


class FilmOfPerson(Document):
    """A film that a person made or played in."""

    item_id: str = Field(examples=["348"])
    title: str | None = Field(examples=["Alien"])
    year: int | None = Field(examples=[1979])


class FoundPerson(Document):
    """A director or one of the cast whose name is like what was asked for."""

    name: str = Field(examples=["Ridley Scott"])
    score: float = Field(examples=[1.0], description="1: the same name")
    films: list[FilmOfPerson] = Field(description="the best known first")


class SearchOut(Document):
    """The nearest titles and people, best first."""

    items: list[FoundFilm]
    people: list[FoundPerson]
    next: str | None = Field(
        examples=["348"], description="of titles, for `after`; null: there are no more"
    )


EVENT = {
    "event_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "user_id": "v0001",
    "item_id": "348",
    "kind": "stop",
    "position_s": 2400,
    "timestamp": 1790000000,
}


class EventsIn(Document):
    """1 to 1,000 events; each is judged alone, so that a bad one costs no other."""

    events: list[Any] = Field(
        min_length=1,
        max_length=MOST_EVENTS,
        json_schema_extra={"items": {"type": "object"}},
        description="event_id (a UUID of the sender's), user_id or session_id, item_id, kind, "
        "timestamp (UTC seconds); where it applies value, position_s, page_id, row, slot, retracts",
        examples=[[EVENT]],
    )


class EventOut(Document):
    """What became of one event."""

    event_id: str | None = Field(examples=["0f8fad5b-d9cb-469f-a165-70867728950e"])
    state: Literal["accepted", "repeated", "refused"]
    code: str | None = Field(examples=[None], description="of a refused one")
    reason: str | None = Field(examples=[None], description="of a refused one, a sentence")


class EventsOut(Document):
    """What became of each event, in the order in which they were sent."""

    accepted: int = Field(examples=[1])
    repeated: int = Field(examples=[0])
    refused: int = Field(examples=[0])
    events: list[EventOut]


class RatingIn(Document):
    """A rating on the scale of the database."""

    rating: Number = Field(examples=[4.5], allow_inf_nan=False)


class FilmIn(Document):
    """A film by its id."""

    item_id: Id = Field(examples=["348"])


class KeptOut(Document):
    """The event that was kept; a retract with its id takes it back."""

    event_id: str = Field(examples=["0f8fad5bd9cb469fa16570867728950e"])


class Film(Document):
    """What is known of a film; what is left out is unknown."""

    item_id: Id = Field(examples=["348"])
    title: Text | None = Field(None, examples=["Alien"])
    original_title: Text | None = None
    year: Whole | None = Field(None, ge=1800, le=2200, examples=[1979])
    release_date: date | None = None
    runtime: Number | None = Field(None, ge=0, le=100_000, examples=[117], description="minutes")
    genres: Texts | None = Field(None, examples=[["Horror", "Science Fiction"]])
    keywords: Texts | None = None
    cast: Texts | None = None
    directors: Texts | None = Field(None, examples=[["Ridley Scott"]])
    writers: Texts | None = None
    composers: Texts | None = None
    editors: Texts | None = None
    companies: Texts | None = None
    countries: Texts | None = None
    language: Text | None = Field(None, examples=["en"])
    spoken_languages: Texts | None = None
    status: Text | None = None
    budget: Whole | None = Field(None, ge=0, lt=2**63)
    revenue: Whole | None = Field(None, ge=0, lt=2**63)
    overview: Text | None = None
    tagline: Text | None = None
    homepage: Text | None = None
    popularity: Number | None = Field(None, allow_inf_nan=False)
    vote_average: Number | None = Field(None, allow_inf_nan=False)
    vote_count: Whole | None = Field(None, ge=0, lt=2**63)
    tmdb_id: Whole | None = Field(None, ge=0, lt=2**63)
    imdb_id: Text | None = None
    poster_url: Text | None = None


class FilmsIn(Document):
    """1 to 1,000 films; each takes the place of what was known of it."""

    films: list[Film] = Field(min_length=1, max_length=MOST_FILMS)


class CatalogueOut(Document):
    """A part of the catalogue; with `after` the value of `next` comes the part after it."""

    items: list[Film]
    next: str | None = Field(examples=["348"], description="null: there are no more")


class FilmsOut(Document):
    """How many films were kept."""

    films: int = Field(examples=[1])


class Health(Document):
    """Whether it works."""

    state: Literal["live", "ready"]
