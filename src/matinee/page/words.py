"""What genres, keywords and languages are called in the name of a row."""

from collections.abc import Mapping
from typing import Final


def _listed(words: str) -> frozenset[str]:
    return frozenset(" ".join(words.split()).split(", "))


# Genre, in lower case -> (as a noun of many films, before another noun). The first of two genres
# here is the noun: "Romantic comedies", "Science fiction horror".
GENRES: Final[Mapping[str, tuple[str, str]]] = {
    "documentary": ("documentaries", "documentary"),
    "western": ("westerns", "western"),
    "film-noir": ("film noir", "noir"),
    "short": ("short films", "short"),
    "musical": ("musicals", "musical"),
    "thriller": ("thrillers", "thriller"),
    "comedy": ("comedies", "comedy"),
    "drama": ("dramas", "dramatic"),
    "horror": ("horror", "horror"),
    "mystery": ("mysteries", "mystery"),
    "adventure": ("adventures", "adventure"),
    "action": ("action", "action"),
    "romance": ("romances", "romantic"),
    "science fiction": ("science fiction", "science fiction"),
    "sci-fi": ("science fiction", "science fiction"),
    "fantasy": ("fantasy", "fantasy"),
    "crime": ("crime films", "crime"),
    "war": ("war films", "war"),
    "history": ("historical films", "historical"),
    "biography": ("biographies", "biographical"),
    "sport": ("sports films", "sports"),
    "music": ("films about music", "music"),
    "animation": ("animation", "animated"),
    "family": ("family films", "family"),
    "children": ("children's films", "children's"),
}
NO_KIND: Final = frozenset({"adult", "news", "imax", "foreign", "tv movie", "(no genres listed)"})

# What a few keywords together are called: (word in the name, keywords any of which says so).
MOODS: Final[Mapping[str, frozenset[str]]] = {
    "cerebral": _listed(
        "artificial intelligence, philosophy, dream, dreams, virtual reality, identity, memory, "
        "amnesia, existentialism, time travel, time loop, thoughtful, nonlinear story, paradox, "
        "nonlinear timeline, surreal, parallel world, alternate reality, simulated reality, "
        "consciousness, mathematician, subconscious"
    ),
    "feel-good": _listed("feel-good, feel good, underdog"),
    "dark": _listed(
        "dark, neo-noir, film noir, dark comedy, black comedy, noir, psychopath, madness, "
        "serial killer, body horror"
    ),
    "tense": _listed(
        "tense, suspense, hostage, conspiracy, blackmail, on the run, paranoia, kidnapping, "
        "cat and mouse, undercover"
    ),
    "playful": _listed("playful, slapstick, satire, spoof, parody, absurd humour, farce"),
    "melancholic": _listed(
        "melancholic, loneliness, grief, unrequited love, terminal illness, loss of wife, "
        "loss of father, loss of mother, depression, regret"
    ),
    "epic": _listed("epic, sword fight, kingdom, battlefield, quest, knight"),
    "eerie": _listed("ghost, haunted house, supernatural, witch, demon, exorcism"),
}

# Keyword -> how it stands before a noun, where that is not the keyword itself.
BEFORE: Final[Mapping[str, str]] = {
    "dystopia": "dystopian",
    "satire": "satirical",
    "parody": "spoof",
    "true story": "true-life",
    "based on true story": "true-life",
    "biography": "biographical",
    "independent film": "independent",
    "sport": "sports",
    "time travel": "time-travel",
    "coming of age": "coming-of-age",
    "road trip": "road-trip",
    "high school": "high-school",
    "small town": "small-town",
    "world war ii": "Second World War",
    "world war i": "First World War",
    "fbi": "FBI",
    "cia": "CIA",
    "usa president": "presidential",
    "vietnam war": "Vietnam War",
    "cold war": "Cold War",
    "christmas": "Christmas",
    "detective": "detective",
    "teenager": "teenage",
    "teen movie": "teenage",
    "marvel comic": "Marvel",
    "dc comics": "DC",
    "supernatural": "supernatural",
    "musical": "musical",
}

