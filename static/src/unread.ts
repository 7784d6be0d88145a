// How much waits to be read, on whatever page one is: a number before its title, a dot on its icon, the badges in its
// navigation. What one reads in another page is told by the topic of the person (kind "unread").

export type Unread = { total(): number; set(count: number): void };

declare global {
  interface Window {
    unread: Unread;
  }
}

const root = document.documentElement;
const icon = document.querySelector<HTMLLinkElement>("link[rel=icon][data-unread-href]");
const calm = icon?.href ?? "";
const title = document.title.replace(/^\(\d+\) /, "");
const MOST = 999;
let total = Number(root.dataset.unread) || 0;

function show(): void {
  const words = total > MOST ? `${MOST}+` : `${total}`;
  document.title = total ? `(${words}) ${title}` : title;
  if (icon) icon.href = total ? icon.dataset.unreadHref! : calm;
  for (const badge of document.querySelectorAll<HTMLElement>("[data-unread-total]")) {
    badge.hidden = !total;
    badge.querySelector("span")!.textContent = words;
  }
  if (total) return;
  for (const count of document.querySelectorAll<HTMLElement>("[data-unread-here]")) {
    count.hidden = true;
    count.dataset.unreadHere = "0";
    count.closest("a")?.classList.remove("waiting-for-me");
  }
}

window.unread = {
  total: () => total,
  set(count) {
    if (count === total) return;
    total = Math.max(0, count);
    root.dataset.unread = `${total}`;
    show();
  },
};

export function unread(): void {
  if (total) show();
  const { person, personSeq } = root.dataset;
  if (!person || !personSeq) return;
  window.live.watch(`person:${person}`, Number(personSeq), {
    event({ kind, facts }) {
      if (kind === "unread") window.unread.set(Number(facts.total));
    },
    reset: () => {},
  });
}
