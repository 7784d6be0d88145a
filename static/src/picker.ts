// A text field that suggests territories as one types: the ARIA combobox with a list.
// Without this file the form still works: what was typed is looked up when it is sent.

const WAIT = 200; // ms between the last key and the question

function picker(root: HTMLElement): void {
  const input = root.querySelector<HTMLInputElement>("input[type=text]");
  const chosen = root.querySelector<HTMLInputElement>("input[type=hidden]");
  const list = root.querySelector<HTMLElement>("[role=listbox]");
  const status = root.querySelector<HTMLElement>("[role=status]");
  if (!input || !chosen || !list || !status || root.dataset.ready) return;
  root.dataset.ready = "yes";
  let timer = 0;
  let question: AbortController | null = null;
  let active = -1;
  const options = () => [...list.children] as HTMLElement[];

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close(): void {
    list!.hidden = true;
    list!.replaceChildren();
    active = -1;
    input!.setAttribute("aria-expanded", "false");
    input!.removeAttribute("aria-activedescendant");
  }

  function point(index: number): void {
    const all = options();
    if (!all.length) return;
    active = (index + all.length) % all.length;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    input!.setAttribute("aria-activedescendant", all[active]!.id);
    all[active]!.scrollIntoView({ block: "nearest" });
  }

  function choose(option: HTMLElement): void {
    input!.value = option.dataset.label ?? "";
    chosen!.value = option.dataset.pk ?? "";
    status!.textContent = input!.value;
    close();
    input!.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function ask(): Promise<void> {
    const typed = input!.value.trim();
    question?.abort();
    if (typed.length < 2) return close();
    question = new AbortController();
    const query = new URLSearchParams({ list: "", q: typed, kind: root.dataset.kind ?? "" });
    try {
      const answer = await fetch(`${root.dataset.picker}?${query}`, { signal: question.signal });
      if (!answer.ok) return close();
      list!.innerHTML = await answer.text(); // rendered by the server, escaped there
    } catch {
      return; // a newer question was asked, or the network is away: typing on still works
    }
    active = -1;
    input!.removeAttribute("aria-activedescendant");
    const all = options();
    all.forEach((option, place) => {
      option.id = `${list!.id}_${place}`;
      option.setAttribute("aria-selected", "false");
    });
    list!.hidden = !all.length;
    input!.setAttribute("aria-expanded", String(all.length > 0));
    const words = all.length === 0 ? root.dataset.empty : all.length === 1 ? root.dataset.one : root.dataset.many;
    status!.textContent = (words ?? "").replace("{number}", String(all.length));
  }

  input.addEventListener("input", () => {
    chosen.value = "";
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      void ask().then(() => point(0));
    } else if (list.hidden) {
      return;
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      point(active + 1);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      point(active < 0 ? -1 : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options()[active]!);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  // pointerdown, so that the field keeps the focus and the list is still there.
  list.addEventListener("pointerdown", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
  input.addEventListener("blur", close);
}

export function pickers(scope: ParentNode = document): void {
  scope.querySelectorAll<HTMLElement>("[data-picker]").forEach(picker);
}