# Keyword -> what stands after the noun.
AFTER: Final[Mapping[str, str]] = {
    "based on novel": "from novels",
    "based on young adult novel": "from young adult novels",
    "based on comic book": "from comics",
    "based on comic": "from comics",
    "based on play": "from plays",
    "based on video game": "from video games",
    "woman director": "directed by women",
    "new york": "set in New York",
    "new york city": "set in New York",
    "los angeles": "set in Los Angeles",
    "london england": "set in London",
    "london": "set in London",
    "paris": "set in Paris",
    "san francisco": "set in San Francisco",
    "chicago": "set in Chicago",
    "tokyo": "set in Tokyo",
    "hollywood": "set in Hollywood",
    "texas": "set in Texas",
    "california": "set in California",
    "england": "set in England",
    "desert": "set in the desert",
    "jungle": "set in the jungle",
    "future": "set in the future",
    "space": "set in space",
    "19th century": "set in the 19th century",
    "artificial intelligence": "about artificial intelligence",
    "friendship": "about friendship",
    "survival": "about survival",
    "father son relationship": "about fathers and sons",
    "father and son": "about fathers and sons",
    "father daughter relationship": "about fathers and daughters",
    "mother daughter relationship": "about mothers and daughters",
    "mother and child": "about mothers and children",
    "brother brother relationship": "about brothers",
    "sister sister relationship": "about sisters",
    "corruption": "about corruption",
    "journalism": "about journalists",
    "journalist": "about journalists",
    "writer": "about writers",
    "marriage": "about marriage",
    "family life": "about family life",
    "rebellion": "about rebellion",
    "obsession": "about obsession",
    "jealousy": "about jealousy",
    "siblings": "about siblings",
    "soldier": "about soldiers",
    "strong heroine": "with a strong heroine",
    "talking animals": "with talking animals",
    "twist ending": "with a twist at the end",
}

# Keywords in whose name no row is shown to anybody: of bodies and wounds, or about the reel. Those
# of what is sensitive in a person are `features.sensitive`'s.
UNSAID: Final = _listed(
    """
        sex, nudity, female nudity, male nudity, rape, suicide, suicide attempt, torture, gore,
        blood, violence, prostitute, prostitution, incest, erotic, sexual abuse, child abuse,
        pedophilia, cannibalism, duringcreditsstinger, aftercreditsstinger, 3d, imax, sequel,
        remake, flashback, explosion, individual, single, secret, daughter, family, love, party,
        friends, fight, chase, death, dying and death, murder, black people, usa, wife husband
        relationship, lie, kiss, extramarital affair, adultery, infidelity, death of a child,
        animation, comedy, romance, crime, fantasy, action, horror, thriller, drama, love of one's
        life, new love, secret love, lovesickness, best friend, cowardliness, intelligence,
        relationship, parents kids relationship, family relationships, young adult, loss of family,
        neighbor, money, hotel, hospital, subway, fire, bomb, gun, shootout, airplane, helicopter,
        car crash, alcohol, alcoholic, marijuana, parents, children, youth, childhood, madness,
        faith, escape, rescue, police, male friendship, female friendship, 1970s, 1980s, 1960s,
        1950s, orgasm, lesbian, gay, abuse, homosexuality, stripper, pornography, slavery,
        holocaust, addiction, disability, poverty, saving the world, scientist, mission, exotic
        island, old age, illness, loneliness, grief, identity, memory, sacrifice, ambition,
        betrayal, justice, redemption, wealth, business, romantic comedy, short film, religion,
        class divide, military
    """
)

LANGUAGES: Final[Mapping[str, str]] = {
    "fr": "French-language",
    "es": "Spanish-language",
    "ja": "Japanese-language",
    "de": "German-language",
    "it": "Italian-language",
    "zh": "Chinese-language",
    "cn": "Chinese-language",
    "ko": "Korean-language",
    "da": "Danish-language",
    "sv": "Swedish-language",
    "ru": "Russian-language",
    "hi": "Hindi-language",
    "fa": "Persian-language",
    "pt": "Portuguese-language",
}


def capitalised(text: str) -> str:
    """With its first letter as a capital, the others as they are."""
    return text[:1].upper() + text[1:]
