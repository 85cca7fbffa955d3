"""What is known of TMDB 5000, and what pandas says of the same files."""

import zipfile

import numpy as np
import pandas as pd
import pytest

from matinee import intake
from matinee.exploration import explore

pytestmark = pytest.mark.data
NAMES = ["movies", "credits"]


@pytest.fixture(scope="module")
def exploration(real_data):
    return explore(intake.read(real_data / "tmdb-5000.zip"))


@pytest.fixture(scope="module")
def frames(real_data):
    """The two files as pandas reads them, text as objects."""
    with zipfile.ZipFile(real_data / "tmdb-5000.zip") as archive:
        files = {name.rsplit("_", 1)[1]: name for name in archive.namelist() if ".csv" in name}
        read = {name: pd.read_csv(archive.open(files[f"{name}.csv"])) for name in NAMES}
    return {
        name: frame.astype(dict.fromkeys(frame.select_dtypes("str"), object))
        for name, frame in read.items()
    }


def test_both_tables_are_shown_as_published(exploration):
    document = exploration.to_json_dict()
    movies, people = document["tables"]["movies"], document["tables"]["credits"]
    assert (movies["rows"], movies["columns"]) == (4803, 20)
    assert (people["rows"], people["columns"]) == (4803, 4)
    non_null = {field["name"]: field["non_null"] for field in movies["fields"]}
    few = {name: count for name, count in non_null.items() if count < 4803}
    assert few == {
        "homepage": 1712,
        "overview": 4800,
        "release_date": 4802,
        "runtime": 4801,
        "tagline": 3959,
    }


@pytest.mark.parametrize("name", NAMES)
def test_info_describe_and_memory_are_those_of_pandas(exploration, frames, name):
    ours = next(table for table in exploration.published if table.name == name)
    theirs = frames[name]
    counts = {field.name: field.non_null for field in ours.fields}
    assert counts == theirs.notna().sum().to_dict()
    assert ours.bytes_pandas == theirs.memory_usage().sum()
    described = ours.describe.to_pandas().set_index("column")
    expected = theirs.describe().T
    assert list(described.index) == list(expected.index)
    np.testing.assert_allclose(described.to_numpy(float), expected.to_numpy(float), rtol=1e-12)


def test_the_correlation_of_the_cleaned_table_is_that_of_pandas(exploration, frames):
    money = frames["movies"][["budget", "revenue", "runtime"]].replace(0, np.nan)
    expected = money.assign(popularity=frames["movies"]["popularity"]).corr()
    ours = {(x, y): r for x, y, r, _ in exploration.catalogue.correlation.iter_rows()}
    for x in expected:
        for y in expected:
            assert ours[x, y] == pytest.approx(expected.loc[x, y], abs=1e-12)


def test_the_top_genres_are_drama_comedy_thriller(exploration):
    top = exploration.to_json_dict()["top_genres"][:3]
    assert top == [
        {"genre": "Drama", "count": 2297},
        {"genre": "Comedy", "count": 1722},
        {"genre": "Thriller", "count": 1274},
    ]


def test_zeros_that_mean_unknown_are_counted(exploration):
    zeros = {
        change["column"]: change["rows"]
        for change in exploration.to_json_dict()["changes"]
        if "zero" in change["change"]
    }
    assert zeros == {"budget": 1037, "revenue": 1427, "runtime": 35}
    assert exploration.catalogue.known_budgets == 4803 - 1037


def test_published_zeros_are_zeros(exploration):
    published = next(table for table in exploration.published if table.name == "movies")
    budget = published.describe.filter(column="budget").row(0, named=True)
    assert (budget["count"], budget["min"]) == (4803, 0)
