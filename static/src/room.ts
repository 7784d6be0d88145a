// The room of a session and its projector: the clock, what is said aloud, and forms that do not reload the page.
// The page works without it.
import type { Live } from "./live";

declare const window: Window & typeof globalThis & { live: Live };

const english = document.documentElement.lang === "en";
const says = english
  ? {
      left: (n: number) => `Time left: ${n} minute${n > 1 ? "s" : ""}`, two: "2 minutes left", over: "Planned time is over",
      overrun: (n: number) => `Over by ${n} minute${n > 1 ? "s" : ""}`, end: (h: string) => `Planned end at ${h}`,
      early: (n: number) => `, ${n} min early.`, late: (n: number) => `, ${n} min after the announced time.`, onTime: ", on time.",
      offline: "Not sent: the connection is cut. Your text is still here, try again in a moment.",
    }
  : {
      left: (n: number) => `Temps restant : ${n} minute${n > 1 ? "s" : ""}`, two: "Il reste 2 minutes", over: "Temps prévu écoulé",
      overrun: (n: number) => `Dépassement : ${n} minute${n > 1 ? "s" : ""}`, end: (h: string) => `Fin prévue à ${h}`,
      early: (n: number) => `, ${n} min d’avance.`, late: (n: number) => `, ${n} min après l’heure annoncée.`, onTime: ", à l’heure.",
      offline: "Pas envoyé : la connexion est coupée. Votre texte est toujours là, réessayez dans un instant.",
    };

// --- the clock ---------------------------------------------------------------------------------------------
// The server says when the step ends; each screen counts alone from the server's clock. Reaching zero moves nobody.

let counted = ""; // the deadline whose warnings have been given
const given = new Set<number>();

function tick(): void {
  setTimeout(tick, 1000 - (Date.now() % 1000));
  const now = window.live.serverNow();
  if (now === null) return; // nothing is shown or said from a clock that may be wrong
  for (const clock of document.querySelectorAll<HTMLElement>("[data-clock]")) count(clock, now);
  for (const line of document.querySelectorAll<HTMLElement>("[data-projected]")) project(line, now);
}

function count(clock: HTMLElement, now: number): void {
  const { deadline, allowed = "0", overrun } = clock.dataset;
  if (!deadline) return; // paused
  const left = Math.ceil((Number(deadline) - now) / 1000);
  if (deadline !== counted) {
    counted = deadline;
    given.clear();
  }
  const time = clock.querySelector<HTMLElement>("[data-time]");
  if (time) {
    const shown = Math.abs(left);
    const digits = `${String(Math.floor(shown / 60)).padStart(2, "0")}:${String(shown % 60).padStart(2, "0")}`;
    time.textContent = left >= 0 ? digits : overrun === undefined ? "" : `+${digits}`;
    time.classList.toggle("over-time", left < 0);
    const minutes = left >= 0 ? Math.ceil(left / 60) : Math.floor(-left / 60);
    const label = left > 0 ? says.left(minutes) : overrun !== undefined && minutes ? says.overrun(minutes) : says.over;
    if (time.getAttribute("aria-label") !== label) time.setAttribute("aria-label", label);
  }
  const note = clock.querySelector<HTMLElement>("[data-time-note]");
  if (note) note.textContent = left <= 0 ? says.over : left <= 120 && left > 110 && Number(allowed) > 120 ? says.two : "";
  for (const [at, words] of [[120, says.two], [0, says.over]] as const) {
    if (left > at || Number(allowed) <= at || given.has(at)) continue;
    given.add(at);
    if (left > at - 5) window.live.announce(words); // a page that opens later says nothing of what is past
  }
}

function project(line: HTMLElement, now: number): void {
  const deadline = Number(document.querySelector<HTMLElement>("[data-clock]")?.dataset.deadline);
  if (!deadline) return;
  const end = Math.max(now, deadline) + Number(line.dataset.rest) * 1000;
  const [hour, minute] = new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit", timeZone: line.dataset.zone })
    .format(end).split(":");
  const drift = Math.round((end - Number(line.dataset.bookedEnd)) / 60000);
  const words = says.end(english ? `${hour}:${minute}` : `${Number(hour)} h${minute === "00" ? "" : ` ${minute}`}`)
    + (drift > 0 ? says.late(drift) : drift < 0 ? says.early(-drift) : says.onTime);
  if (line.textContent !== words) line.textContent = words;
}

// --- forms -------------------------------------------------------------------------------------------------

const room = document.getElementById("room");
const sentIds = new Map<string, { words: string; id: string }>();
const busy = new WeakSet<HTMLFormElement>();

