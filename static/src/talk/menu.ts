// What one does with a message: its « … » opens a menu, by mouse, finger or keyboard; Escape closes it and the focus goes
// back. Without this file the same link leads to the page of the message, where every act is a plain form.

import type { Composer } from "./composer";
import { address, complain, idOf, part, post, says, type Said, type Talk } from "./dom";
import type { List } from "./list";

type Act = (item: HTMLElement, button: HTMLElement) => unknown;

export function menu(talk: Talk, list: List, writing: Composer | null, more: { choose: Act; keepUnread(): void }): void {
  let open: { panel: HTMLElement; item: HTMLElement; opener: HTMLElement } | null = null;

  function close(back = false): void {
    if (!open) return;
    const { panel, opener } = open;
    open = null;
    panel.remove();
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus({ preventScroll: true });
  }

  const entries = (panel: HTMLElement) => [...panel.querySelectorAll<HTMLElement>("[role^=menuitem]")];

  function show(opener: HTMLElement): void {
    const item = opener.closest<HTMLElement>("li[data-seq]");
    const again = open?.opener === opener;
    close(true);
    const panel = part("menu");
    if (!item || !panel || again) return;
    const mine = item.matches(".mine");
    const signs = (item.dataset.mine ?? "").split(" ");
    for (const entry of entries(panel)) {
      const { act, sign } = entry.dataset;
      const of = entry.dataset.for;
      if ((of === "mine" && !mine) || (of === "others" && mine) || (act === "edit" && !item.querySelector(".words"))) entry.remove();
      else if (act === "react") entry.setAttribute("aria-checked", String(signs.includes(sign!)));
      else if (act === "save") entry.setAttribute("aria-checked", String(item.hasAttribute("data-saved")));
      else if (act === "pin") entry.setAttribute("aria-checked", String(item.matches(".pinned")));
      else if (entry instanceof HTMLAnchorElement) {
        entry.href = act === "answer" ? item.querySelector<HTMLAnchorElement>("a.more")!.href : address(act!, act === "write" ? item.dataset.person! : idOf(item));
      }
      entry.tabIndex = -1;
    }
    item.append(panel);
    panel.classList.toggle("upwards", panel.getBoundingClientRect().bottom > innerHeight - 8 && item.getBoundingClientRect().top > panel.offsetHeight);
    opener.setAttribute("aria-expanded", "true");
    open = { panel, item, opener };
    entries(panel)[0]?.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }

  talk.list.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("a.more");
    const chip = target.closest<HTMLElement>(".signs > [data-sign]");
    const entry = target.closest<HTMLElement>("[role^=menuitem]");
    if (opener) {
      event.preventDefault();
      show(opener);
    } else if (chip?.querySelector("button")) {
      void act("react", chip.closest<HTMLElement>("li[data-seq]")!, chip);
    } else if (entry && open) {
      const { item } = open;
      if (entry instanceof HTMLAnchorElement) return;
      close(true);
      void act(entry.dataset.act!, item, entry);
    }
  });
  talk.list.addEventListener("keydown", (event) => {
    if ((event.target as Element).matches("a.more") && event.key === " ") {
      event.preventDefault();
      show(event.target as HTMLElement);
    }
    if (!open) return;
    const all = entries(open.panel);
    const here = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab") return close(true);
    else if (next !== undefined) all[(next + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => {
    const target = event.target as Element;
    if (open && !open.panel.contains(target) && !open.opener.contains(target)) close();
  });

  // --- acts ------------------------------------------------------------------------------------------------

  const acts: Record<string, Act> = {
    async react(item, { dataset: { sign } }) {
      const mine = new Set((item.dataset.mine ?? "").split(" "));
      const on = !mine.has(sign!);
      const said = await ask("react", item, { sign: sign!, on: on ? "1" : "" });
      if (said && list.find(idOf(item))) list.react(list.find(idOf(item))!, sign!, Number(said.count), Boolean(said.on));
    },
    quote: (item) => writing?.quote(item),
    async copy(item) {
      const href = item.querySelector<HTMLAnchorElement>("a.at")?.href ?? location.href;
      try {
        await navigator.clipboard.writeText(href);
        tell(item, says.copied);
      } catch {
        location.href = href; // the address bar then holds it
      }
    },
    async save(item) {
      const on = !item.hasAttribute("data-saved");
      const said = await ask("save", item, { on: on ? "1" : "" });
      if (!said) return;
      item.toggleAttribute("data-saved", on);
      tell(item, on ? says.saved : says.unsaved);
    },
    async pin(item) {
      await ask("pin", item, { on: item.matches(".pinned") ? "" : "1" });
    },
    async unread(item) {
      more.keepUnread();
      const said = await ask("unread", item, {});
      if (!said) return;
      window.unread.set(Number(said.unread));
      tell(item, says.left);
    },
    choose: more.choose,
    edit,
  };

  const act = (name: string, item: HTMLElement, button: HTMLElement) => acts[name]?.(item, button);

  async function ask(name: string, item: HTMLElement, fields: Record<string, string>): Promise<Said | null> {
    const body = item.querySelector(".body > :last-child")!;
    const said = await post(address(name, idOf(item)), fields);
    complain(body, typeof said === "string" ? said : "");
    return typeof said === "string" ? null : said;
  }

  /** A word beside the message, seen for a moment and said aloud. */
  function tell(item: HTMLElement, words: string): void {
    window.live.announce(words);
    const byline = item.querySelector(".byline");
    const note = document.createElement("span");
    note.className = "tiny done";
    note.textContent = words;
    note.setAttribute("aria-hidden", "true");
    byline?.append(note);
    setTimeout(() => note.remove(), 4000);
  }

  /** One's own words, changed where they stand. */
  async function edit(item: HTMLElement): Promise<void> {
    const form = part<HTMLFormElement>("editing");
    const words = item.querySelector<HTMLElement>(".words");
    const url = address("edit", idOf(item));
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    const said = answer?.ok ? ((await answer.json().catch(() => null)) as { body?: string; mentioned?: string[] } | null) : null;
    if (!form || !words || typeof said?.body !== "string") return void (location.href = url);
    const field = form.querySelector("textarea")!;
    const label = form.querySelector("label")!;
    label.htmlFor = field.id = `edit-${item.id}`;
    field.value = said.body;
    words.hidden = true;
    words.after(form);
    field.focus();
    const stop = () => {
      form.remove();
      words.hidden = false;
      item.querySelector<HTMLElement>("a.more")?.focus({ preventScroll: true });
    };
    const save = async () => {
      const done = await post(url, { body: field.value, mentioned: said.mentioned ?? [] });
      if (typeof done === "string") return complain(field, done);
      stop();
      if (done.html && item.isConnected) list.replace(item, done.html);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      void save();
    });
    form.querySelector("[data-stop]")!.addEventListener("click", stop);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") stop();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** From an empty line to write, the arrow up changes the last thing one said. */
  writing?.field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" || writing.field.value || event.defaultPrevented) return;
    const last = list.items().filter((item) => item.matches(".mine") && item.querySelector(".words")).pop();
    if (!last) return;
    event.preventDefault();
    void edit(last);
  });
}
