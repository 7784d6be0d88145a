// One stream of numbered events for the whole page: WebSocket, else server-sent events, else long-poll, chosen in
// silence and remembered. Parts of the page marked `data-live-topic` fetch themselves again when something happens.

export type LiveEvent = {
  topic: string;
  epoch: number;
  seq: number;
  kind: string;
  facts: Record<string, unknown>;
  html?: string;
  client_id?: string;
};
/** `reset`: what happened is no longer in the log, load everything again. `whisper`: what only the moment is
 *  interested in, such as who is typing; it may be lost. */
export type Ear = { event: (event: LiveEvent) => void; reset?: () => void; whisper?: (whisper: Whisper) => void };
export type Whisper = { topic: string; kind: string; facts: Record<string, unknown> };
export type Live = {
  /** Hear the events of `topic` after number `seq`, each once, in order. Returns a function that stops. */
  watch(topic: string, seq: number, ear: Ear): () => void;
  /** Have a screen reader say `words` when it has nothing more urgent to say. */
  announce(words: string): void;
  /** The server's clock, in milliseconds since the epoch; null before the server has said it. */
  serverNow(): number | null;
  /** Called each time the stream is back after a cut. */
  onBack(act: () => void): void;
  /** Put `html` in place of the region's content, keeping what is typed, unfolded and focused. */
  swap(region: HTMLElement, html: string): void;
};
declare global {
  interface Window {
    live: Live;
    htmx?: { process(element: Element): void };
  }
}

type Topic = { epoch: number; seq: number; ears: Map<Ear, number>; held: Map<number, LiveEvent>; busy: boolean; known: boolean };
type Heads = Record<string, [number, number]>;
type Frame =
  | { t: "welcome" | "hb"; server_ms: number; heads: Heads }
  | ({ t: "ev" } & LiveEvent)
  | ({ t: "whisper" } & Whisper)
  | { t: "revoke"; topic: string }
  | { t: "bye"; retry_ms: number };

const says = document.documentElement.lang === "en"
  ? { cut: "Offline: what you write is kept.", gone: "Your session has ended.", again: "Sign in again" }
  : { cut: "Hors ligne : ce que vous écrivez est gardé.", gone: "Votre session a pris fin.", again: "Se reconnecter" };

const SILENCE = 35_000;
const HELLO = 8_000;
const PATIENCE = 2_500; // without a word, before asking whether the server is there
const SAID = new Set([1008, 1009, 1012, 4401, 4403, 4408, 4429]); // what only our server says: the way is open
const topics = new Map<string, Topic>();
const backs: (() => void)[] = [];

// --- ways in -----------------------------------------------------------------------------------------------

const asked = () => [...topics].map(([name, { epoch, seq }]) => `${name}@${epoch}.${seq}`).join(",");
const inside = (text: string) => hear(JSON.parse(text) as Frame);

