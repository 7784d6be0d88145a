// A channel: messages arrive by themselves, and what one writes is shown at once, kept until the server has it, and
// sent again under the same id after a cut, so that nothing is lost and nothing is said twice.

import type { LiveEvent } from "./live";

type Waiting = { id: string; body: string };

const root = document.documentElement;
const says = root.lang === "en"
  ? {
      wrote: (name: string) => `${name} wrote`,
      many: (n: number) => `${n} new messages`,
      one: "1 new message",
      waiting: "waiting",
      unsent: "not sent",
      retry: "Try again",
      gone: "Your session has ended: sign in again in another tab, then try again. Your words are kept.",
      refused: "This message could not be sent. Your words are kept.",
      you: "You",
    }
  : {
      wrote: (name: string) => `${name} a écrit`,
      many: (n: number) => `${n} nouveaux messages`,
      one: "1 nouveau message",
      waiting: "en attente",
      unsent: "non envoyé",
      retry: "Réessayer",
      gone: "Votre session a pris fin : reconnectez-vous dans un autre onglet, puis réessayez. Vos mots sont gardés.",
      refused: "Ce message n’a pas pu partir. Vos mots sont gardés.",
      you: "Vous",
    };

const list = document.querySelector<HTMLOListElement>("ol[data-channel]");
const form = document.querySelector<HTMLFormElement>("form#composer");
if (list && form) start(list, form);

