// Files given with a message: chosen, dropped on the line to write or pasted into it, sent at once, taken back before.

import { complain, make, part, post, says } from "./dom";

type Given = { file: string; name: string; kind: string; weight: string; preview: string; error?: string };

const SMALL = 1024 * 1024;

const weigh = (bytes: number) =>
  bytes < SMALL
    ? `${Math.max(1, Math.round(bytes / 1024))} ${says.sizes[1]}`
    : `${(bytes / SMALL).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${says.sizes[2]}`;

export function files(form: HTMLFormElement, field: HTMLTextAreaElement, settled: (well: boolean) => void) {
  const list = form.querySelector<HTMLElement>("[data-joined]");
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const { uploadUrl, discardUrl } = form.dataset;
  const given = new Map<string, Given>();

  const busy = () => Boolean(list?.querySelector("[data-busy]"));
  const address = (id: string) => (discardUrl ?? "").replace("00000000-0000-0000-0000-000000000000", id);

  /** The line of a file on its way, or arrived. */
  function line(name: string, about: string): HTMLLIElement {
    const item = make("li");
    item.append(part<SVGElement>("file") ?? "", make("span", "name", name), make("span", "tiny soft", about));
    list!.append(item);
    list!.hidden = false;
    return item;
  }

  function closable(item: HTMLLIElement, name: string, act: () => void): void {
    const button = part<HTMLButtonElement>("close") ?? make("button", "round", "×");
    button.setAttribute("aria-label", says.remove(name));
    button.addEventListener("click", () => {
      act();
      item.remove();
      if (!busy()) settled(false);
      list!.hidden = !list!.children.length;
      window.live.announce(says.removed(name));
      field.focus();
    });
    item.append(button);
  }

  function arrived(item: HTMLLIElement, file: Given): void {
    given.set(file.file, file);
    item.replaceChildren();
    item.removeAttribute("data-busy");
    const sign = make("img");
    sign.src = file.preview;
    sign.alt = "";
    const id = make("input");
    Object.assign(id, { type: "hidden", name: "files", value: file.file });
    item.append(
      file.preview ? sign : (part<SVGElement>("file") ?? ""),
      make("span", "name", file.name),
      make("span", "tiny soft", `${file.kind}, ${file.weight}`),
      id,
    );
    closable(item, file.name, () => void post(address(file.file), {}));
  }

  function upload(file: File): void {
    if (!uploadUrl || !list) return;
    const item = line(file.name, weigh(file.size));
    item.dataset.busy = "";
    const bar = make("progress");
    bar.max = 100;
    bar.setAttribute("aria-label", file.name);
    const request = new XMLHttpRequest(); // fetch does not tell how far it is
    closable(item, file.name, () => request.abort());
    item.querySelector("button")!.before(bar);
    request.upload.addEventListener("progress", (event) => (bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0));
    request.addEventListener("loadend", () => {
      if (!item.isConnected) return;
      const said = request.response as Given | null;
      if (request.status === 201 && said?.file) {
        arrived(item, said);
        window.live.announce(says.joined(said.name, `${said.kind}, ${said.weight}`));
        if (!busy()) settled(true);
        return;
      }
      item.remove();
      list.hidden = !list.children.length;
      settled(false);
      complain(field, said?.error ?? `${file.name} – ${says.failed}`);
    });
    request.open("POST", uploadUrl);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
    body.set("upload", file);
    request.send(body);
  }

  const all = (some: FileList | null | undefined) => {
    complain(field, "");
    for (const file of some ?? []) upload(file);
  };

  if (uploadUrl && list) {
    form.querySelector("[data-join]")?.addEventListener("click", () => input?.click());
    input?.addEventListener("change", () => {
      all(input.files);
      input.value = "";
    });
    field.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      all(event.clipboardData.files);
    });
    const place = form.closest("section") ?? form;
    for (const name of ["dragover", "dragleave", "drop"] as const) {
      place.addEventListener(name, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        place.classList.toggle("dropping", name === "dragover");
        if (name === "drop") all(event.dataTransfer.files);
      });
    }
  }

  return {
    busy,
    some: () => Boolean(list?.querySelector("[name=files]")),
    clear() {
      list?.replaceChildren();
      if (list) list.hidden = true;
    },
    /** Files of a message that was refused: still on the server, joined again. */
    take(ids: string[]) {
      for (const id of ids) {
        const known = given.get(id);
        if (known && list) arrived(line(known.name, ""), known);
      }
    },
  };
}
