// The stand-in for a player: it has no film, but what it tells is what a player would tell.
import { event, keep, leave, tell } from "./queue.js";

const SPEED = 60; // seconds of the film in a second
const TICK_MS = 250;
const PLAY = "M7 4.5v15l12-7.5Z";
const PAUSE = "M7 5h3.5v14H7ZM13.5 5H17v14h-3.5Z";

const time = (s) =>
  `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${String(Math.floor(s) % 60).padStart(2, "0")}`;

export function player(root) {
  const stage = root.querySelector(".player");
  if (!stage) return;
  const { film, page } = stage.dataset;
  const length = Number(stage.dataset.seconds);
  const place = page
    ? { page_id: page, row: Number(stage.dataset.row), slot: Number(stage.dataset.slot) }
    : {};
  const line = stage.querySelector(".line");
  const clock = stage.querySelector(".clock");
  const toggle = stage.querySelector(".toggle");
  let position = Number(stage.dataset.begun);
  let state = "fresh"; // fresh, running, paused, over
  let timer = 0;

  const made = (kind) => event(kind, film, { ...place, position_s: Math.round(position) });
  const show = () => {
    line.value = position;
    line.setAttribute("aria-valuetext", `${time(position)} of ${time(length)}`);
    clock.textContent = `${time(position)} / ${time(length)}`;
    const running = state === "running";
    stage.classList.toggle("playing", running);
    toggle.querySelector("span").textContent = running
      ? "Pause"
      : { fresh: position ? "Go on" : "Play", paused: "Go on", over: "Once more" }[state];
    toggle.querySelector("path").setAttribute("d", running ? PAUSE : PLAY);
  };
  const halt = (next) => {
    clearInterval(timer);
    state = next;
    show();
  };
  const run = () => {
    if (state === "over") position = 0;
    tell(made(state === "paused" ? "resume" : "play"));
    state = "running";
    let last = performance.now();
    timer = setInterval(() => {
      const now = performance.now();
      position = Math.min(length, position + ((now - last) / 1000) * SPEED);
      last = now;
      if (position >= length) {
        halt("over");
        tell(made("complete"));
      } else show();
    }, TICK_MS);
    show();
  };
  const end = (kind) => {
    if (state !== "running" && state !== "paused") return;
    halt("over");
    keep(made(kind));
    leave();
  };
  toggle.addEventListener("click", () => {
    if (state === "running") {
      halt("paused");
      tell(made("pause"));
    } else run();
  });
  line.addEventListener("input", () => {
    position = Number(line.value);
    show();
  });
  stage.querySelector(".skip-to")?.addEventListener("click", () => end("skip"));
  stage.querySelector(".stop").addEventListener("click", () => end("stop"));
  addEventListener("pagehide", () => end("stop"));
  stage.querySelector(".controls").hidden = false;
  show();
}