function start(list: HTMLOListElement, form: HTMLFormElement): void {
  const topic = list.dataset.channel!;
  const field = form.querySelector("textarea")!;
  const idField = form.querySelector<HTMLInputElement>("input[name=client_id]")!;
  const fresh = document.querySelector<HTMLElement>("[data-fresh]");
  const me = root.dataset.person ?? "";

  // --- messages that arrive --------------------------------------------------------------------------------

  const draw = (html: string) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    return document.importNode(page.querySelector("li")!, true);
  };
  const numberOf = (item: Element) => Number((item as HTMLElement).dataset.seq);

  const dayOf = (item: Element | null) => item?.querySelector("time")?.dateTime.slice(0, 10);

  /** The line that says which day begins, before a message that begins one. */
  function divide(item: HTMLElement): void {
    const before = item.previousElementSibling;
    const day = dayOf(item);
    if (!day || before?.matches(".divider") || dayOf(before) === day) return;
    const line = document.createElement("li");
    line.className = "divider";
    const words = document.createElement("span");
    const [year, month, date] = day.split("-").map(Number);
    words.textContent = new Intl.DateTimeFormat(root.lang, { weekday: "long", day: "numeric", month: "long" })
      .format(new Date(year!, month! - 1, date));
    line.append(words);
    item.before(line);
  }

  /** Put a message where its number says, before what is still waiting to be sent. */
  function place(item: HTMLElement): void {
    const known = document.getElementById(item.id);
    if (known) return known.replaceWith(item);
    const later = [...list.querySelectorAll(":scope > li[data-seq]")].find((one) => numberOf(one) > numberOf(item));
    list.insertBefore(item, later ?? list.querySelector(":scope > .waiting"));
    divide(item);
    const empty = document.querySelector<HTMLElement>("[data-empty]");
    if (empty) empty.hidden = true;
  }

  const nearEnd = () => list.getBoundingClientRect().bottom < innerHeight + 200; // whatever stands below the thread
  const toEnd = () => (form.closest("section") ?? form).scrollIntoView({ block: "end" });
  let unread = 0;

  function tellUnread(count: number): void {
    unread = count;
    if (!fresh) return;
    fresh.hidden = !count;
    fresh.querySelector("button")!.textContent = count === 1 ? says.one : says.many(count);
  }
  fresh?.addEventListener("click", () => {
    tellUnread(0);
    toEnd();
    field.focus();
  });
  addEventListener("scroll", () => unread && nearEnd() && tellUnread(0), { passive: true });

  let burst: string[] = [];
  function speak(name: string): void {
    if (!burst.push(name) || burst.length > 1) return;
    setTimeout(() => {
      window.live.announce(burst.length === 1 ? says.wrote(burst[0]!) : says.many(burst.length));
      burst = [];
    }, 3000);
  }

  function hear(event: LiveEvent): void {
    if (!event.html) return;
    const item = draw(event.html);
    if (event.kind === "message.removed") {
      document.getElementById(item.id)?.replaceWith(item);
      return;
    }
    if (event.client_id) settled(event.client_id);
    if (event.kind !== "message.posted" || document.getElementById(item.id)) return;
    item.dataset.seq = `${event.seq}`;
    const follow = nearEnd();
    place(item);
    if (item.dataset.person === me) return;
    speak(item.dataset.name ?? "");
    if (follow) toEnd();
    else tellUnread(unread + 1);
  }
  window.live.watch(topic, Number(list.dataset.liveFrom), { event: hear });

  // --- messages that leave ---------------------------------------------------------------------------------

  const box = `outbox:${me}:${topic}`;
  const outbox: Waiting[] = read();
  let busy = false;
  let tries = 0;
  let timer = 0;

  function read(): Waiting[] {
    try {
      return JSON.parse(sessionStorage.getItem(box) ?? "[]") as Waiting[];
    } catch {
      return [];
    }
  }
  function keep(): void {
    try {
      sessionStorage.setItem(box, JSON.stringify(outbox));
    } catch {
      // no storage: kept as long as the page is open
    }
  }
  const echoOf = (id: string) => document.getElementById(`echo-${id}`);

  function settled(id: string): void {
    echoOf(id)?.remove();
    const index = outbox.findIndex((one) => one.id === id);
    if (index < 0) return;
    outbox.splice(index, 1);
    keep();
  }

  function echo({ id, body }: Waiting): void {
    const item = document.createElement("li");
    item.id = `echo-${id}`;
    item.className = "waiting";
    const part = document.createElement("div");
    part.className = "body";
    const byline = document.createElement("p");
    byline.className = "byline";
    const name = document.createElement("strong");
    name.textContent = says.you;
    const state = document.createElement("span");
    state.className = "tiny state";
    byline.append(name, " ", state);
    const words = document.createElement("p");
    words.className = "words";
    words.textContent = body;
    part.append(byline, words);
    const portrait = list.querySelector(`:scope > li[data-person="${me}"] > .avatar`) ?? document.querySelector(".site-header .avatar");
    if (portrait) item.append(portrait.cloneNode(true));
    item.append(part);
    list.append(item);
    mark(id, says.waiting);
  }

  function mark(id: string, words: string, again = false): void {
    const state = echoOf(id)?.querySelector(".state");
    if (!state) return;
    state.textContent = words;
    if (!again) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = says.retry;
    button.addEventListener("click", () => {
      tries = 0;
      void send();
    });
    state.append(" – ", button);
  }

  function complain(words: string): void {
    form.querySelector(".error")?.remove();
    field.toggleAttribute("aria-invalid", false);
    if (!words) return;
    const error = document.createElement("p");
    error.className = "error";
    error.setAttribute("role", "alert");
    error.textContent = words;
    field.setAttribute("aria-invalid", "true");
    field.after(error);
  }

  /** A message that the server will not take as it is: its words go back to where they can be changed. */
  function giveBack(waiting: Waiting, words: string): void {
    settled(waiting.id);
    field.value = [waiting.body, field.value].filter(Boolean).join("\n\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    complain(words);
  }

  /** Send what waits, one after the other, so that it arrives in the order it was written. */
  async function send(): Promise<void> {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    for (let waiting; (waiting = outbox[0]); ) {
      mark(waiting.id, says.waiting);
      const body = new FormData(form);
      body.set("body", waiting.body);
      body.set("client_id", waiting.id);
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body,
        signal: AbortSignal.timeout?.(10_000) ?? null,
      }).catch(() => null);
      const said = answer && !answer.redirected ? await answer.json().catch(() => null) : null;
      if (answer?.ok && said?.html) {
        tries = 0;
        settled(waiting.id);
        const follow = nearEnd();
        const item = draw(said.html);
        place(item);
        if (follow) toEnd();
      } else if (answer && said?.error && answer.status < 500) {
        giveBack(waiting, said.error);
      } else {
        const gone = answer?.redirected || answer?.status === 403;
        const refused = gone || answer?.status === 404;
        if (refused) complain(gone ? says.gone : says.refused);
        if (refused || ++tries >= 3) mark(waiting.id, says.unsent, true);
        if (!refused) timer = window.setTimeout(send, Math.min(30_000, 4000 * tries));
        break;
      }
    }
    busy = false;
  }

  function submit(): void {
    const body = field.value.trim();
    complain("");
    if (!body) return field.focus();
    const waiting = { id: idField.value, body };
    idField.value = crypto.randomUUID?.() ?? newId();
    outbox.push(waiting);
    keep();
    echo(waiting);
    field.value = "";
    form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));
    toEnd();
    field.focus({ preventScroll: true });
    void send();
  }

  /** randomUUID exists in secure contexts only; a demonstration on a local network has none. */
  function newId(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6]! & 15) | 64;
    bytes[8] = (bytes[8]! & 63) | 128;
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  });
  const again = () => {
    tries = 0;
    if (outbox.length) void send();
  };
  window.live.onBack(again);
  addEventListener("online", again);
  for (const waiting of outbox) echo(waiting);
  again();
  if (!location.hash) toEnd();

  // --- what was written before -----------------------------------------------------------------------------

  const older = document.querySelector<HTMLElement>("[data-older]");
  older?.addEventListener("click", async (event) => {
    const link = (event.target as Element).closest("a");
    if (!link) return;
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    if (!answer?.ok) return void (location.href = link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const height = document.body.scrollHeight;
    const first = list.querySelector<HTMLElement>(":scope > li[data-seq]");
    const earlier = [...page.querySelectorAll("ol.messages > li")];
    list.prepend(...earlier);
    const line = first?.previousElementSibling;
    if (first && line?.matches(".divider") && dayOf(line.previousElementSibling) === dayOf(first)) line.remove();
    const next = page.querySelector("[data-older] a");
    if (next) link.replaceWith(document.importNode(next, true));
    else older.replaceChildren();
    scrollBy(0, document.body.scrollHeight - height); // what one was reading stays where it was
    if (!next && first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
  });
}
