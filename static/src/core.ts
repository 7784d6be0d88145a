// On every page: menus that close, and what people type kept on their device until a form is accepted.
// Pages work without it.

import "./live";
import { notices } from "./notices";
import { outbox } from "./outbox";
import { passkeys } from "./passkeys";
import { pickers } from "./picker";
import { unread } from "./unread";

const root = document.documentElement;
root.classList.add("scripted");

// --- menus -------------------------------------------------------------------------------------------------

const openMenus = () => document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target as Node)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const focused = menu.contains(document.activeElement);
    menu.open = false;
    if (focused) menu.querySelector("summary")?.focus();
  }
});

// --- drafts ------------------------------------------------------------------------------------------------
// <textarea data-draft="name"> keeps its words on the device under that name (the address and the field's own name
// when empty) until the form is accepted: a page reached through a redirect after sending it, still signed in, that
// does not give the words back; or a "draft:done" event on the form, for forms sent by a script. Another person on
// the same device never sees them; signing out forgets them; so do seven days.

type Field = HTMLTextAreaElement | HTMLInputElement;
type Draft = { value: string; at: number };

const KEPT_MS = 7 * 24 * 3600 * 1000;
const person = root.dataset.person ?? "";
const prefix = `draft:${person}:`;
const SENT = "drafts-sent";
const says = root.lang === "en"
  ? { found: "Your unsent text was kept on this device: here it is.", older: "A text that was not saved is kept on this device.", take: "Use it", drop: "Forget it" }
  : { found: "Votre texte, resté sur cet appareil, est de nouveau là.", older: "Un texte non enregistré est gardé sur cet appareil.", take: "Le reprendre", drop: "L’oublier" };

const draftFields = (scope: ParentNode) =>
  [...scope.querySelectorAll<Field>("textarea[data-draft], input[data-draft]")];
const keyOf = (field: Field) => prefix + (field.dataset.draft || `${location.pathname}#${field.name}`);

/** Storage may be refused (private browsing, quota): then there are no drafts, and nothing else changes. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

const forget = (key: string) => attempt(() => localStorage.removeItem(key));

function read(key: string): Draft | null {
  const draft = attempt(() => JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null);
  return draft?.value && Date.now() - draft.at < KEPT_MS ? draft : null;
}

function keep(field: Field): void {
  if (field.value.trim() && field.value !== field.defaultValue) {
    attempt(() => localStorage.setItem(keyOf(field), JSON.stringify({ value: field.value, at: Date.now() })));
  } else {
    forget(keyOf(field));
  }
}

function tell(field: Field, words: string): HTMLElement {
  const note = document.createElement("p");
  note.className = "hint draft-note";
  note.setAttribute("role", "status");
  note.textContent = words;
  field.after(note);
  return note;
}

function put(field: Field, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(field: Field, value: string): void {
  const note = tell(field, `${says.older} `);
  for (const [label, act] of [
    [says.take, () => put(field, value)],
    [says.drop, () => forget(keyOf(field))],
  ] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = label;
    button.addEventListener("click", () => {
      act();
      note.remove();
      field.focus();
    });
    note.append(button, " ");
  }
}

const restored = new WeakSet<Field>();

function restore(scope: ParentNode): void {
  for (const field of draftFields(scope)) {
    if (restored.has(field) || field.readOnly) continue;
    restored.add(field);
    const draft = read(keyOf(field));
    if (!draft || draft.value === field.value) continue;
    const { value, at } = draft;
    const savedAt = Date.parse(field.dataset.savedAt ?? ""); // what another device has sent us since
    if (savedAt) {
      if (at > savedAt) put(field, value);
      else forget(keyOf(field));
    } else if (field.value) {
      offer(field, value);
    } else {
      put(field, value);
      tell(field, says.found);
    }
  }
}

function settleWhatWasSent(): void {
  const sent = attempt(() => JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[]) ?? [];
  attempt(() => sessionStorage.removeItem(SENT));
  const [arrival] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (!arrival || arrival.type !== "navigate" || !arrival.redirectCount) return;
  const stillHere = new Set(draftFields(document).filter((field) => field.value).map(keyOf));
  // A session that ended sends to the sign-in page: the person is no longer the same, so neither are the keys.
  for (const key of sent) if (key.startsWith(prefix) && !stillHere.has(key)) forget(key);
}

function forgetOldOnes(all = false): void {
  attempt(() => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("draft:") && (all || !JSON.parse(localStorage.getItem(key) ?? "null")?.at
        || Date.now() - JSON.parse(localStorage.getItem(key)!).at > KEPT_MS)) localStorage.removeItem(key);
    }
  });
}

document.addEventListener("input", (event) => {
  const field = event.target as Field;
  if (field.matches?.("[data-draft]")) keep(field);
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.matches("[data-sign-out]")) return forgetOldOnes(true);
  const keys = draftFields(form).map(keyOf);
  if (keys.length) attempt(() => sessionStorage.setItem(SENT, JSON.stringify(keys)));
});

document.addEventListener("draft:done", (event) => {
  for (const field of draftFields(event.target as HTMLElement)) forget(keyOf(field));
  attempt(() => sessionStorage.removeItem(SENT));
});

// A part of the page was replaced (htmx, live): its fields may have drafts too.
for (const name of ["htmx:afterSwap", "htmx:after:swap", "live:swapped"]) {
  document.addEventListener(name, () => (restore(document), pickers()));
}

settleWhatWasSent();
forgetOldOnes();
restore(document);
pickers();
passkeys();
outbox();
unread();
notices();
