// The messages of a thread, in the order of their numbers: those that arrive, change and leave, the lines between days,
// the line above what is new. The list stays a plain list; what arrives is said elsewhere, politely and grouped.

import type { LiveEvent } from "../live";
import type { Letter } from "../outbox";
import { idOf, make, me, numberOf, part, root, says, type Talk } from "./dom";

const MOST = 300; // messages in the page: those far from where one reads leave, a link brings them back
const TOGETHER_MS = 5 * 60_000; // messages of one person, written this close, stand under one name

type Hooks = {
  drawn(item: HTMLElement): void;
  arrived(event: LiveEvent): void;
  whisper(facts: Record<string, unknown>): void;
};
export type List = ReturnType<typeof messageList>;

export function messageList(talk: Talk, hooks: Hooks) {
  const { list, form, topic, thread } = talk;
  const fresh = document.querySelector<HTMLElement>("[data-fresh]");
  const older = document.querySelector<HTMLElement>("[data-older]");
  const newer = document.querySelector<HTMLElement>("[data-newer]");
  const items = () => [...list.querySelectorAll<HTMLElement>(":scope > li[data-seq]")];
  const find = (id: string) => list.querySelector<HTMLElement>(`:scope > #m-${CSS.escape(id)}`);
  let unread = 0;
  let heard = 0; // the last number that was posted here while the end was elsewhere

  const draw = (html: string) =>
    document.importNode(new DOMParser().parseFromString(html, "text/html").querySelector("li")!, true);

  // --- where one is ----------------------------------------------------------------------------------------

  /** The last messages are in the page: not so where one has come by a link to an old one. */
  const hasEnd = () => !newer?.querySelector("a");
  const nearEnd = () => hasEnd() && list.getBoundingClientRect().bottom < innerHeight + 120;
  const toEnd = () => (form?.closest("section") ?? form ?? list).scrollIntoView({ block: "end" });

  /** Do something to the list while what one reads stays where it is. */
  function still(work: () => void): void {
    const held = items().find((item) => item.getBoundingClientRect().bottom > 0);
    const before = held?.getBoundingClientRect().top ?? 0;
    work();
    if (held?.isConnected) scrollBy(0, held.getBoundingClientRect().top - before);
  }

  // --- how it looks ----------------------------------------------------------------------------------------

  const timeOf = (item: Element) => item.querySelector("time")?.dateTime ?? "";

  function dayLine(day: string): HTMLElement {
    const line = make("li", "divider");
    line.dataset.day = day;
    const [year, month, date] = day.split("-").map(Number);
    const written = new Intl.DateTimeFormat(root.lang, { weekday: "long", day: "numeric", month: "long" });
    line.append(make("span", "", written.format(new Date(year!, month! - 1, date))));
    return line;
  }

  /** Lines between days, and one name above what one person wrote in a row. */
  function tidy(): void {
    let day = "";
    let last: HTMLElement | null = null;
    let line: HTMLElement | null = null; // a line between days that waits for the message it announces
    for (const item of [...list.children] as HTMLElement[]) {
      if (item.matches(".divider:not(.newer)")) {
        line?.remove();
        line = item;
      } else if (item.dataset.seq) {
        const mine = timeOf(item).slice(0, 10);
        if (mine === day) line?.remove();
        else if (!line) item.before(dayLine(mine));
        const close = Date.parse(timeOf(item)) - Date.parse(last ? timeOf(last) : "") < TOGETHER_MS;
        const follows = close && mine === day && last?.dataset.person === item.dataset.person
          && !item.previousElementSibling?.matches(".divider") && !item.matches(".root") && !last?.matches(".root")
          && !item.querySelector(".quote");
        item.classList.toggle("follows", follows);
        day = mine;
        last = item;
        line = null;
      }
    }
    line?.remove();
    const empty = document.querySelector<HTMLElement>("[data-empty]");
    if (empty) empty.hidden = Boolean(last && !last.matches(".root"));
  }

  /** What the drawing for everybody lacks: whose it is, which signs are mine, buttons where there are counts. */
  function dress(item: HTMLElement): void {
    item.classList.toggle("mine", item.dataset.person === me);
    item.classList.toggle("named", Boolean(me && item.querySelector(`.mention[data-person="${me}"]`)));
    for (const chip of item.querySelectorAll<HTMLElement>(".signs > [data-sign]")) dressSign(item, chip);
    const more = item.querySelector<HTMLElement>("a.more");
    more?.setAttribute("role", "button");
    more?.setAttribute("aria-haspopup", "menu");
    more?.setAttribute("aria-expanded", "false");
    hooks.drawn(item);
  }

  const mineOf = (item: HTMLElement) => new Set((item.dataset.mine ?? "").split(" ").filter(Boolean));

  function dressSign(item: HTMLElement, chip: HTMLElement): void {
    const sign = chip.dataset.sign!;
    const count = chip.dataset.count ?? "0";
    const button = part<HTMLButtonElement>(`sign-${sign}`);
    if (!button) return;
    button.querySelector("[data-number]")!.textContent = count;
    button.setAttribute("aria-pressed", String(mineOf(item).has(sign)));
    const focused = chip.contains(document.activeElement);
    chip.replaceChildren(button);
    if (focused) button.focus({ preventScroll: true });
  }

  /** A sign was put under a message, or taken back. */
  function react(item: HTMLElement, sign: string, count: number, mine?: boolean): void {
    if (mine !== undefined) {
      const signs = mineOf(item);
      if (mine) signs.add(sign);
      else signs.delete(sign);
      item.dataset.mine = [...signs].join(" ");
    }
    const row = item.querySelector<HTMLElement>("ul.signs");
    if (!row) return;
    let chip = row.querySelector<HTMLElement>(`[data-sign="${sign}"]`);
    if (!count) {
      if (chip?.contains(document.activeElement)) item.querySelector<HTMLElement>("a.more")?.focus({ preventScroll: true });
      chip?.remove();
      return;
    }
    if (!chip) {
      chip = make("li");
      chip.dataset.sign = sign;
      row.append(chip);
    }
    chip.dataset.count = `${count}`;
    dressSign(item, chip);
  }

  // --- what comes and goes ---------------------------------------------------------------------------------

  /** Put a message where its number says, before what is still waiting to be sent. */
  function place(item: HTMLElement): void {
    const later = items().find((one) => numberOf(one) > numberOf(item));
    list.insertBefore(item, later ?? list.querySelector(":scope > .waiting"));
    dress(item);
  }

  /** Put what the server has drawn now in place of what it drew before. */
  function replace(old: HTMLElement, html: string): void {
    const item = draw(html);
    item.dataset.seq = old.dataset.seq;
    if (old.dataset.mine) item.dataset.mine = old.dataset.mine;
    item.toggleAttribute("data-saved", old.hasAttribute("data-saved"));
    if (old.matches(".root")) item.classList.add("root");
    const focused = old.contains(document.activeElement);
    old.replaceWith(item);
    dress(item);
    tidy();
    if (focused) item.querySelector<HTMLElement>("a.more")?.focus({ preventScroll: true });
  }

  /** Let messages far from where one reads leave the page. */
  function trim(end: "first" | "last"): void {
    const all = items();
    const over = all.length - MOST;
    if (over <= 0) return;
    const leaving = end === "first" ? all.slice(0, over) : all.slice(-over);
    for (const item of leaving) item.remove();
    if (end === "first") offer(older, "avant", numberOf(items()[0]!));
    else offer(newer, "apres", numberOf(items().pop()!));
    tidy();
  }

  /** The link to what is no longer in the page. */
  function offer(where: HTMLElement | null, query: string, seq: number): void {
    const link = where?.querySelector("a") ?? part<HTMLAnchorElement>(query === "avant" ? "older" : "newer");
    if (!where || !link) return;
    link.href = `?${query}=${seq}`;
    if (!link.isConnected) where.replaceChildren(link);
  }

  function tellUnread(count: number): void {
    unread = count;
    if (!fresh) return;
    fresh.hidden = !count;
    fresh.querySelector("button")!.textContent = count === 1 ? says.one : says.many(count);
  }

  /** The line above what one has not seen. */
  function markNew(item: HTMLElement): void {
    list.querySelector(".newer")?.remove();
    const line = make("li", "divider newer");
    line.append(make("span", "", says.newer));
    item.before(line);
    tidy();
  }

  // --- what is said aloud ----------------------------------------------------------------------------------

  let burst: string[] = [];
  function speak(name: string): void {
    if (!burst.push(name) || burst.length > 1) return;
    setTimeout(() => {
      window.live.announce(burst.length === 1 ? says.wrote(burst[0]!) : says.many(burst.length));
      burst = [];
    }, 3000);
  }

  // --- what is heard ---------------------------------------------------------------------------------------

  function hear(event: LiveEvent): void {
    const { message, thread: of, sign, count, person, on } = event.facts as Record<string, string>;
    if (event.kind === "channel.changed") return location.reload();
    if (of && !thread && "replies" in event.facts) return recount(of, Number(event.facts.replies));
    const known = find(message ?? "");
    if (event.kind === "message.reacted" && known) return react(known, sign!, Number(count), person === me ? Boolean(on) : undefined);
    if (event.kind === "message.changed" && known && event.html) return replace(known, event.html);
    if (event.kind !== "message.posted" || !event.html || (thread && of !== thread)) return;
    if (event.client_id) settle(event.client_id);
    hooks.arrived(event);
    if (known) return;
    arrive(event.html, event.seq);
  }

  function arrive(html: string, seq: number): void {
    const item = draw(html);
    item.dataset.seq = `${seq}`;
    const mine = item.dataset.person === me;
    if (!mine) speak(item.dataset.name ?? "");
    if (!hasEnd()) {
      heard = Math.max(heard, seq);
      if (!mine) tellUnread(unread + 1);
      return;
    }
    const follow = nearEnd();
    place(item);
    tidy();
    if (!mine && !unread && (!follow || document.hidden)) markNew(item);
    if (follow) {
      still(() => trim("first"));
      toEnd();
    }
    if (!mine && (!follow || document.hidden)) tellUnread(unread + 1);
  }

  /** The number of answers under a message of the channel. */
  function recount(of: string, replies: number): void {
    const item = find(of);
    const line = item && part<HTMLAnchorElement>("replies");
    if (item && !replies) item.querySelector("a.replies")?.remove();
    if (!line || !replies) return;
    line.href = item.querySelector<HTMLAnchorElement>("a.more")?.href ?? "";
    line.dataset.replies = `${replies}`;
    line.querySelector("span")!.textContent = says.replies(replies);
    const known = item.querySelector("a.replies");
    if (known) known.replaceWith(line);
    else item.querySelector("a.more")?.before(line);
  }

  // --- what is on its way ----------------------------------------------------------------------------------

  const echoOf = (id: string) => document.getElementById(`echo-${id}`);
  const settle = (id: string) => echoOf(id)?.remove();

  /** What one has just written, until the server's own drawing takes its place. */
  function echo(letter: Letter): void {
    if (echoOf(letter.id)) return;
    const item = make("li", "waiting mine");
    item.id = `echo-${letter.id}`;
    const body = make("div", "body");
    const byline = make("p", "byline");
    byline.append(make("strong", "", says.you), " ", make("span", "tiny state", says.waiting));
    body.append(byline, make("p", "words", letter.fields.find(([name]) => name === "body")?.[1] ?? ""));
    const portrait = list.querySelector(`:scope > li[data-person="${me}"] > .avatar`) ?? document.querySelector(".site-header .avatar");
    if (portrait) item.append(portrait.cloneNode(true));
    item.append(body);
    list.append(item);
  }

  function mark(letter: Letter, words: string): void {
    const state = echoOf(letter.id)?.querySelector(".state");
    if (state) state.textContent = words;
  }

  /** One's own message, as the server has drawn it. */
  function sent(letter: Letter, html: string): void {
    settle(letter.id);
    const item = draw(html);
    const known = find(idOf(item));
    if (known || !hasEnd()) return;
    const follow = nearEnd();
    place(item);
    tidy();
    if (follow) toEnd();
  }

  fresh?.addEventListener("click", () => {
    if (!hasEnd()) return location.assign(`${location.pathname}?`); // a page anew, even from the same address
    tellUnread(0);
    toEnd();
    form?.querySelector<HTMLElement>("textarea")?.focus({ preventScroll: true });
  });

  items().forEach(dress);
  tidy();
  const firstUnread = Number(list.dataset.firstUnread);
  const begins = numberOf(items()[0] ?? list) <= firstUnread; // else it stands further back, where a link leads
  const first = firstUnread && begins ? items().find((item) => numberOf(item) >= firstUnread && item.dataset.person !== me) : null;
  if (first && !list.querySelector(".newer")) markNew(first);
  tellUnread(0);
  if (list.dataset.liveFrom) window.live.watch(topic, Number(list.dataset.liveFrom), {
    event: hear,
    whisper: ({ kind, facts }) => kind === "typing" && hooks.whisper(facts),
  });

  return {
    items, find, draw, dress, tidy, still, trim, replace, react, echo, mark, sent, settle, hasEnd, nearEnd, toEnd, tellUnread, offer, markNew,
    unread: () => unread,
    /** What was posted while the end was elsewhere is in the page now. */
    missed: () => heard > numberOf(items().pop() ?? list),
    older, newer,
  };
}
