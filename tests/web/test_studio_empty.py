"""The studio with nothing in it: each page is there and says what to do."""

import pytest

from matinee.web.studio.viewer_page import LOOKED

SAYS = {
    "/studio/models": "matinee evaluate --data database",
    "/studio/models/audit": "Nothing yet",
    "/studio/interpretation": "matinee train --data database --live",
    "/studio/interpretation/viewer": "A viewer's id",
    "/studio/policies": "None is kept yet",
    "/studio/policies/edit": "Check and keep",
    "/studio/preview": "Compare",
}


@pytest.mark.parametrize("path", SAYS)
def test_a_page_of_an_empty_database_says_what_to_do(open_pages, enter, path):
    pages = enter(open_pages(filled=False))
    assert SAYS[path] in pages.see(path)


def test_a_page_of_nobody_is_explained_and_compared_where_there_are_no_films(open_pages, enter):
    pages = enter(open_pages(filled=False))
    answer = pages.post("/studio/interpretation/viewer", viewer="nobody")
    assert answer.status_code == 200
    plain = "[page]\nrows = 2\n"
    answer = pages.post("/studio/preview", viewer="nobody", a=plain, b=plain)
    assert answer.status_code == 200
    audit = pages.see("/studio/models/audit").replace("&#39;", "'")
    assert audit.count(LOOKED) == 2
