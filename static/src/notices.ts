// The bell: how many things wait unread, on whatever page one is. What is new is said once, politely, in a corner: it
// takes no focus, and goes away by itself. In the settings, the browser may be allowed to say it with no page open.

const root = document.documentElement;
const says = root.lang === "en"
  ? { open: "Open", close: "Close", on: "This browser now receives them.", refused: "The browser does not allow it: its own settings decide.", failed: "This browser could not be registered." }
  : { open: "Ouvrir", close: "Fermer", on: "Ce navigateur les reçoit désormais.", refused: "Le navigateur ne le permet pas : c’est dans ses réglages que cela se change.", failed: "Ce navigateur n’a pas pu être inscrit." };

const SHOWN_MS = 8000;
const BURST_MS = 400; // several things told at once are asked for once

type Newest = { id: string; sentence: string; path: string };

const token = () => document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";

function post(url: string, facts: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({ ...facts, csrfmiddlewaretoken: token() });
  return fetch(url, { method: "POST", body, keepalive: true });
}

function button(words: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function tell({ sentence, path }: Newest): void {
  let place = document.querySelector<HTMLElement>(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  const toast = document.createElement("div");
  toast.className = "toast";
  const words = document.createElement("p");
  words.textContent = sentence;
  const link = document.createElement("a");
  link.href = path;
  link.textContent = says.open;
  const gone = () => toast.remove();
  toast.append(words, link, button(says.close, gone));
  place.replaceChildren(toast);
  let timer = setTimeout(gone, SHOWN_MS);
  const stay = () => clearTimeout(timer);
  const leave = () => (clearTimeout(timer), (timer = setTimeout(gone, SHOWN_MS)));
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, leave);
  toast.addEventListener("keydown", (event) => event.key === "Escape" && gone());
}

function bell(badge: HTMLElement, person: string): void {
  let known: string | undefined; // the newest one this page knows of
  let asked = 0;

  const show = (count: number) => {
    badge.hidden = !count;
    badge.querySelector("span")!.textContent = count > 99 ? "99+" : `${count}`;
  };
  const look = async (aloud: boolean) => {
    try {
      const answer = await fetch(badge.dataset.bell!, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const { count, newest } = (await answer.json()) as { count: number; newest: Newest[] };
      show(count);
      const [latest] = newest;
      if (latest && latest.id !== known && aloud && new URL(latest.path, location.href).pathname !== location.pathname) tell(latest);
      known = latest?.id ?? known;
    } catch {
      // asked again at the next knock
    }
  };
  const soon = (aloud: boolean) => {
    clearTimeout(asked);
    asked = window.setTimeout(() => void look(aloud), BURST_MS);
  };
  window.live.watch(`person:${person}`, Number(root.dataset.personSeq) || 0, {
    event: () => {},
    reset: () => soon(false),
    whisper: ({ kind, facts }) => kind === "notice" && soon(facts.fresh === true),
  });
  window.live.onBack(() => soon(false));
}

/** What one opens from the list is read. */
function readWhatIsOpened(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-notice]");
    if (link) void post(link.dataset.notice!);
  });
}

async function start(place: HTMLElement): Promise<string> {
  if ((await Notification.requestPermission()) !== "granted") return says.refused;
  const worker = await navigator.serviceWorker.register("/sw.js");
  const key = place.dataset.push!.replace(/-/g, "+").replace(/_/g, "/");
  const applicationServerKey = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  const browser = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })).toJSON();
  const answer = await post(place.dataset.pushTo!, { endpoint: browser.endpoint!, ...browser.keys });
  return answer.ok ? says.on : says.failed;
}

function pushing(): void {
  const place = document.querySelector<HTMLElement>("[data-push]");
  const begin = place?.querySelector<HTMLButtonElement>("[data-push-start]");
  if (!place || !begin || !("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
  begin.hidden = false;
  begin.addEventListener("click", async () => {
    const said = await start(place).catch(() => says.failed);
    place.querySelector("[data-push-says]")!.textContent = said;
  });
}

export function notices(): void {
  const badge = document.querySelector<HTMLElement>("[data-bell]");
  if (badge && root.dataset.person) bell(badge, root.dataset.person);
  readWhatIsOpened();
  pushing();
}