const ways: Record<string, () => () => void> = {
  ws() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live/ws/`);
    socket.onopen = () => {
      const wanted = Object.fromEntries([...topics].map(([name, { epoch, seq }]) => [name, [epoch, seq]]));
      socket.send(JSON.stringify({ t: "watch", proto: 1, topics: wanted }));
    };
    socket.onmessage = (message) => inside(message.data as string);
    socket.onclose = (event) => lost(event.code);
    return () => {
      socket.onclose = socket.onmessage = null;
      socket.close();
    };
  },
  sse() {
    const source = new EventSource(`/live/sse/?topics=${encodeURIComponent(asked())}`);
    source.onmessage = (message) => inside(message.data as string);
    source.onerror = () => lost(0);
    return () => source.close();
  },
  poll() {
    const stop = new AbortController();
    void (async () => {
      try {
        for (let now = "&now=1"; !stop.signal.aborted; now = "") {
          const answer = await fetch(`/live/poll/?topics=${encodeURIComponent(asked())}${now}`, { signal: stop.signal });
          if (!answer.ok) return lost(answer.status === 401 ? 4401 : 0);
          for (const frame of ((await answer.json()) as { frames: Frame[] }).frames) if (!stop.signal.aborted) hear(frame);
          await pause(150); // lets a catch-up move the numbers on, and is kind to the server in any case
        }
      } catch {
        if (!stop.signal.aborted) lost(0);
      }
    })();
    return () => stop.abort();
  },
};
const order = Object.keys(ways);
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const today = () => new Date().toDateString();
let way = remembered();
let close: (() => void) | null = null;
let retry = 0; // timer of the next attempt
let attempts = 0;
let misses = 0; // attempts of this way in that got no word although the server answers
let welcomed = false;
let everWelcomed = false;
let heardAt = 0;
let wait: number | null = null; // asked for by the server
let offset: number | null = null;
let ended = false;

/** The way in that worked last, today: tomorrow's network may let more through. */
function remembered(): number {
  try {
    const [name, day] = (localStorage.getItem("live-way") ?? "").split("@");
    return day === today() ? Math.max(0, order.indexOf(name!)) : 0;
  } catch {
    return 0;
  }
}

function open(): void {
  clearTimeout(retry);
  retry = 0;
  close?.();
  close = null;
  if (ended || !topics.size) return;
  welcomed = false;
  heardAt = performance.now();
  try {
    const closing = (close = ways[order[way]!]!());
    setTimeout(() => close === closing && !welcomed && void doubt(2), PATIENCE);
  } catch {
    lost(0); // something forbids even trying this way in
  }
}

function lost(code: number): void {
  close?.();
  close = null;
  const wasWelcome = welcomed;
  const turnedAway = !welcomed && !SAID.has(code);
  welcomed = false;
  if (code === 4401 && !wasWelcome) return end(); // else once more: a new password renews the session of this browser
  if (!topics.size || retry) return;
  // Seldom in a long outage; often enough in its first minute that all are back within five seconds of its end.
  const most = attempts < 20 ? 3_000 : 30_000;
  const longest = code === 4429 || !navigator.onLine ? 60_000 : Math.min(most, 500 * 2 ** attempts++);
  retry = window.setTimeout(open, wait ?? Math.random() * longest);
  wait = null;
  if (turnedAway) void doubt(1);
  setTimeout(() => !welcomed && void doubt(0), 2000);
}

/** Does the server answer at all? If so what stands between us blocks this way in, and the next one is tried in
 *  silence; if not, the person is told. `weight`: how much the doubt counts, two are enough. */
async function doubt(weight: number): Promise<void> {
  const tried = way;
  const there = await answers();
  if (welcomed || ended || tried !== way || !topics.size) return;
  if (!there) {
    if (weight !== 1) notice(says.cut); // a first failure may be a server that starts again
  } else if ((misses += weight) >= 2) {
    misses = attempts = 0;
    way = (way + 1) % order.length;
    open();
  }
}

/** The shortest question that passes wherever pages do. */
async function answers(): Promise<boolean> {
  if (!navigator.onLine) return false;
  const signal = AbortSignal.timeout?.(5000) ?? null;
  const answer = await fetch(`/live/poll/?topics=${encodeURIComponent(asked())}&now=1`, { signal }).catch(() => null);
  if (answer?.status === 401) end();
  return answer?.ok ?? false;
}

function end(): void {
  ended = true;
  notice(says.gone);
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = says.again;
  document.querySelector("[data-live-offline]")?.append(" ", link);
}

function notice(words: string): void {
  let place = document.querySelector<HTMLElement>("[data-live-offline]");
  if (!place && !words) return;
  if (!place) {
    place = document.createElement("p");
    place.className = "offline";
    place.dataset.liveOffline = "";
    place.setAttribute("role", "status");
    document.getElementById("content")?.append(place);
  }
  place.textContent = words;
  place.hidden = !words;
}

// --- events ------------------------------------------------------------------------------------------------

function hear(frame: Frame): void {
  heardAt = performance.now();
  if ("server_ms" in frame) {
    const sample = frame.server_ms - performance.now();
    offset = offset === null ? sample : Math.max(offset, sample); // the quickest frame is the truest
    if (frame.t === "welcome") greet();
    for (const [name, [epoch, seq]] of Object.entries(frame.heads)) settle(name, epoch, seq);
  } else if (frame.t === "ev") {
    take(frame);
  } else if (frame.t === "whisper") {
    for (const ear of topics.get(frame.topic)?.ears.keys() ?? []) ear.whisper?.(frame);
  } else if (frame.t === "revoke") {
    const known = topics.get(frame.topic)?.known;
    topics.delete(frame.topic);
    if (known) location.reload(); // the page says why better than we do
  } else if (frame.t === "bye") {
    wait = frame.retry_ms;
  }
}

function greet(): void {
  const back = !welcomed && everWelcomed;
  welcomed = everWelcomed = true;
  attempts = misses = 0;
  notice("");
  try {
    localStorage.setItem("live-way", `${order[way]}@${today()}`);
  } catch {
    // private browsing: found again at the next page
  }
  if (back) for (const act of backs) act();
}

function settle(name: string, epoch: number, head: number): void {
  const topic = topics.get(name);
  if (!topic) return;
  topic.known = true;
  // Numbers go back with a restore, which raises the epoch; in the same epoch a lower head was only said earlier.
  if (topic.epoch ? topic.epoch !== epoch : head < topic.seq) return reset(topic, epoch, head);
  topic.epoch = epoch;
  if (head > topic.seq) void catchUp(name, topic);
}

function reset(topic: Topic, epoch: number, seq: number): void {
  Object.assign(topic, { epoch, seq });
  topic.held.clear();
  for (const ear of topic.ears.keys()) (ear.reset ?? (() => location.reload()))();
}

function take(event: LiveEvent): void {
  const topic = topics.get(event.topic);
  if (!topic) return;
  if (topic.epoch && event.epoch !== topic.epoch) return reset(topic, event.epoch, event.seq);
  topic.epoch = event.epoch;
  if (event.seq <= topic.seq) return;
  topic.held.set(event.seq, event);
  for (let next; (next = topic.held.get(topic.seq + 1)); ) {
    topic.held.delete(++topic.seq);
    for (const [ear, last] of topic.ears) {
      if (topic.seq <= last) continue;
      topic.ears.set(ear, topic.seq);
      ear.event(next);
    }
  }
  if (topic.held.size) setTimeout(() => topic.held.size && void catchUp(event.topic, topic), 500);
}

async function catchUp(name: string, topic: Topic): Promise<void> {
  if (topic.busy) return;
  topic.busy = true;
  try {
    for (let more = true; more && topics.get(name) === topic; ) {
      const query = new URLSearchParams({ topic: name, epoch: `${topic.epoch}`, after: `${topic.seq}` });
      const answer = await fetch(`/live/events/?${query}`);
      if (answer.status === 401) return lost(4401);
      if (answer.status === 404) return void topics.delete(name);
      const said = (await answer.json()) as { epoch: number; head: number; events: LiveEvent[] };
      if (answer.status === 410) return reset(topic, said.epoch, said.head);
      if (!answer.ok) throw new Error(answer.statusText);
      said.events.forEach(take);
      more = said.events.length > 0 && said.head > topic.seq;
    }
  } catch {
    setTimeout(() => topics.get(name) === topic && void catchUp(name, topic), 2000 + Math.random() * 2000);
  } finally {
    topic.busy = false;
  }
}

// --- what other modules use --------------------------------------------------------------------------------

let opening = false;

function watch(name: string, seq: number, ear: Ear): () => void {
  let topic = topics.get(name);
  if (!topic) {
    topic = { epoch: 0, seq, ears: new Map(), held: new Map(), busy: false, known: false };
    topics.set(name, topic);
    if (!opening) {
      opening = true;
      setTimeout(() => {
        opening = false;
        open();
      });
    }
  }
  topic.ears.set(ear, seq);
  topic.seq = Math.min(topic.seq, seq);
  if (topic.known) void catchUp(name, topic);
  return () => {
    topic.ears.delete(ear);
    if (!topic.ears.size && topics.get(name) === topic) topics.delete(name);
    if (!topics.size) open();
  };
}

let voice: HTMLElement | null = null;

function announce(words: string): void {
  if (!voice) {
    voice = document.createElement("p");
    voice.className = "sr-only";
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  const place = voice;
  place.textContent = "";
  setTimeout(() => (place.textContent = words), 100);
}

const live: Live = {
  watch,
  announce,
  serverNow: () => (offset === null ? null : performance.now() + offset),
  onBack: (act) => void backs.push(act),
  swap,
};
window.live = live;

// --- regions that fetch themselves again -------------------------------------------------------------------

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const seen = new WeakSet<Element>();

const mark = (element: Element) =>
  element.id || ["name", "value", "href", "type"].map((name) => element.getAttribute(name)).join("|") + place(element);
const place = (element: Element) => element.closest("form")?.getAttribute("action") ?? "";
const isChoice = (field: Field): field is HTMLInputElement => field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type);
const fields = (region: Element) =>
  [...region.querySelectorAll<Field>("input:not([type=hidden], [type=file]), textarea, select")];
const touched = (field: Field) =>
  isChoice(field)
    ? field.checked !== field.defaultChecked
    : field instanceof HTMLSelectElement
      ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.value !== field.defaultValue;

function swap(region: HTMLElement, html: string): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = (region.id && page.getElementById(region.id)) || page.querySelector("[data-live-topic]") || page.body;
  const before = region.querySelector("[data-announce]")?.textContent?.trim();
  const typed = new Map(fields(region).filter(touched).map((field) => [mark(field), field]));
  const unfolded = [...region.querySelectorAll("details[open][id]")].map((part) => part.id);
  const focused = region.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const caret = focused && "selectionStart" in focused ? (focused as HTMLTextAreaElement) : null;
  const [from, to] = [caret?.selectionStart, caret?.selectionEnd];

  region.replaceChildren(...fresh.childNodes);

  for (const field of fields(region)) {
    const old = typed.get(mark(field));
    if (!old) continue;
    if (isChoice(field)) field.checked = (old as HTMLInputElement).checked;
    else field.value = old.value;
  }
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  if (focused) {
    const again = [...region.querySelectorAll<HTMLElement>(focused.tagName)].find((one) => mark(one) === mark(focused));
    again?.focus({ preventScroll: true });
    if (again && from != null) (again as HTMLTextAreaElement).setSelectionRange(from, to ?? from);
  }
  window.htmx?.process(region);
  region.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
  const after = region.querySelector("[data-announce]")?.textContent?.trim();
  if (after && after !== before) announce(after);
}

function listen(region: HTMLElement): void {
  const { liveTopic: topic, liveSeq: seq, liveRefresh: url } = region.dataset;
  if (!topic || !url || seen.has(region)) return;
  seen.add(region);
  let [busy, again] = [false, false];

  const refresh = async () => {
    again = true;
    if (busy) return;
    busy = true;
    while (again && region.isConnected) {
      await pause(20 + Math.random() * 130); // not all pages at once; and one answer for a burst
      again = false;
      try {
        const answer = await fetch(url, { headers: { "X-Live": "1" } });
        if (answer.redirected || [401, 403, 404].includes(answer.status)) return location.reload();
        if (!answer.ok) throw new Error(answer.statusText);
        const html = await answer.text();
        if (region.isConnected) swap(region, html);
      } catch {
        again = true;
        await pause(2000 + Math.random() * 3000);
      }
    }
    busy = false;
    if (!region.isConnected) stop();
  };
  const stop = watch(topic, Number(seq) || 0, { event: refresh, reset: refresh });
}

const scan = () => document.querySelectorAll<HTMLElement>("[data-live-topic]").forEach(listen);
for (const name of ["htmx:afterSwap", "htmx:after:swap", "live:swapped"]) document.addEventListener(name, scan);
document.addEventListener("DOMContentLoaded", scan);

addEventListener("online", () => !welcomed && open());
addEventListener("offline", () => lost(0));
addEventListener("pagehide", () => close?.());
addEventListener("pageshow", (event) => event.persisted && open());
let ticked = performance.now();
setInterval(() => {
  const now = performance.now();
  const slept = now - ticked > 20_000;
  ticked = now;
  if (!close || now - heardAt < (welcomed ? SILENCE : HELLO)) return;
  const held = welcomed && order[way] === "sse" && !slept; // something between us keeps the heartbeats for itself
  lost(0);
  if (held) void doubt(2);
}, 5000);
