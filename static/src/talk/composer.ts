// Where one writes: what is sent goes through the outbox, what is begun is kept here and on one's other devices.

import type { Letter } from "../outbox";
import { complain, make, newId, post, says, type Talk } from "./dom";
import { files } from "./files";
import { completion } from "./completion";
import type { List } from "./list";

const CHOICE = "enter-sends";
const TYPING_MS = 3000;
const DRAFT_MS = 1500;

export type Composer = ReturnType<typeof composer>;

/** Put marks around what is selected, or before each of its lines. */
export function mark(field: HTMLTextAreaElement, kind: string): void {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  const insert = (start: number, end: number, words: string, caret: [number, number]) => {
    field.focus();
    field.setSelectionRange(start, end);
    // The browser's own way to insert text, so that undoing works; the other one where it is gone.
    if (!document.execCommand("insertText", false, words)) field.setRangeText(words, start, end, "end");
    field.setSelectionRange(start + caret[0], start + caret[1]);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (kind === "list" || kind === "quote") {
    const sign = kind === "list" ? "- " : "> ";
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value.slice(start, to).split("\n");
    const off = lines.every((line) => line.startsWith(sign));
    const words = lines.map((line) => (off ? line.slice(2) : sign + line)).join("\n");
    return insert(start, to, words, [words.length, words.length]);
  }
  if (kind === "link") {
    const url = /^https?:\/\/\S+$/.test(chosen);
    const words = url ? `[${says.link}](${chosen})` : `[${chosen || says.link}](https://)`;
    const end = words.length - 1;
    return insert(from, to, words, url ? [1, 1 + says.link.length] : chosen ? [end, end] : [1, 1 + says.link.length]);
  }
  const sign = kind === "bold" ? "**" : "*";
  insert(from, to, sign + chosen + sign, [sign.length, sign.length + chosen.length]);
}

/** Make lists go on from one line to the next. */
function nextLine(field: HTMLTextAreaElement): boolean {
  const { selectionStart: at, value } = field;
  const start = value.lastIndexOf("\n", at - 1) + 1;
  const sign = /^(?:[-•>] |\d{1,2}\. )/.exec(value.slice(start, at))?.[0];
  if (!sign || value.slice(start, at) === sign) return false;
  const next = sign.replace(/\d+/, (number) => `${Number(number) + 1}`);
  if (!document.execCommand("insertText", false, `\n${next}`)) field.setRangeText(`\n${next}`, at, at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** As high as its words, where the style sheet alone cannot say it. */
function growing(field: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  const grow = () => {
    field.style.height = "";
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  field.addEventListener("input", grow);
  grow();
}

export function composer(talk: Talk, list: List) {
  const form = talk.form!;
  const field = form.querySelector<HTMLTextAreaElement>("textarea")!;
  const { typingUrl, draftUrl } = form.dataset;
  growing(field);
  completion(field, form); // first: while its list is open, the keys are its own
  const joined = files(form, field, settled);

  // --- sending ---------------------------------------------------------------------------------------------

  let whenJoined = false; // sent as soon as its files have arrived

  /** No file is on its way any more; `well`, when the last one arrived. */
  function settled(well: boolean): void {
    if (!whenJoined) return;
    whenJoined = false;
    notice("");
    if (well) submit();
  }

  function submit(): void {
    complain(field, "");
    whenJoined = joined.busy();
    if (whenJoined) return notice(says.still);
    notice("");
    if (!field.value.trim() && !joined.some()) return field.focus();
    const fields = [...new FormData(form)]
      .filter((pair): pair is [string, string] => typeof pair[1] === "string")
      .filter(([name]) => name !== "client_id" && name !== "csrfmiddlewaretoken");
    const letter = { id: newId(), place: talk.place, page: location.pathname, action: form.action, fields };
    list.echo({ ...letter, at: 0 });
    window.outbox.put(letter);
    field.value = "";
    field.dispatchEvent(new Event("input"));
    form.querySelectorAll("[name=mentioned]").forEach((named) => named.remove());
    joined.clear();
    quote(null);
    clearTimeout(drafting);
    remember("");
    form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));
    if (list.hasEnd()) list.toEnd();
    field.focus({ preventScroll: true });
  }

  /** Words that the server will not take as they are go back to where they can be changed. */
  function giveBack(letter: Letter): void {
    list.settle(letter.id);
    const words = letter.fields.find(([name]) => name === "body")?.[1] ?? "";
    field.value = [words, field.value].filter(Boolean).join("\n\n");
    joined.take(letter.fields.filter(([name]) => name === "files").map(([, id]) => id));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    complain(field, letter.refused ?? "");
  }

  /** What the server adds to a message that it took. */
  function notice(words: string): void {
    form.querySelector(".hint.notice-of-sending")?.remove();
    if (!words) return;
    const hint = make("p", "hint notice-of-sending", words);
    hint.setAttribute("role", "status");
    form.querySelector(".writing")!.after(hint);
  }

  const takeBack = () => window.outbox.takeRefused(talk.place).forEach(giveBack);
  window.outbox.listen({
    sent(letter, said) {
      if (letter.place !== talk.place) return;
      list.sent(letter, said.html!);
      notice(String(said.notice ?? ""));
    },
    refused: takeBack,
    kept(letter, words, times) {
      if (letter.place !== talk.place) return;
      if (words || times > 2) list.mark(letter, says.unsent);
      if (words) complain(field, words);
    },
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    submit();
  });

  // --- the key that sends ----------------------------------------------------------------------------------

  const choice = form.querySelector<HTMLInputElement>("[data-enter]");
  if (choice) {
    const kept = (() => {
      try {
        return localStorage.getItem(CHOICE);
      } catch {
        return null;
      }
    })();
    choice.checked = kept ? kept === "yes" : !matchMedia("(pointer: coarse)").matches;
    choice.addEventListener("change", () => {
      try {
        localStorage.setItem(CHOICE, choice.checked ? "yes" : "no");
      } catch {
        // chosen for this page
      }
    });
  }

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const ctrl = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && (ctrl || (choice?.checked && !event.shiftKey && !event.altKey))) {
      event.preventDefault();
      submit();
    } else if (event.key === "Enter" && !ctrl && nextLine(field)) {
      event.preventDefault();
    } else if (ctrl && !event.altKey && !event.shiftKey && (event.key === "b" || event.key === "i")) {
      event.preventDefault();
      mark(field, event.key === "b" ? "bold" : "italic");
    } else if (event.key === "Escape" && quoted?.value) {
      quote(null);
    }
  });

  // --- marks -----------------------------------------------------------------------------------------------

  const tools = form.querySelector<HTMLElement>("[role=toolbar]");
  const buttons = tools ? [...tools.querySelectorAll<HTMLButtonElement>("button")] : [];
  buttons.forEach((button, index) => (button.tabIndex = index ? -1 : 0)); // one stop for the Tab key
  tools?.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-mark]");
    if (button) mark(field, button.dataset.mark!);
  });
  tools?.addEventListener("keydown", (event) => {
    const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || here < 0) return;
    event.preventDefault();
    const button = buttons[(next + buttons.length) % buttons.length]!;
    buttons.forEach((one) => (one.tabIndex = one === button ? 0 : -1));
    button.focus();
  });
  const more = form.querySelector<HTMLButtonElement>("[data-tools]");
  more?.addEventListener("click", () => {
    const open = form.classList.toggle("with-tools");
    more.setAttribute("aria-expanded", String(open));
  });

  // --- answering with the words of somebody else -----------------------------------------------------------

  const quoted = form.querySelector<HTMLInputElement>("[name=quoted]");
  const bar = form.querySelector<HTMLElement>("[data-quoting]");

  function quote(item: HTMLElement | null): void {
    if (!quoted || !bar) return;
    quoted.value = item ? item.id.replace(/^m-/, "") : "";
    bar.hidden = !item;
    bar.querySelector("p")!.replaceChildren(
      make("strong", "", item?.dataset.name ?? ""),
      ` ${item?.querySelector(".words")?.textContent?.trim().slice(0, 140) ?? ""}`,
    );
    if (item) field.focus();
  }
  bar?.querySelector("button")?.addEventListener("click", () => {
    quote(null);
    field.focus();
  });

  // --- what is begun ---------------------------------------------------------------------------------------

  const aside = (): Record<string, string> => (talk.thread ? { thread: talk.thread } : {});
  let drafting = 0;
  let saved = field.value;
  let before: Promise<unknown> = Promise.resolve();
  let typedAt = 0;

  /** For one's other devices; one after the other, so that what was sent is not begun again. */
  function remember(words: string): void {
    saved = words;
    if (draftUrl) before = before.then(() => post(draftUrl, { ...aside(), body: words }, true));
  }

  function keepDraft(): void {
    clearTimeout(drafting);
    if (!draftUrl || field.value === saved) return;
    remember(field.value);
  }

  field.addEventListener("input", () => {
    clearTimeout(drafting);
    drafting = window.setTimeout(keepDraft, DRAFT_MS);
    if (!typingUrl || !field.value.trim() || performance.now() - typedAt < TYPING_MS) return;
    typedAt = performance.now();
    void post(typingUrl, aside());
  });
  addEventListener("pagehide", keepDraft);

  for (const letter of window.outbox.waiting(talk.place)) list.echo(letter);
  takeBack();

  return { quote, field };
}
