"""What people do with the pages, in a real browser."""

import re

import pytest

FAN = "v0007"


def ids(page, where=".reel .card"):
    return page.locator(where).evaluate_all("all => all.map(each => each.dataset.film)")


def kinds(visit, viewer):
    return [event["kind"] for event in visit.site.events(viewer)]


def until(condition, page, tries=100):
    for _ in range(tries):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to be")


def test_a_first_visit_becomes_a_page_of_ones_own_that_changes_with_ratings(visit):
    here = visit()
    page = here.see("/viewers")
    page.get_by_role("button", name="A new viewer").click()
    page.wait_for_url("**/welcome")
    assert here.viewer.startswith("guest-")
    films = page.locator(".pick")
    for number in range(3):
        films.nth(number).locator("label").click()
    assert page.get_by_text("3 picked").is_visible()
    page.get_by_role("button", name="Make my page").click()
    page.wait_for_url("**/?said=picked")
    assert page.locator("h2", has_text="Top picks for you").count() == 1
    before = ids(page)
    page.locator(".hero").get_by_role("link", name="Why this film").click()
    page.get_by_role("button", name="5 of 5", exact=True).click()
    page.get_by_text("Your rating is kept").wait_for()
    until(lambda: kinds(here, here.viewer).count("rate") == 1, page)
    after = ids(here.see("/"))
    assert after != before
    assert sorted(kinds(here, here.viewer)) == ["like", "like", "like", "rate"]


def test_a_film_says_why_and_what_it_hangs_on(visit):
    page = visit(FAN).see("/")
    page.locator(".hero").get_by_role("link", name="Why this film").click()
    page.locator(".bars").wait_for()
    page.get_by_text("The sum in numbers").click()
    values = [float(each) for each in page.locator(".exact .part").all_inner_texts()]
    total = float(re.search(r"score of (-?[\d.]+\d)", page.locator(".exact").inner_text())[1])
    assert sum(values) == pytest.approx(total, abs=0.001 * (len(values) + 1))
    shares = re.findall(r"([\d]+) %", " ".join(page.locator(".bars .value").all_inner_texts()))
    assert sum(map(int, shares)) == pytest.approx(100, abs=len(values))
    told = re.search(
        r"number \d+ of all films for you. Without (.+) it would be number (\d+)",
        page.locator(".hangs").inner_text(),
    )
    assert int(told[2]) > 20


def test_what_is_not_interesting_goes_at_once_and_stays_gone(visit):
    here = visit("v0009")
    page = here.see("/")
    card = page.locator(".reel .card").nth(1)
    film = card.get_attribute("data-film")
    card.hover()
    card.get_by_role("button", name="Not interested").click()
    page.get_by_text("Gone. It will not be shown again.").wait_for()
    until(lambda: film not in ids(page), page)
    until(lambda: "not_interested" in kinds(here, "v0009"), page)
    assert film not in ids(here.see("/"))
    page.reload(wait_until="networkidle")
    assert film not in ids(page)


def test_an_undo_brings_it_back(visit):
    here = visit("v0017")
    page = here.see("/")
    card = page.locator(".reel .card").nth(2)
    film = card.get_attribute("data-film")
    card.hover()
    card.get_by_role("button", name="Not interested").click()
    with page.expect_navigation():  # the page is read again once it is taken back
        page.get_by_role("button", name="Undo").click()
    until(lambda: "retract" in kinds(here, "v0017"), page)
    assert film in ids(here.see("/"))


def test_a_film_taken_out_of_the_taste_is_no_reason_any_more(visit):
    page = visit("v0023").see("/taste")
    line = page.locator(".shaping li").first
    title = line.locator("strong").inner_text()
    line.get_by_role("button", name="Take out").click()
    page.locator(".effect strong").wait_for()
    effect = page.locator(".effect").inner_text()
    assert effect.startswith(f"{title} is out.")
    assert "first twenty" in effect
    page.goto(page.url.replace("/taste", "/"), wait_until="networkidle")
    reasons = page.locator(".why, .reason").all_inner_texts()
    assert not [reason for reason in reasons if reason.endswith(f" {title}")]
    page.goto(page.url + "taste", wait_until="networkidle")
    page.locator(".shaping li.out").get_by_role("button", name="Put back").click()
    page.get_by_text(f"{title} counts again.").wait_for()


def test_without_consent_the_page_is_everybodys(visit):
    here = visit("v0024")
    own = ids(here.see("/"))
    page = here.see("/taste")
    page.get_by_role("switch", name="Pages of your own").click()
    page.get_by_text("Pages of your own are switched off").wait_for()
    everybodys = ids(here.see("/"))
    assert everybodys != own
    assert page.locator("h2", has_text="for you").count() == 0
    here.see("/taste").get_by_role("switch", name="Pages of your own").click()
    page.get_by_text("This is all that your pages are made of").wait_for()
    assert ids(here.see("/")) == own


