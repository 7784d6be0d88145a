// Shows what is pushed to this browser, and opens it. It keeps no page and answers no request.

type Told = { title: string; url: string; tag: string };
type Extendable = Event & { waitUntil(work: Promise<unknown>): void };
type Pushed = Extendable & { data?: { json(): Told } };
type Clicked = Extendable & { notification: Notification };
type Page = { url: string; focus(): Promise<Page>; navigate(url: string): Promise<Page> };
type Worker = {
  addEventListener(name: "push", act: (event: Pushed) => void): void;
  addEventListener(name: "notificationclick", act: (event: Clicked) => void): void;
  registration: ServiceWorkerRegistration;
  clients: { matchAll(asked: { type: "window" }): Promise<Page[]>; openWindow(url: string): Promise<Page | null> };
  location: Location;
};

const worker = self as unknown as Worker;

worker.addEventListener("push", (event) => {
  const { title, url, tag } = event.data!.json();
  event.waitUntil(worker.registration.showNotification(title, { tag, data: url, icon: "/static/icon.svg" }));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data as string, worker.location.href);
  if (url.origin !== worker.location.origin) return;
  event.waitUntil(
    worker.clients.matchAll({ type: "window" }).then(([page]) =>
      page ? page.focus().then((front) => front.navigate(url.href)) : worker.clients.openWindow(url.href),
    ),
  );
});

export {};
