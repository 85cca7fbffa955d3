// A sentence below, for a while, with a way back.

let timer = 0;

export function toast(text, undo) {
  const place = document.getElementById("notice");
  const made = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  made.querySelector("p").textContent = text;
  const button = made.querySelector("button");
  if (undo) {
    button.addEventListener("click", () => {
      made.remove();
      undo();
    });
  } else button.remove();
  place.replaceChildren(made);
  clearTimeout(timer);
  timer = setTimeout(() => made.remove(), 9000);
}

const first = document.querySelector("#notice .notice");
if (first) timer = setTimeout(() => first.remove(), 9000);
