// Asks how far a computation is, says so, and loads the page again when it has ended.
const place = document.querySelector("[data-progress]");

async function ask() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    const state = await answer.json();
    if (!state.working) return location.reload();
    place.querySelector("[data-said]").textContent = state.said;
  } catch {
    // No connection just now: it is asked again.
  }
  setTimeout(ask, 1000);
}

if (place) setTimeout(ask, 600);
