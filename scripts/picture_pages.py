"""Takes the README's pictures of the pages: `matinee demo` running, then this with its address.

Each page light and dark, as WebP that Chromium itself compresses: docs/pictures/page-*.webp.
"""

import argparse
import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 940}, {"width": 390, "height": 844}
PAGES = {"home": "/", "film": "", "taste": "/taste", "studio": "/studio/models"}
CHOSEN = ".reel .card:nth-child(6) a"  # the film of the pictures, on the first page
BEHIND = {"light": "#d9cfbe", "dark": "#2a2622"}
QUALITY = 0.86
_COMPRESS = """async ([picture, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


def taken(browser: Any, given: argparse.Namespace, **more: Any) -> list[Any]:
    """Pages as one of the simulated viewers sees them, and the studio for who has the key: PNG."""
    context = browser.new_context(**more)
    page = context.new_page()
    page.goto(given.url, wait_until="networkidle")
    film = page.locator(CHOSEN).first.get_attribute("href")
    page.goto(f"{given.url}/studio", wait_until="networkidle")
    page.get_by_label("Admin key").fill(given.key)
    page.get_by_role("button", name="Enter").click()
    page.wait_for_load_state("networkidle")
    found = []
    for path in PAGES.values():
        page.goto(given.url + (path or film), wait_until="networkidle")
        page.wait_for_timeout(1_000)  # charts are drawn by scripts
        found.append(page.screenshot())
    context.close()
    return found


def beside(browser: Any, pictures: list[bytes], colour: str) -> bytes:
    """Pictures of phones in one row."""
    images = "".join(
        f"<img src='data:image/png;base64,{base64.b64encode(picture).decode()}'>"
        for picture in pictures
    )
    page = browser.new_page(viewport={"width": 1280, "height": 690})
    page.set_content(
        f"<style>body{{margin:0;display:flex;gap:20px;background:{colour};padding:20px}}"
        f"img{{width:295px;border-radius:18px}}</style>{images}"
    )
    made = bytes(page.screenshot())
    page.close()
    return made


def write(browser: Any, name: str, picture: bytes) -> None:
    """Keep a picture as WebP."""
    page = browser.new_page()
    made = page.evaluate(_COMPRESS, [base64.b64encode(picture).decode(), QUALITY])
    page.close()
    (PICTURES / f"page-{name}.webp").write_bytes(base64.b64decode(made))


def main() -> None:
    """Write docs/pictures/page-*.webp."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="an admin key, for the studio")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=given.chromium, args=["--no-sandbox", "--force-color-profile=srgb"]
        )
        for scheme, colour in BEHIND.items():
            wide = taken(browser, given, viewport=DESKTOP, color_scheme=scheme)
            for name, picture in zip(PAGES, wide, strict=True):
                write(browser, f"{name}-{scheme}", picture)
            touch = {"has_touch": True, "is_mobile": True}
            phones = taken(browser, given, viewport=PHONE, color_scheme=scheme, **touch)
            write(browser, f"phones-{scheme}", beside(browser, phones, colour))
        browser.close()


if __name__ == "__main__":
    main()
