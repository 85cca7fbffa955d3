"""What is never said of a viewer, whatever the films are about: words of sensitive matters.

A film may be about an illness or a faith, and that may make two films alike. That a *viewer* cares
for it is a guess about a person, so these words are in no reason, row title, theme, taste or
segment. They are the special categories of the European data protection law (GDPR, article 9) in
English, with what is near to them; a policy may add words, and cannot take any away.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final


def _listed(words: str) -> tuple[str, ...]:
    return tuple(" ".join(words.split()).split(", "))


# A word ends with * where anything may follow; two words stand beside each other.
SENSITIVE: Final[Mapping[str, tuple[str, ...]]] = {
    "health": _listed(
        """
            hiv, aids, cancer*, breast*, leukemia, leukaemia, tumor*, tumour*, ill, illness*,
            disease*, sick, sickness, disabilit*, disabled, handicap*, wheelchair*, paraly*,
            blind*, deaf*, mute, autis*, asperger*, mental*, depress*, schizophren*, bipolar,
            psychiatr*, psychosis, psychotic, dementia, alzheimer*, parkinson*, anorexi*, bulimi*,
            eating disorder*, addict*, alcohol*, drunk*, drinking, junkie*, stoner*, cocaine,
            heroin, lsd, marijuana, cannabis, drug, drugs, coma, surgery, heart attack*, insomnia,
            claustrophobi*, delusion*, abuse*, abusive, domestic violence, overdose, rehab*,
            suicid*, self harm*, pregnan*, abort*, infertil*, miscarriage, transplant*, trauma*,
            post traumatic*, ptsd, panic attack*, phobia, obes*, madness, insan*, asylum*,
            epilep*, diabet*, hospital*, therap*, psychotherap*, patient, patients, genetic
            disorder*
        """
    ),
    "religion and belief": _listed(
        """
            religio*, christ, christian*, jesus*, god, church, churches, catholic*, protestant*,
            mormon*, jehovah*, evangelical*, baptist*, orthodox*, priest*, nun, nuns, monk, monks,
            pope, bible, biblical, gospel*, jew, jews, jewish, judaism, rabbi*, synagogue*,
            muslim*, islam*, mosque*, quran, koran, jihad*, hindu*, buddh*, sikh*, atheis*,
            agnostic*, faith, faith based, spiritual*, scientolog*, crucif*, missionary,
            missionaries, convent, amish, vatican, pastor*, preacher*, voodoo, occult*, spiritis*,
            moses, vegan*, pacifis*
        """
    ),
    "sex and sexuality": _listed(
        """
            sex, sexual*, sexy, homosexual*, gay, gays, lesbian*, lgbt*, queer*, bisexual*,
            asexual*, transgender*, transsexual*, transvest*, trans, drag queen*, coming out, same
            sex, homoerotic*, homophob*, gender*, erotic*, porn*, prostitut*, fetish*, bdsm,
            sadomasoch*, orgasm*, adulter*, extramarital*, infidelity, incest*, rape*, rapist*,
            nude, nudity, virgin, virgins, virginity, masturbat*, brothel*, strip club*, voyeur*,
            sadis*, in the closet, cross dressing, pedophil*, paedophil*, misogyn*, sexis*,
            stripper*, striptease*, genre adult
        """
    ),
    "ethnicity and origin": _listed(
        """
            racis*, race relations, racial*, interracial, mixed race, ethnic*, black people,
            african*, native, natives, american indian*, asian*, arab*, aborigin*, indigenous*,
            immigra*, migrant*, refugee*, deport*, gypsy, gypsies, romani, apartheid*, slave,
            slaves, slavery, segregation*, civil rights, blaxploitation, latino*, latina*,
            hispanic*, minority, minorities, semit*, antisemit*, holocaust*, concentration camp*,
            swastika*, ghetto*, colonial*, white supremac*, neo nazi*, ku klux klan, caste,
            xenophob*, illegal alien*
        """
    ),
    "politics and unions": _listed(
        """
            politic*, communis*, socialis*, fascis*, marxis*, anarch*, activis*, election*, union,
            unions, propaganda, capitalis*, senate, senator*, congress*, democrat*, republican*,
            liberal, liberals, liberalism, conservative*, left wing*, right wing*, feminis*,
            protest*
        """
    ),
    "convictions": _listed("ex convict*, ex con, parole*, criminal record*"),
}


def sensitive(text: str, more: tuple[str, ...] = ()) -> bool:
    """Whether a text has a word of a sensitive matter, or one of `more`; case and signs aside.

    >>> sensitive("keyword: same-sex marriage"), sensitive("keyword: robot")
    (True, False)
    >>> sensitive("keyword: monkey"), sensitive("keyword: monkey", ("monk*",))
    (False, True)
    """
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return _pattern(more).search(words) is not None


@lru_cache(maxsize=32)
def _pattern(more: tuple[str, ...]) -> re.Pattern[str]:
    own = [word for words in SENSITIVE.values() for word in words]
    said = [" ".join(re.findall(r"[^\W_]+|\*$", word.casefold())) for word in (*own, *more)]
    parts = [
        re.escape(word.removesuffix("*").strip()) + r"\w*" * word.endswith("*") for word in said
    ]
    return re.compile(rf"\b(?:{'|'.join(sorted(set(parts)))})\b")
