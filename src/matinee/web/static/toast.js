// A sentence below, for a while, with a way back.

let timer = 0;

/** `button`: its word, and what it does. */
export function toast(text, button) {
  const place = document.getElementById("notice");
  const made = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  made.querySelector("p").textContent = text;
  const way = made.querySelector("button");
  way.textContent = button.word;
  way.addEventListener("click", () => {
    made.remove();
    button.act();
  });
  place.replaceChildren(made);
  clearTimeout(timer);
  timer = setTimeout(() => made.remove(), 9000);
}

const first = document.querySelector("#notice .notice");
if (first) timer = setTimeout(() => first.remove(), 9000);