def test_rating_a_film_works_without_scripts(visit):
    here = visit("v0028", java_script_enabled=False)
    page = here.see("/")
    page.locator(".hero").get_by_role("link", name="Why this film").click()
    film = re.search(r"/films/([^?]+)", page.url)[1]
    page.get_by_role("button", name="4.5 of 5").click()
    page.wait_for_load_state()
    assert page.get_by_text("Your rating is kept").is_visible()
    assert page.get_by_text("You gave it 4.5").is_visible()
    kept = here.site.events("v0028")[-1]
    assert (kept["kind"], kept["item_id"], kept["value"]) == ("rate", film, 4.5)
    assert kept["page_id"]


def test_a_player_tells_what_was_done(visit):
    here = visit("v0002")
    page = here.see("/")
    page.locator(".hero").get_by_role("link", name="Play").click()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_timeout(300)
    page.get_by_role("link", name="Stop").click()
    page.wait_for_url(re.compile(r"/films/[^/]+$"))
    told = ["play", "pause", "resume", "stop"]
    until(lambda: [k for k in kinds(here, "v0002") if k in told] == told, page)
    positions = [e["position_s"] for e in here.site.events("v0002") if e["kind"] in told]
    assert positions == sorted(positions)
    assert positions[-1] > 20


def test_what_is_done_without_a_connection_is_sent_later_and_once(visit):
    here = visit("v0003")
    page = here.see("/")
    page.locator(".hero").get_by_role("link", name="Why this film").click()
    page.get_by_role("button", name="4 of 5", exact=True).wait_for()
    before = kinds(here, "v0003").count("rate")
    here.context.set_offline(True)
    page.get_by_role("button", name="4 of 5", exact=True).click()
    page.get_by_text("It waits in this browser").wait_for()
    assert kinds(here, "v0003").count("rate") == before
    here.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: kinds(here, "v0003").count("rate") == before + 1, page)
    page.reload(wait_until="networkidle")
    page.wait_for_timeout(300)
    assert kinds(here, "v0003").count("rate") == before + 1
    assert page.evaluate("localStorage.getItem('matinee.queue')") == "[]"
    here.wrong = [each for each in here.wrong if "ERR_INTERNET_DISCONNECTED" not in each]


def test_searching_shows_films_while_typing(visit):
    page = visit(FAN).see("/")
    page.get_by_role("combobox", name="Search").press_sequentially("blade runer")
    page.get_by_role("option", name="Blade Runner 1982").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/films/blade-runner-1982")
    assert page.get_by_role("heading", level=1).inner_text() == "Blade Runner"


def test_rows_can_be_walked_with_the_keyboard(visit):
    page = visit(FAN).see("/")
    first = page.locator(".reel").nth(0).locator(".card a")
    first.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert first.nth(1).evaluate("each => each === document.activeElement")
    page.keyboard.press("ArrowDown")
    inside = "each => each.contains(document.activeElement)"
    assert page.locator(".reel").nth(1).evaluate(inside)


def test_a_row_turns_by_its_buttons(visit):
    page = visit(FAN).see("/")
    reel = page.locator(".reel").first
    page.get_by_role("button", name="On: Top picks for you").click()
    until(lambda: reel.evaluate("each => each.scrollLeft") > 300, page)


def test_a_viewer_takes_everything_along_and_is_erased(visit):
    here = visit()
    page = here.see("/viewers")
    page.get_by_role("button", name="A new viewer").click()
    page.locator(".pick label").first.click()
    page.get_by_role("button", name="Make my page").click()
    page.wait_for_url("**/?said=picked")
    viewer = here.viewer
    here.see("/taste")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "export.zip"
    page.get_by_role("button", name="Erase").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("heading", name="Everything is erased").wait_for(timeout=60_000)
    assert here.site.events(viewer) == []
    here.see("/list")
    assert here.viewer != viewer


def hold_to_axe(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found] == []


def test_a_policy_is_written_and_compared_in_the_studio(visit):
    here = visit()
    page = here.enter_studio()
    page.get_by_role("link", name="Policies").click()
    page.get_by_role("link", name="Write a new one").click()
    page.get_by_label("Name").fill("short page")
    text = page.get_by_label("Policy", exact=True).input_value()
    page.get_by_label("Policy", exact=True).fill(text.replace("rows = 10", "rows = 60000"))
    page.get_by_role("button", name="Check and keep").click()
    beside = page.locator(".wrong-lines .here")
    beside.wait_for()
    assert "rows = 60000" in beside.inner_text()
    assert "from 1 to 100" in beside.inner_text()
    hold_to_axe(page)
    page.get_by_label("Policy", exact=True).fill(text.replace("rows = 10", "rows = 2"))
    page.get_by_role("button", name="Check and keep").click()
    page.get_by_text("The policy is kept.").wait_for()
    page.get_by_role("link", name="Compare with what serves").click()
    assert "rows = 2" in page.get_by_label("Policy B", exact=True).input_value()
    page.get_by_label("Viewer", exact=True).fill(FAN)
    page.get_by_role("button", name="Compare").click()
    page.get_by_label("Page of policy B").locator("h2").first.wait_for()
    assert page.get_by_label("Page of policy B").locator("h2").count() == 2
    assert page.get_by_label("Page of policy A").locator("h2").count() > 2
    only = int(page.locator("dt", has_text="Only in A").locator("+ dd").inner_text())
    assert only > 0
    hold_to_axe(page)
    here.wrong = [each for each in here.wrong if "status of 422" not in each]  # as it should be
