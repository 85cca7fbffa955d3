// What viewers do, on its way to the service: kept until it is there, and there only once.
// Each event has a UUID of its own, so that one that is sent again is the same event.

const KEY = "matinee.queue";
const MOST = 500;
const SOON_MS = 2_000; // until what could not be sent is tried again; twice as long each time
const LATER_MS = 60_000;
const viewer = document.body.dataset.viewer ?? "";

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function write(events) {
  try {
    localStorage.setItem(KEY, JSON.stringify(events.slice(-MOST)));
  } catch {
    // A browser without storage: events of this page are sent, but not kept.
  }
}

export const uuid = () =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16),
  );

export function event(kind, item_id, more = {}) {
  const timestamp = Math.floor(Date.now() / 1000);
  return { event_id: uuid(), kind, item_id, timestamp, ...more };
}

let sending = null;

/** Keep an event, to be sent with the next. */
export function keep(one) {
  write([...read(), { viewer, event: one }]);
}

/** Keep an event, then try to send all that waits; the promise says "sent", "waiting" or "refused". */
export function tell(one) {
  keep(one);
  return send();
}

/** One attempt at a time; what the service answers for is done, accepted or not. */
export function send() {
  sending ??= attempt().then((state) => {
    sending = null;
    again(state);
    return state;
  });
  return sending;
}

let pause = SOON_MS;
let timer = 0;

function again(state) {
  clearTimeout(timer);
  if (state === "waiting") timer = setTimeout(send, pause);
  pause = state === "waiting" ? Math.min(2 * pause, LATER_MS) : SOON_MS;
}

async function attempt() {
  for (;;) {
    const waiting = read().filter((each) => each.viewer === viewer).slice(0, 100);
    if (!waiting.length) return "sent";
    const events = waiting.map((each) => each.event);
    let answer;
    try {
      answer = await fetch("/events", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ token: document.body.dataset.token, events }),
        keepalive: true,
      });
    } catch {
      return "waiting";
    }
    if (answer.status >= 500 || answer.status === 429) return "waiting"; // later, not never
    const done = new Set(events.map((each) => each.event_id));
    write(read().filter((each) => !done.has(each.event.event_id)));
    // As of a page of somebody whom this browser is no more: it counts for nobody.
    if (!answer.ok || (await answer.json()).states.includes("refused")) return "refused";
  }
}

/** As the page goes: hand what waits to the browser. It stays kept until an answer comes. */
export function leave() {
  const events = read().filter((each) => each.viewer === viewer).map((each) => each.event);
  if (!events.length) return;
  const body = JSON.stringify({ token: document.body.dataset.token, events: events.slice(0, 100) });
  navigator.sendBeacon("/events", new Blob([body], { type: "application/json" }));
}

addEventListener("online", send);
addEventListener("pagehide", leave);
send();
