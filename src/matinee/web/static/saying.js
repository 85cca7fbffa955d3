// Forms about films: sent without leaving the page, kept while there is no connection.
import { event, tell } from "./queue.js";
import { toast } from "./toast.js";

const SAID = {
  rate: "Your rating is kept. It counts from now on.",
  like: "Noted: you like it.",
  not_interested: "Gone. It will not be shown again.",
  seen_elsewhere: "Noted: you have seen it.",
  add_to_list: "It is on your list.",
  remove_from_list: "It is off your list.",
};

function said(kind, film, place, value) {
  const one = event(kind, film, { ...place, ...(value === undefined ? {} : { value }) });
  tell(one).then((state) => {
    if (state === "refused") {
      toast("That could not be kept. Load the page again, and do it once more.", {
        word: "Load again",
        act: () => location.reload(),
      });
      return;
    }
    const later = state === "sent" ? "" : " It waits in this browser until it can be sent.";
    toast(SAID[kind] + later, undone(one));
  });
}

function undone(one) {
  return {
    word: "Undo",
    act: () => {
      tell(event("retract", null, { retracts: one.event_id })).then(() => location.reload());
    },
  };
}

function placed(form) {
  const data = new FormData(form);
  if (!data.get("page")) return {};
  return { page_id: data.get("page"), row: Number(data.get("row")), slot: Number(data.get("slot")) };
}

const itemOf = (form) => decodeURIComponent(form.action.split("/films/")[1].replace(/\/say$/, ""));

function submitted(pressed) {
  const form = pressed.target;
  const kind = form.dataset.say;
  if (!kind) return;
  pressed.preventDefault();
  const button = pressed.submitter;
  const value = kind === "rate" ? Number(button.value) : undefined;
  said(kind, itemOf(form), placed(form), value);
  if (kind === "rate") {
    for (const each of form.querySelectorAll("button")) {
      each.classList.toggle("on", Number(each.value) <= value);
      each.toggleAttribute("aria-pressed", Number(each.value) === value);
    }
    form.querySelector("legend").textContent = `You gave it ${value}`;
  } else if (kind.endsWith("_list")) {
    const listed = kind === "add_to_list";
    form.dataset.say = listed ? "remove_from_list" : "add_to_list";
    form.elements.kind.value = form.dataset.say;
    button.classList.toggle("kept", listed);
    button.querySelector("span").textContent = listed ? "On your list" : "My list";
    const path = listed ? "M5 12.5 10 17.5 19.5 7" : "M12 5v14M5 12h14";
    button.querySelector("path").setAttribute("d", path);
  } else button.classList.add("kept");
}

const QUICK = [
  ["add_to_list", "To my list", "M12 5v14M5 12h14"],
  ["not_interested", "Not interested", "M6 6l12 12M18 6 6 18"],
];

function quick(card, page) {
  const box = document.createElement("div");
  box.className = "quick";
  const title = card.querySelector(".name").firstChild.textContent.trim();
  const place = page
    ? { page_id: page, row: Number(card.dataset.row), slot: Number(card.dataset.slot) }
    : {};
  for (const [kind, word, path] of QUICK) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = word;
    button.setAttribute("aria-label", `${word}: ${title}`);
    button.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
    button.addEventListener("click", () => {
      said(kind, card.dataset.film, place);
      if (kind === "not_interested") gone(card.dataset.film);
      else button.disabled = true;
    });
    box.append(button);
  }
  card.append(box);
}

function gone(film) {
  for (const card of document.querySelectorAll(`.card[data-film="${CSS.escape(film)}"]`)) {
    card.classList.add("leaving");
    setTimeout(() => card.remove(), 260);
  }
}

export function saying(root) {
  root.addEventListener("submit", submitted);
  const page = root.querySelector(".rows")?.dataset.page;
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      for (const card of target.querySelectorAll(".card[data-film]")) quick(card, page);
    }
  });
  for (const reel of root.querySelectorAll(".reel")) near.observe(reel);
}
