"""What people do with the pages by keyboard, by touch, without scripts and when things go wrong."""

import re

import pytest
from tests.web.browser import PHONE
from tests.web.test_journeys import FAN, ids, kinds, until
from tests.web.test_looks import PAGES

FOCUSED = """(() => {
  const one = document.activeElement;
  const by = document.getElementById(one.getAttribute("aria-labelledby") ?? "");
  return one.getAttribute("aria-label") ?? (by ?? one).textContent.trim();
})()"""
EXPORT = "Date,Name,Year,Letterboxd URI,Rating\n" + "".join(
    f"2024-05-0{day},{title},{year},https://boxd.it/{day},{rating}\n"
    for day, (title, year, rating) in enumerate(
        [("Alien", 1979, 5), ("The Thing", 1982, 4.5), ("No Such Film At All", 2001, 3)], 1
    )
)


def test_an_export_that_is_dropped_on_the_page_becomes_the_history(visit):
    here = visit()
    page = here.see("/viewers")
    page.get_by_role("button", name="A new viewer").click()
    page.wait_for_url("**/welcome")
    drop = page.evaluate_handle(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "ratings.csv", {type: "text/csv"}));
          return data;
        }""",
        EXPORT,
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": drop})
    assert "over" in page.locator(".drop").get_attribute("class")
    page.dispatch_event("main", "drop", {"dataTransfer": drop})
    page.get_by_role("heading", name="2 films found here").wait_for()
    page.get_by_text("1 not in this catalogue").click()
    assert page.get_by_text("No Such Film At All (2001)").is_visible()
    rated = {e["item_id"]: e["value"] for e in here.site.events(here.viewer)}
    assert rated == {"alien-1979": 5.0, "the-thing-1982": 4.5}
    page.get_by_role("link", name="See your page").click()
    page.locator("h2", has_text="Top picks for you").wait_for()


def test_everything_can_be_done_by_keyboard_alone(visit):
    here = visit("v0052")
    page = here.see("/")

    def tab_to(name, most=60):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(FOCUSED) == name:
                return
        raise AssertionError(f"no {name} by tab")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past what stands above
    tab_to("Why this film")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/films/**")
    film = re.search(r"/films/([^?]+)", page.url)[1]
    before = kinds(here, "v0052").count("rate")
    tab_to("4 of 5")
    page.keyboard.press("Enter")
    page.get_by_text("Your rating is kept").wait_for()
    until(lambda: kinds(here, "v0052").count("rate") == before + 1, page)
    here.see("/taste")
    tab_to("Pages of your own")
    page.keyboard.press("Space")
    page.get_by_text("Pages of your own are switched off").wait_for()
    tab_to("Pages of your own")
    page.keyboard.press("Space")
    page.get_by_text("This is all that your pages are made of").wait_for()
    assert film not in ids(here.see("/"))


def test_a_phone_is_enough(visit):
    here = visit("v0063", viewport=PHONE, has_touch=True, is_mobile=True)
    page = here.see("/")
    reel = page.locator(".reel").first
    assert reel.evaluate("each => getComputedStyle(each).overflowX") == "auto"
    card = page.locator(".reel .card").first
    film = card.get_attribute("data-film")
    card.locator("a").tap()
    page.wait_for_url("**/films/**")
    page.get_by_role("button", name="Not interested").tap()
    page.get_by_text("It will not be shown again").wait_for()
    until(lambda: "not_interested" in kinds(here, "v0063"), page)
    assert film not in ids(here.see("/"))
    small = page.locator(".actions a, .actions button, .top nav a").evaluate_all(
        "all => all.filter(each => each.offsetHeight && each.offsetHeight < 24).length"
    )
    assert small == 0  # WCAG 2.2: targets of 24 pixels


def test_reading_rating_and_consent_need_no_scripts(visit):
    here = visit("v0064", java_script_enabled=False)
    page = here.see("/")
    page.get_by_role("searchbox", name="Search").fill("blade runer")
    page.keyboard.press("Enter")
    page.locator('.card[data-film="blade-runner-1982"] a').click()
    page.wait_for_load_state()
    page.get_by_role("button", name="My list").click()
    page.wait_for_load_state()
    assert page.get_by_text("It is on your list.").is_visible()
    here.see("/list")
    assert "blade-runner-1982" in ids(page, ".grid .card")
    line = here.see("/taste").locator(".shaping li").first
    title = line.locator("strong").inner_text()
    line.get_by_role("button", name="Take out").click()
    page.wait_for_load_state()
    assert page.get_by_text("It is out of your taste now").is_visible()
    assert page.locator(".shaping li.out strong").inner_text() == title
    page.locator(".shaping li.out").get_by_role("button", name="Put back").click()
    page.wait_for_load_state()
    assert page.locator(".shaping li.out").count() == 0
    page.get_by_role("switch", name="Pages of your own").click()
    page.wait_for_load_state()
    assert page.get_by_text("Pages of your own are switched off").is_visible()
    assert here.see("/").get_by_text("Pages of your own are switched off").is_visible()
    here.see("/taste").get_by_role("switch", name="Pages of your own").click()
    film = ids(here.see("/"))[0]
    here.see(f"/films/{film}")
    page.get_by_role("button", name="Not interested").click()
    page.wait_for_load_state()
    assert film not in ids(here.see("/"))


@pytest.mark.parametrize(("status", "viewer"), [(503, "v0066"), (429, "v0093")])
def test_what_waits_is_sent_by_itself_when_the_service_is_back(visit, status, viewer):
    here = visit(viewer)
    page = here.see("/films/alien-1979")
    page.route("**/events", lambda route: route.fulfill(status=status, body="{}"))
    for name in ("My list", "I like it"):
        page.get_by_role("button", name=name).click()
        page.get_by_text("It waits in this browser until it can be sent").wait_for()
    assert "like" not in kinds(here, viewer)
    page.unroute("**/events")
    until(lambda: {"add_to_list", "like"} <= {*kinds(here, viewer)}, page, 400)
    page.reload(wait_until="networkidle")
    assert page.get_by_role("button", name="On your list").is_visible()
    assert kinds(here, viewer).count("like") == 1
    here.wrong = [each for each in here.wrong if f"status of {status}" not in each]


def test_an_answer_that_is_lost_on_its_way_doubles_nothing(visit):
    here = visit("v0067")
    page = here.see("/films/alien-1979")
    lost = []

    def answered(route):
        route.fetch()  # it arrives, and nobody hears that it did
        lost.append(route.request.post_data)
        route.abort()

    page.route("**/events", answered, times=1)
    page.get_by_role("button", name="I like it").click()
    page.get_by_text("It waits in this browser until it can be sent").wait_for()
    until(lambda: page.evaluate("localStorage.getItem('matinee.queue')") == "[]", page, 400)
    assert len(lost) == 1
    assert kinds(here, "v0067").count("like") == 1
    here.wrong = [each for each in here.wrong if "ERR_FAILED" not in each]


def test_a_page_of_somebody_one_is_no_more_keeps_nothing_and_says_so(visit):
    here = visit("v0069")
    page = here.see("/films/alien-1979")
    here.context.clear_cookies()  # as when it is too old
    page.get_by_role("button", name="I like it").click()
    page.get_by_text("That could not be kept").wait_for()
    assert "like" not in kinds(here, "v0069")
    page.get_by_role("button", name="Load again").click()
    page.wait_for_load_state("networkidle")
    assert here.viewer.startswith("guest-")
    page.get_by_role("button", name="I like it").click()
    page.get_by_text("Noted: you like it.").wait_for()
    here.wrong = [each for each in here.wrong if "status of 403" not in each]


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_simulated_viewers_are_called_so_on_every_page(visit, path):
    page = visit(FAN).see(path)
    assert page.locator(".who").get_by_text("simulated", exact=True).is_visible()
    assert page.locator(".foot").get_by_text("simulated viewers").is_visible()
    told = page.locator("main").inner_text()
    assert not re.search(r"\d viewers", told)
