// One to ten messages, chosen to become a note.

import { idOf, make, part, says } from "./dom";
import type { List } from "./list";

const MOST = 10;

export function choosing(list: List, place: HTMLElement) {
  const chosen = new Set<string>();
  let bar: HTMLFormElement | null = null;

  function stop(): void {
    bar?.remove();
    bar = null;
    chosen.clear();
    for (const item of list.items()) item.querySelector(":scope > .choose")?.remove();
  }

  function dress(item: HTMLElement): void {
    if (!bar || item.querySelector(":scope > .choose") || !item.querySelector(".words")) return;
    const label = make("label", "choose");
    const box = make("input");
    box.type = "checkbox";
    box.checked = chosen.has(idOf(item));
    label.append(box, make("span", "sr-only", says.choose(item.dataset.name ?? "")));
    box.addEventListener("change", () => {
      if (!box.checked) chosen.delete(idOf(item));
      else if (chosen.size < MOST) chosen.add(idOf(item));
      else {
        box.checked = false;
        return window.live.announce(says.tooMany);
      }
      show();
    });
    item.prepend(label);
  }

  function show(): void {
    if (!bar) return;
    bar.querySelector("[role=status]")!.textContent = chosen.size === MOST ? `${says.chosen(MOST)}. ${says.tooMany}` : says.chosen(chosen.size);
    bar.querySelector<HTMLButtonElement>(".btn-main")!.disabled = !chosen.size;
    bar.querySelectorAll("[name=messages]").forEach((field) => field.remove());
    // In the order of the talk, not of the choosing.
    for (const item of list.items()) if (chosen.has(idOf(item))) bar.append(hidden(idOf(item)));
  }

  function hidden(id: string): HTMLInputElement {
    const field = make("input");
    Object.assign(field, { type: "hidden", name: "messages", value: id });
    return field;
  }

  return {
    dress,
    begin(item: HTMLElement): void {
      bar ??= part<HTMLFormElement>("choosing");
      if (!bar) return;
      chosen.add(idOf(item));
      if (!bar.isConnected) {
        bar.querySelector("[data-stop]")!.addEventListener("click", stop);
        place.append(bar);
      }
      list.items().forEach(dress);
      show();
      item.querySelector<HTMLElement>(".choose input")?.focus({ preventScroll: true });
    },
  };
}
