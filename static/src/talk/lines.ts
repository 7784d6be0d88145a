// Lists of channels: what waits in each, counted as it comes.

/** Whether what arrives in the open channel is read at once. */
function inSight(): boolean {
  const end = document.querySelector("ol[data-channel]")?.getBoundingClientRect().bottom ?? 0;
  return !document.hidden && end < innerHeight + 200;
}

export function lines(here: string): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-line]")) {
    const topic = line.dataset.line!;
    const count = line.querySelector<HTMLElement>("[data-unread-here]");
    if (!count) continue;
    window.live.watch(topic, Number(line.dataset.liveFrom), {
      event: (event) => {
        const mine = event.client_id !== undefined; // only its author's pages are told
        if (event.kind !== "message.posted" || event.facts.thread || mine || (topic === here && inSight())) return;
        window.unread.set(window.unread.total() + 1);
        if (topic === here) return; // said under the messages
        const number = Number(count.dataset.unreadHere) + 1;
        count.dataset.unreadHere = `${number}`;
        count.querySelector("span")!.textContent = number > 99 ? "99+" : `${number}`;
        count.hidden = false;
        line.classList.add("waiting-for-me");
      },
      reset: () => undefined,
    });
  }
}
