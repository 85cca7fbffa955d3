"""Takes the README's pictures of the pages: `matinee demo` running, then this with its address."""

import argparse
import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PAGES = (
    ("home", "/", "dark"),
    ("film", "/films/drive-2011", "light"),
    ("taste", "/taste", "light"),
)
PHONES = (("/", "dark"), ("/films/blade-runner-1982", "light"), ("/taste", "dark"), ("/", "light"))


def taken(browser: Any, url: str, path: str, scheme: str, size: dict[str, int]) -> bytes:
    """A page as one of the simulated viewers sees it."""
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.goto(url + path, wait_until="networkidle")
    picture: bytes = page.screenshot()
    context.close()
    return picture


def beside(browser: Any, pictures: list[bytes]) -> bytes:
    """Pictures of phones in one row."""
    images = "".join(
        f"<img src='data:image/png;base64,{base64.b64encode(picture).decode()}'>"
        for picture in pictures
    )
    page = browser.new_page(viewport={"width": 1280, "height": 690})
    page.set_content(
        "<style>body{margin:0;display:flex;gap:20px;background:#8d8478;padding:20px}"
        f"img{{width:295px;border-radius:18px}}</style>{images}"
    )
    return bytes(page.screenshot())


def _studio(browser: Any, url: str, key: str) -> bytes:
    """Two policies in the studio."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
    page.goto(url + "/studio", wait_until="networkidle")
    page.get_by_label("Admin key").fill(key)
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("link", name="Policies").click()
    page.wait_for_load_state("networkidle")
    picture: bytes = page.screenshot()
    page.close()
    return picture


def main() -> None:
    """Write docs/pictures/page-*.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="an admin key, for the studio")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=given.chromium, args=["--no-sandbox", "--force-color-profile=srgb"]
        )
        for name, path, scheme in PAGES:
            picture = taken(browser, given.url, path, scheme, DESKTOP)
            (PICTURES / f"page-{name}.png").write_bytes(picture)
        studio = _studio(browser, given.url, given.key)
        (PICTURES / "page-studio.png").write_bytes(studio)
        phones = [taken(browser, given.url, path, scheme, PHONE) for path, scheme in PHONES]
        (PICTURES / "page-phones.png").write_bytes(beside(browser, phones))
        browser.close()


if __name__ == "__main__":
    main()
