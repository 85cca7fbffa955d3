// Taking a film out of the taste: what that changes is said at once.

function titles(list, most = 3) {
  const more = list.length > most ? ` and ${list.length - most} more` : "";
  return list.slice(0, most).join(", ") + more;
}

function tell(place, told, title) {
  place.replaceChildren();
  const name = document.createElement("strong");
  name.textContent = title;
  place.append(name, told.taken_out ? " is out. " : " counts again. ");
  const { gone, come } = told;
  if (!gone.length && !come.length) place.append("Your first twenty films stay as they were.");
  if (gone.length) place.append(`Gone from your first twenty: ${titles(gone)}. `);
  if (come.length) place.append(`New there: ${titles(come)}.`);
}

async function submitted(event) {
  const form = event.target;
  if (!form.matches("[data-taste]")) return;
  event.preventDefault();
  const line = form.closest("li");
  const button = form.querySelector("button");
  const data = new FormData(form);
  data.set("token", document.body.dataset.token);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: data,
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    const title = line.querySelector("strong").textContent;
    const word = told.taken_out ? "Put back" : "Take out";
    line.classList.toggle("out", told.taken_out);
    form.elements.kind.value = told.taken_out ? "put_back" : "take_out";
    button.textContent = word;
    button.setAttribute("aria-label", `${word}: ${title}`);
    tell(document.querySelector(".effect"), told, title);
  } catch {
    form.submit(); // the long way round, which says what is wrong
  } finally {
    button.disabled = false;
  }
}

export function taste(root) {
  if (root.querySelector(".taste")) root.addEventListener("submit", submitted);
}
