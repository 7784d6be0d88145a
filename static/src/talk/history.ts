// What was written before, and after where one has come by a link: fetched a page at a time when one asks, without moving
// what one reads. Never by scrolling alone: what stands above the thread and below it could not be reached any more.

import { idOf, numberOf } from "./dom";
import type { List } from "./list";

export function history(talk: List): void {
  let busy = false;

  async function load(where: HTMLElement, back: boolean): Promise<void> {
    const link = where.querySelector("a");
    const edge = back ? talk.items().find((item) => !item.matches(".root")) : talk.items().pop();
    if (!link || !edge || busy) return;
    busy = true;
    where.classList.add("loading");
    const address = `${location.pathname}?${back ? "avant" : "apres"}=${numberOf(edge)}`;
    const answer = await fetch(address).catch(() => null);
    where.classList.remove("loading");
    busy = false;
    if (!answer?.ok || answer.redirected) return void (location.href = link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = [...page.querySelectorAll<HTMLElement>("ol[data-channel] > li[data-seq]")]
      .filter((item) => !talk.find(idOf(item)))
      .map((item) => document.importNode(item, true));
    talk.still(() => {
      if (back) edge.before(...found);
      else edge.after(...found);
      found.forEach(talk.dress);
      const next = page.querySelector(back ? "[data-older] a" : "[data-newer] a");
      if (!next) where.replaceChildren();
      else if (link.isConnected) link.href = next.getAttribute("href")!;
      talk.tidy();
      talk.trim(back ? "last" : "first");
    });
    if (!back && talk.hasEnd()) {
      talk.tellUnread(talk.unread());
      if (talk.missed()) talk.offer(where, "apres", numberOf(talk.items().pop()!)); // said while that page was on its way
    }
    if (found.length) focus((back ? found[found.length - 1] : found[0])!);
  }

  function focus(item: HTMLElement): void {
    item.tabIndex = -1;
    item.focus({ preventScroll: true });
  }

  for (const [where, back] of [[talk.older, true], [talk.newer, false]] as const) {
    where?.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("a")) return;
      event.preventDefault();
      void load(where, back);
    });
  }
}