/** « Votre apport est transmis. »: it outlives the knock that the same action sends to this very page. */
let receipt: { notice: HTMLElement; until: number } | null = null;
const RECEIPT = 8000;

function showReceipt(): void {
  const body = room?.querySelector(".room-body");
  if (!receipt || !body || performance.now() > receipt.until || body.querySelector("[data-problem], [data-said]")) return;
  body.prepend(receipt.notice);
  if (receipt.notice.hasAttribute("tabindex") && document.activeElement === document.body) receipt.notice.focus();
}

/** What a form sends. The id made for some words stays theirs until they have arrived, whatever the page becomes. */
function contents(form: HTMLFormElement, submitter: HTMLElement | null): URLSearchParams {
  const data = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
  if (submitter instanceof HTMLButtonElement && submitter.name) data.append(submitter.name, submitter.value);
  const id = data.get("client_id");
  if (!id) return data;
  const words = JSON.stringify([...data].filter(([name]) => !/^(client_id|csrfmiddlewaretoken)$/.test(name)));
  const before = sentIds.get(form.action);
  if (before?.words === words) data.set("client_id", before.id);
  else sentIds.set(form.action, { words, id });
  return data;
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  if (!room || busy.has(form)) return;
  busy.add(form);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: contents(form, submitter),
      headers: { "X-Room": "1" },
    });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return location.reload();
    if (answer.status >= 500) throw new Error(answer.statusText);
    if (answer.ok) {
      sentIds.delete(form.action);
      form.reset();
      for (const part of [form.closest("details.unfold"), ...form.querySelectorAll("details.unfold")]) part?.removeAttribute("open");
    }
    window.live.swap(room, await answer.text());
    const notice = room.querySelector<HTMLElement>("[data-problem], [data-said]");
    if (!notice) return;
    if (document.activeElement === document.body || "problem" in notice.dataset) {
      notice.tabIndex = -1;
      notice.focus();
    }
    if ("said" in notice.dataset) {
      window.live.announce(notice.textContent?.trim() ?? "");
      receipt = { notice, until: performance.now() + RECEIPT };
    }
  } catch {
    let line = form.querySelector<HTMLElement>("[data-unsent]");
    if (!line) {
      line = document.createElement("p");
      line.className = "notice warn";
      line.dataset.unsent = "";
      form.append(line);
    }
    line.textContent = says.offline;
    window.live.announce(says.offline);
  } finally {
    busy.delete(form);
  }
}

room?.addEventListener("submit", (event) => {
  event.preventDefault();
  void send(event.target as HTMLFormElement, (event as SubmitEvent).submitter);
});

// --- private notes save themselves -------------------------------------------------------------------------
// The field stays "touched" after a save: a fragment read before it was saved must not bring the old words back.

let saved: string | null = null;
let timer = 0;

const noteForm = () => document.querySelector<HTMLFormElement>("form[data-autosave]");
const noteField = () => noteForm()?.querySelector("textarea") ?? null;

function showSaved(): void {
  const [form, field] = [noteForm(), noteField()];
  const mark = form?.querySelector<HTMLElement>("[data-saved]");
  if (mark && field) mark.hidden = !(field.value && field.value === (saved ?? field.defaultValue));
}

async function save(): Promise<void> {
  clearTimeout(timer);
  const [form, field] = [noteForm(), noteField()];
  if (!form || !field || field.value === (saved ?? field.defaultValue)) return;
  const words = field.value;
  const answer = await fetch(form.action, {
    method: "POST",
    body: contents(form, null),
    headers: { "X-Autosave": "1" },
    keepalive: words.length < 9000,
  }).catch(() => null);
  if (answer?.status === 204) saved = words;
  else timer = window.setTimeout(() => void save(), 5000);
  showSaved();
}

document.addEventListener("input", (event) => {
  if ((event.target as HTMLElement).closest?.("form[data-autosave]")) {
    showSaved();
    clearTimeout(timer);
    timer = window.setTimeout(() => void save(), 1200);
  }
});
document.addEventListener("visibilitychange", () => document.hidden && void save());

// --- after each change -------------------------------------------------------------------------------------

function settle(): void {
  // Words left in a form whose step is over stay in sight, to be copied or said aloud.
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-late]")) {
    form.hidden = ![...form.querySelectorAll("textarea")].some((field) => field.value.trim());
  }
  const title = document.querySelector<HTMLElement>("[data-title]")?.dataset.title;
  if (title) document.title = title;
  showSaved();
  showReceipt();
}

document.addEventListener("live:swapped", settle);
document.addEventListener("DOMContentLoaded", () => {
  settle();
  tick();
});
