// What the modules of a thread share: its parts, its words, and how one asks the server.

export const root = document.documentElement;
export const me = root.dataset.person ?? "";

/** A thread on the page: the messages of a channel, or those of one thread in it. */
export type Talk = {
  list: HTMLOListElement;
  form: HTMLFormElement | null;
  topic: string;
  /** The message whose thread this is; empty for a channel. */
  thread: string;
  place: string;
};

export const says = root.lang === "en"
  ? {
      wrote: (name: string) => `${name} wrote`,
      many: (n: number) => `${n} new messages`,
      one: "1 new message",
      waiting: "waiting",
      unsent: "not sent",
      you: "You",
      failed: "This did not go through. Try again in a moment.",
      replies: (n: number) => (n === 1 ? "1 reply" : `${n} replies`),
      newer: "New messages",
      typing: (names: string[]) => (names.length > 2 ? "Several people are writing" : `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} writing`),
      somebody: "Somebody",
      found: (n: number) => (n === 1 ? "1 suggestion" : `${n} suggestions`),
      copied: "The link is copied.",
      saved: "Kept for later.",
      unsaved: "No longer kept.",
      left: "Unread from here.",
      chosen: (n: number) => (n === 1 ? "1 message chosen" : `${n} messages chosen`),
      choose: (name: string) => `Choose the message of ${name}`,
      tooMany: "Ten messages at most.",
      joined: (name: string, size: string) => `${name}, ${size}, is joined.`,
      uploading: (name: string, percent: number) => `${name}: ${percent} %`,
      removed: (name: string) => `${name} is removed.`,
      still: "Your message leaves as soon as its file has arrived.",
      remove: (name: string) => `Remove ${name}`,
      sizes: ["B", "kB", "MB"],
      link: "words",
    }
  : {
      wrote: (name: string) => `${name} a écrit`,
      many: (n: number) => `${n} nouveaux messages`,
      one: "1 nouveau message",
      waiting: "en attente",
      unsent: "non envoyé",
      you: "Vous",
      failed: "Cela n’a pas pu se faire. Réessayez dans un instant.",
      replies: (n: number) => (n === 1 ? "1 réponse" : `${n} réponses`),
      newer: "Nouveaux messages",
      typing: (names: string[]) => (names.length > 2 ? "Plusieurs personnes sont en train d’écrire" : `${names.join(" et ")} ${names.length > 1 ? "sont" : "est"} en train d’écrire`),
      somebody: "Quelqu’un",
      found: (n: number) => (n === 1 ? "1 proposition" : `${n} propositions`),
      copied: "Le lien est copié.",
      saved: "Gardé pour plus tard.",
      unsaved: "N’est plus gardé.",
      left: "Non lu à partir d’ici.",
      chosen: (n: number) => (n === 1 ? "1 message choisi" : `${n} messages choisis`),
      choose: (name: string) => `Choisir le message de ${name}`,
      tooMany: "Dix messages au plus.",
      joined: (name: string, size: string) => `${name}, ${size}, est joint.`,
      uploading: (name: string, percent: number) => `${name} : ${percent} %`,
      removed: (name: string) => `${name} est retiré.`,
      still: "Votre message part dès que son fichier est arrivé.",
      remove: (name: string) => `Retirer ${name}`,
      sizes: ["o", "Ko", "Mo"],
      link: "mots",
    };

/** A copy of one of the parts that templates/discussions/parts.html holds. */
export function part<T extends Element = HTMLElement>(name: string): T | null {
  const parts = document.querySelector<HTMLTemplateElement>("#talk-parts");
  const found = parts?.content.querySelector<T>(`[data-part="${name}"]`);
  return found ? document.importNode(found, true) : null;
}

/** An address of parts.html, for this message. */
export function address(name: string, message: string): string {
  const parts = document.querySelector<HTMLElement>("#talk-parts");
  return (parts?.dataset[name] ?? "").replace("00000000-0000-0000-0000-000000000000", message);
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", words = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (words) element.textContent = words;
  if (element instanceof HTMLButtonElement) element.type = "button";
  return element;
}

export const idOf = (item: Element) => item.id.replace(/^m-/, "");
export const numberOf = (item: Element) => Number((item as HTMLElement).dataset.seq);

export type Said = Record<string, unknown> & { html?: string; error?: string };

/** Ask the server to do something; its answer when it did, its sentence (or ours) when it did not. */
export async function post(url: string, fields: Record<string, string | string[]> = {}, quiet = false): Promise<Said | string> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  body.set("csrfmiddlewaretoken", document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
  const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body, keepalive: quiet }).catch(() => null);
  if (answer?.status === 204) return {};
  const said = answer && !answer.redirected ? ((await answer.json().catch(() => null)) as Said | null) : null;
  return answer?.ok && said ? said : (said?.error ?? says.failed);
}

/** randomUUID exists in secure contexts only; a demonstration on a local network has none. */
export function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 15) | 64;
  bytes[8] = (bytes[8]! & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A sentence in sight, and said at once, near what failed. */
export function complain(where: Element, words: string): void {
  where.parentElement?.querySelector(".error[role=alert]")?.remove();
  if (!words) return;
  const error = make("p", "error", words);
  error.setAttribute("role", "alert");
  where.after(error);
}
