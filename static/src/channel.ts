// Pages of talk: a channel, a thread, the lists of channels. What one sees works without it; with it messages arrive by
// themselves, what one writes is kept until the server has it, and one does things where one reads.

import { choosing } from "./talk/choosing";
import { composer } from "./talk/composer";
import { numberOf, type Talk } from "./talk/dom";
import { history } from "./talk/history";
import { lines } from "./talk/lines";
import { messageList } from "./talk/list";
import { menu } from "./talk/menu";
import { reading, typing } from "./talk/reading";

const list = document.querySelector<HTMLOListElement>("ol[data-channel]");
if (list) start(list);
lines(list?.dataset.channel ?? "");

function start(list: HTMLOListElement): void {
  const topic = list.dataset.channel!;
  const thread = list.dataset.thread ?? "";
  const form = document.querySelector<HTMLFormElement>("form#composer");
  const talk: Talk = { list, form, topic, thread, place: thread ? `${topic}/${thread}` : topic };

  // Those who hear of the messages; the first ones are drawn before there is anybody to hear.
  let choices: ReturnType<typeof choosing> | undefined;
  let writers: ReturnType<typeof typing> | undefined;
  let progress: ReturnType<typeof reading> | undefined;

  const messages = messageList(talk, {
    drawn: (item) => choices?.dress(item),
    arrived: (event) => {
      writers?.done(event.facts.person as string);
      progress?.soon();
    },
    whisper: (facts) => writers?.hear(facts.person as string, facts.thread as string | undefined),
  });
  choices = choosing(messages, list.closest("section") ?? list.parentElement!);
  writers = typing(talk);
  progress = reading(talk, messages);
  const writing = form ? composer(talk, messages) : null;
  menu(talk, messages, writing, { choose: choices.begin, keepUnread: progress.stop });
  history(messages);

  const named = () => messages.find(location.hash.replace(/^#m-/, ""));
  const show = () => {
    const item = named();
    if (!item) return;
    item.tabIndex = -1;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", show);
  // A link to a message that is in the page goes there, at whatever address it was written.
  list.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href*='#m-']");
    const item = link && !event.ctrlKey && !event.metaKey && messages.find(link.hash.replace(/^#m-/, ""));
    if (!item || link.matches(".more")) return;
    event.preventDefault();
    if (location.hash === `#${item.id}`) show();
    else location.hash = item.id;
  });

  const first = location.hash === "#nouveaux" && !list.querySelector(".newer")
    && messages.items().find((item) => numberOf(item) >= Number(new URLSearchParams(location.search).get("autour")));
  if (first) messages.markNew(first); // read since, by the visit that showed the way here

  if (named()) show();
  else if (["", "#composer", "#nouveaux"].includes(location.hash)) {
    const fresh = list.querySelector(".newer");
    if (fresh) fresh.scrollIntoView({ block: "center" });
    else if (messages.hasEnd() && !thread) messages.toEnd();
  }
}
