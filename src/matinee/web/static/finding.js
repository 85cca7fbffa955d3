// Search as you type: a list below the box, with the keyboard too.

const WAIT_MS = 120;

function option(film, number) {
  const line = document.createElement("li");
  line.id = `found-${number}`;
  line.role = "option";
  const image = new Image(26, 39);
  image.src = film.poster;
  image.alt = "";
  const title = document.createElement("strong");
  title.textContent = film.title;
  const facts = document.createElement("small");
  facts.textContent = film.line;
  line.append(image, title, facts);
  line.dataset.href = film.href;
  return line;
}

export function finding(root) {
  const box = root.querySelector(".search input");
  if (!box) return;
  const list = document.createElement("ul");
  list.className = "found";
  list.id = "found";
  list.role = "listbox";
  list.setAttribute("aria-label", "Films found");
  list.hidden = true;
  box.after(list);
  box.role = "combobox";
  box.setAttribute("aria-controls", "found");
  box.setAttribute("aria-autocomplete", "list");
  let timer = 0;
  let asked = 0;
  let chosen = -1;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    chosen = number;
    [...list.children].forEach((line, k) => line.setAttribute("aria-selected", k === number));
    if (number >= 0) box.setAttribute("aria-activedescendant", list.children[number].id);
    else box.removeAttribute("aria-activedescendant");
  };
  const look = async () => {
    const text = box.value.trim();
    const mine = ++asked;
    if (!text) return close();
    try {
      const answer = await fetch(`/search?q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" },
      });
      if (!answer.ok || mine !== asked) return;
      const films = await answer.json();
      if (mine !== asked) return;
      list.replaceChildren(...films.map(option));
      list.hidden = !films.length;
      box.setAttribute("aria-expanded", String(films.length > 0));
      choose(-1);
    } catch {
      close(); // no connection: the form still goes to the page of results
    }
  };
  close();
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  box.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape") close();
    else if (list.hidden || !count) return;
    else if (event.key === "ArrowDown") choose((chosen + 1) % count);
    else if (event.key === "ArrowUp") choose((chosen + count) % count - 1 < 0 ? count - 1 : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.href = list.children[chosen].dataset.href;
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => {
    const line = event.target.closest("li");
    if (line) location.href = line.dataset.href;
  });
  box.addEventListener("blur", () => setTimeout(close, 150));
}
