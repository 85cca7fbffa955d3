// What viewers do on a page of yours, told to matinee: kept until it is there, there only once.
// By itself: it imports nothing. docs/guide/javascript.md says how to use it.

const MOST = 1_000; // events that wait in this browser; of more the oldest go
const EACH = 100; // events of one request
const SOON_MS = 2_000; // until what could not be sent is tried again; twice as long each time
const LATER_MS = 60_000;

const uuid = () =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16),
  );

/** Events of one viewer, on their way to one service. */
export class Events {
  #url;
  #user;
  #token;
  #renew;
  #key;
  #memory = []; // where the browser keeps nothing for us
  #sending = null;
  #pause = SOON_MS;
  #timer = 0;

  /**
   * service: its address, "https://films.example"; user: the viewer's id; token: one of POST
   * /v1/tokens for that viewer; renew: an async function that gives another, asked when the
   * service takes this one no more.
   */
  constructor({ service, user, token = "", renew = null }) {
    if (!service || !user) throw new TypeError("Events: expected a service and a user");
    if (!token && !renew) throw new TypeError("Events: expected a token, or renew to get one");
    this.#url = `${service.replace(/\/$/, "")}/v1/events`;
    this.#user = user;
    this.#token = token;
    this.#renew = renew;
    this.#key = `matinee.events.${user}`;
    addEventListener("online", () => this.send());
    addEventListener("pagehide", () => this.leave());
    this.send();
  }

  /** How many events wait. */
  get waiting() {
    return this.#read().length;
  }

  /** Keep an event, then try to send all that waits: "sent", "waiting" or "refused". */
  tell(kind, item_id, more = {}) {
    this.keep(kind, item_id, more);
    return this.send();
  }

  /** Keep an event, to be sent with the next. */
  keep(kind, item_id, more = {}) {
    const timestamp = Math.floor(Date.now() / 1000);
    const made = { event_id: uuid(), user_id: this.#user, kind, item_id, timestamp, ...more };
    this.#write([...this.#read(), made]);
    return made.event_id;
  }

  /** One attempt at a time. */
  send() {
    this.#sending ??= this.#attempt().then((found) => {
      this.#sending = null;
      clearTimeout(this.#timer);
      const { state, wait = 0 } = found;
      if (state === "waiting") {
        this.#timer = setTimeout(() => this.send(), Math.max(this.#pause, wait));
        this.#pause = Math.min(2 * this.#pause, LATER_MS);
      } else this.#pause = SOON_MS;
      return state;
    });
    return this.#sending;
  }

  /** As the page goes: hand what waits to the browser, which sends it when the page is gone. */
  leave() {
    const events = this.#read().slice(0, EACH);
    // sendBeacon, with the header that says who we are. It stays kept until an answer comes.
    if (events.length && this.#token) this.#post(events).catch(() => {});
  }

  async #attempt() {
    let renewed = false;
    for (;;) {
      const events = this.#read().slice(0, EACH);
      if (!events.length) return { state: "sent" };
      try {
        if (!this.#token) this.#token = await this.#renew();
        const answer = await this.#post(events);
        if (answer.status === 401 && this.#renew && !renewed) {
          renewed = true;
          this.#token = "";
          continue;
        }
        if (answer.status === 429 || answer.status >= 500 || answer.status === 401) {
          return { state: "waiting", wait: 1000 * (Number(answer.headers.get("Retry-After")) || 0) };
        }
        const done = new Set(events.map((each) => each.event_id));
        this.#write(this.#read().filter((each) => !done.has(each.event_id)));
        if (!answer.ok || (await answer.json()).refused) return { state: "refused" };
      } catch {
        return { state: "waiting" };
      }
    }
  }

  #post(events) {
    return fetch(this.#url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.#token}` },
      body: JSON.stringify({ events }),
      keepalive: true,
      credentials: "omit",
    });
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return this.#memory;
    }
  }

  #write(events) {
    this.#memory = events.slice(-MOST);
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#memory));
    } catch {
      // A browser without storage: what waits is lost with the page.
    }
  }
}

/**
 * Tell what is done with a <video> that shows a film: play, pause, resume, complete, and stop as
 * the viewer leaves. `place` is {page_id, row, slot} of where the film was found. Returns
 * {skip(), stop()}, each of which ends it.
 */
export function watch(video, events, item_id, place = {}) {
  let state = "fresh"; // fresh, running, paused, over
  const ending = new AbortController();
  const { signal } = ending;
  const told = () => ({ ...place, position_s: Math.round(video.currentTime) });
  const end = (kind) => {
    if (state === "running" || state === "paused") events.keep(kind, item_id, told());
    state = "over";
    ending.abort();
    events.leave();
  };
  video.addEventListener(
    "play",
    () => {
      if (state === "running") return;
      events.tell(state === "paused" ? "resume" : "play", item_id, told());
      state = "running";
    },
    { signal },
  );
  video.addEventListener(
    "pause",
    () => {
      if (state !== "running" || video.ended) return;
      state = "paused";
      events.tell("pause", item_id, told());
    },
    { signal },
  );
  video.addEventListener(
    "ended",
    () => {
      if (state !== "over") events.tell("complete", item_id, told());
      state = "fresh";
    },
    { signal },
  );
  addEventListener("pagehide", () => end("stop"), { signal });
  return { skip: () => end("skip"), stop: () => end("stop") };
}
