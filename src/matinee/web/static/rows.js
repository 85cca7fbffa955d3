// Rows: buttons that turn a page of cards, and arrow keys from film to film.

const arrow = (path) =>
  `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;

function turner(reel, title) {
  const box = document.createElement("div");
  box.className = "turn";
  const buttons = [
    [-1, "M14.5 5 8 12l6.5 7", "Back"],
    [1, "M9.5 5 16 12l-6.5 7", "On"],
  ].map(([direction, path, word]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML = arrow(path);
    button.setAttribute("aria-label", `${word}: ${title}`);
    button.addEventListener("click", () =>
      reel.scrollBy({ left: direction * reel.clientWidth * 0.8, behavior: "smooth" }),
    );
    box.append(button);
    return button;
  });
  const settle = () => {
    const most = reel.scrollWidth - reel.clientWidth;
    box.hidden = most < 8;
    buttons[0].disabled = reel.scrollLeft < 8;
    buttons[1].disabled = reel.scrollLeft > most - 8;
  };
  reel.addEventListener("scroll", settle, { passive: true });
  new ResizeObserver(settle).observe(reel);
  settle();
  return box;
}

function walk(event) {
  const card = event.target.closest(".card");
  if (!card || !["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  if (event.target.matches("input, button")) return;
  let next;
  if (event.key === "ArrowRight") next = card.nextElementSibling;
  else if (event.key === "ArrowLeft") next = card.previousElementSibling;
  else {
    const reels = [...document.querySelectorAll(".reel")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const reel = reels[reels.indexOf(card.parentElement) + step];
    if (!reel) return;
    const x = card.getBoundingClientRect().left;
    const far = (other) => Math.abs(other.getBoundingClientRect().left - x);
    next = [...reel.children].sort((a, b) => far(a) - far(b))[0];
  }
  const link = next?.querySelector("a");
  if (!link) return;
  event.preventDefault();
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "smooth" });
}

export function rows(root) {
  for (const row of root.querySelectorAll(".row")) {
    const reel = row.querySelector(".reel");
    row.querySelector(".row-head")?.append(turner(reel, row.querySelector("h2").textContent));
  }
  root.addEventListener("keydown", walk);
}
