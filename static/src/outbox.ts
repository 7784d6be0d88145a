// What one has sent and the server does not have yet: kept on the device, under the id it will always have, until the
// server has it. Whichever page is open sends it, in the order it was written; the server keeps one message an id.
//
// A key of the device's storage for each letter: written before anything else happens, so that closing the tab at once
// loses nothing, and known to the other tabs. Another person on the same device has other keys.

export type Letter = {
  id: string;
  at: number;
  /** The list it stands in: a channel's topic, or that and a thread. */
  place: string;
  /** Where it was written: its words go back there when they are refused. */
  page: string;
  action: string;
  fields: [string, string][];
  refused?: string;
};
type Said = { html?: string; error?: string } & Record<string, unknown>;
export type Ear = {
  sent?(letter: Letter, said: Said): void;
  refused?(letter: Letter): void;
  /** Not this time: `words` when the server, or the end of the session, says why; `times` in a row. */
  kept?(letter: Letter, words: string, times: number): void;
};
export type Outbox = {
  put(letter: Omit<Letter, "at">): void;
  /** What waits to be sent from `place`, oldest first. */
  waiting(place?: string): Letter[];
  /** The letters of `place` that were refused, which are no longer here. */
  takeRefused(place: string): Letter[];
  drop(id: string): void;
  send(): void;
  listen(ear: Ear): void;
};
declare global {
  interface Window {
    outbox: Outbox;
  }
}

const root = document.documentElement;
const says = root.lang === "en"
  ? {
      one: "1 message not sent",
      many: (n: number) => `${n} messages not sent`,
      refused: "A message could not be sent. Its words are kept.",
      take: "Take it up again",
      retry: "Try again",
      gone: "Your session has ended: sign in again, and what you wrote will be sent.",
      closed: "This message could not be sent here.",
    }
  : {
      one: "1 message non envoyé",
      many: (n: number) => `${n} messages non envoyés`,
      refused: "Un message n’a pas pu partir. Ses mots sont gardés.",
      take: "Le reprendre",
      retry: "Réessayer",
      gone: "Votre session a pris fin : reconnectez-vous, et ce que vous avez écrit partira.",
      closed: "Ce message n’a pas pu partir ici.",
    };

const person = root.dataset.person ?? "";
const prefix = `outbox:${person}:`;
const memory = new Map<string, string>(); // where storage is refused: as long as the page is open
const ears: Ear[] = [];
let timer = 0;
let busy = false;
let asked = false; // something was put while we were busy
let failures = 0;
let stuck = false; // only a person can do something about it

// --- what is kept ------------------------------------------------------------------------------------------

function write(letter: Letter): void {
  const [key, text] = [prefix + letter.id, JSON.stringify(letter)];
  try {
    localStorage.setItem(key, text);
  } catch {
    memory.set(key, text);
  }
}

function all(): Letter[] {
  const texts = [...memory.values()];
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) texts.push(localStorage.getItem(key)!);
  } catch {
    // nothing is kept on this device
  }
  return person ? texts.map((text) => JSON.parse(text) as Letter).sort((a, b) => a.at - b.at) : [];
}

function drop(id: string): void {
  memory.delete(prefix + id);
  try {
    localStorage.removeItem(prefix + id);
  } catch {
    // it was not there
  }
}

const waiting = (place?: string) => all().filter((one) => !one.refused && (!place || one.place === place));

// --- sending -----------------------------------------------------------------------------------------------

const later = (ms: number) => {
  clearTimeout(timer);
  timer = window.setTimeout(() => void send(), ms);
};

/** One tab at a time where the browser can tell; elsewhere the id makes sending twice harmless. */
const alone = (work: () => Promise<void>) =>
  navigator.locks ? navigator.locks.request(prefix, work) : work();

async function send(): Promise<void> {
  clearTimeout(timer);
  asked = busy;
  if (busy || !waiting().length) return show();
  busy = true;
  stuck = false;
  await alone(async () => {
    for (let letter; (letter = waiting()[0]) && (await carry(letter)); );
  }).catch(() => later(4000));
  busy = false;
  if (asked) return send();
  show();
}

/** True when the next one may follow. */
async function carry(letter: Letter): Promise<boolean> {
  const body = new FormData();
  for (const [name, value] of letter.fields) body.append(name, value);
  body.set("client_id", letter.id);
  body.set("csrfmiddlewaretoken", document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
  const answer = await fetch(letter.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body,
    signal: AbortSignal.timeout?.(10_000) ?? null,
  }).catch(() => null);
  const said = answer && !answer.redirected ? ((await answer.json().catch(() => null)) as Said | null) : null;
  if (answer?.ok && said?.html) {
    failures = 0;
    drop(letter.id);
    for (const ear of ears) ear.sent?.(letter, said);
    return true;
  }
  if (!answer || answer.status >= 500 || answer.status === 408) return keep(letter, "", Math.min(30_000, 4000 * ++failures));
  if (answer.status === 429) return keep(letter, said?.error ?? "", 1000 * (Number(answer.headers.get("Retry-After")) || 10));
  if (answer.redirected || answer.status === 401 || (answer.status === 403 && !said?.error)) {
    stuck = true;
    return keep(letter, says.gone, 0);
  }
  write({ ...letter, refused: said?.error ?? says.closed });
  for (const ear of ears) ear.refused?.(letter);
  return true;
}

function keep(letter: Letter, words: string, ms: number): false {
  if (ms) later(ms);
  for (const ear of ears) ear.kept?.(letter, words, failures);
  return false;
}

function again(): void {
  failures = 0;
  void send();
}

// --- what the page says ------------------------------------------------------------------------------------

/** The line that every page shows while something could not be sent. */
function show(): void {
  const unsent = failures || stuck || !navigator.onLine ? waiting().length : 0;
  const refused = all().find((one) => one.refused);
  let bar = document.querySelector<HTMLElement>("[data-unsent]");
  if (!bar) {
    if (!unsent && !refused) return;
    bar = document.createElement("div");
    bar.className = "unsent";
    bar.dataset.unsent = "";
    bar.setAttribute("role", "status");
    document.getElementById("content")?.append(bar);
  }
  bar.hidden = !unsent && !refused;
  const words = document.createElement("p");
  const act = document.createElement(unsent ? "button" : "a");
  act.className = "btn";
  words.textContent = unsent ? (unsent === 1 ? says.one : says.many(unsent)) : says.refused;
  act.textContent = unsent ? says.retry : says.take;
  if (act instanceof HTMLAnchorElement) act.href = refused?.page ?? "";
  else act.type = "button", act.addEventListener("click", again);
  if (bar.querySelector("p")?.textContent !== words.textContent) bar.replaceChildren(words, act); // said once
}

window.outbox = {
  put(letter) {
    const last = all().pop()?.at ?? 0;
    write({ ...letter, at: Math.max(Date.now(), last + 1) });
    void send();
  },
  waiting,
  takeRefused(place) {
    const refused = all().filter((one) => one.refused && one.place === place);
    for (const letter of refused) drop(letter.id);
    show();
    return refused;
  },
  drop(id) {
    drop(id);
    show();
  },
  send: again,
  listen: (ear) => void ears.push(ear),
};

export function outbox(): void {
  if (!person) return;
  addEventListener("online", again);
  addEventListener("offline", show);
  addEventListener("storage", (event) => event.key?.startsWith(prefix) && show()); // another tab sent it
  window.live.onBack(again);
  setTimeout(again); // once the modules of the page listen
}
