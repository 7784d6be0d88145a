// How far one has read: told to the server once messages are in sight, never by the mere opening of a page that nobody
// looks at. And who is writing at this moment.

import { me, numberOf, post, says, type Talk } from "./dom";
import type { List } from "./list";

export function reading(talk: Talk, list: List) {
  const url = talk.list.dataset.readUrl;
  let read = 0;
  let timer = 0;
  let stopped = false;

  /** The last message that stands in sight. */
  function inSight(): number {
    const low = Math.min(innerHeight, talk.form?.getBoundingClientRect().top ?? innerHeight);
    let last = 0;
    for (const item of list.items()) {
      if (item.getBoundingClientRect().top > low - 40) break;
      last = numberOf(item);
    }
    return last;
  }

  /** In the list of channels beside this one. */
  function nothingWaits(): void {
    const line = document.querySelector(`[data-line="${talk.topic}"], .lines [aria-current=page]`);
    const count = line?.querySelector<HTMLElement>("[data-unread-here]");
    if (!count) return;
    line!.classList.remove("waiting-for-me");
    count.dataset.unreadHere = "0";
    count.hidden = true;
  }

  async function tell(): Promise<void> {
    if (!url || stopped || document.hidden) return;
    const seq = inSight();
    if (list.nearEnd()) {
      list.tellUnread(0);
      if (!talk.thread) nothingWaits();
    }
    if (seq <= read) return;
    read = seq;
    const said = await post(url, { seq: `${seq}`, ...(talk.thread ? { thread: talk.thread } : {}) }, true);
    if (typeof said !== "string") window.unread.set(Number(said.unread));
  }

  const soon = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void tell(), 700);
  };
  addEventListener("scroll", soon, { passive: true });
  document.addEventListener("visibilitychange", soon);
  soon();
  return {
    soon,
    /** What one has put back among the unread stays there until one comes again. */
    stop: () => void (stopped = true),
  };
}

const STALE = 5000;

/** « Anne est en train d’écrire » */
export function typing(talk: Talk) {
  const line = talk.form?.querySelector<HTMLElement>("[data-typing]");
  const writing = new Map<string, number>();

  function show(): void {
    const now = performance.now();
    for (const [person, until] of writing) if (until < now) writing.delete(person);
    if (!line) return;
    const names = [...writing.keys()].map((person) => {
      const item = talk.list.querySelector<HTMLElement>(`li[data-person="${CSS.escape(person)}"]`);
      return item?.dataset.name?.split(" ")[0] ?? says.somebody;
    });
    line.textContent = names.length ? says.typing(names) : "";
    if (names.length) setTimeout(show, 1000);
  }

  return {
    hear(person: string, thread: string | undefined): void {
      if (person === me || (thread ?? "") !== talk.thread) return;
      writing.set(person, performance.now() + STALE);
      show();
    },
    /** What was being written has arrived. */
    done(person: string): void {
      if (writing.delete(person)) show();
    },
  };
}
