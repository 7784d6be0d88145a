// People and signs suggested while one writes: « @an » names somebody, « :sou » draws a smile. A text field with a list
// beside it, as screen readers know it; the keys are those of every such list.

import { make, root, says } from "./dom";

type Choice = { words: string; label: string; aside?: string; person?: string };

const WAIT = 150;
const MOST = 8;
const EMOJI: [string, string][] = (root.lang === "en"
  ? "smile 🙂,laugh 😄,joy 😂,wink 😉,heart_eyes 😍,thinking 🤔,sad 😕,cry 😢,surprised 😮,sweat 😅,tired 😴,cool 😎,please 🙏,clap 👏,thumbs_up 👍,thumbs_down 👎,hand 👋,ok 👌,muscle 💪,heart ❤️,party 🎉,fire 🔥,star ⭐,sun ☀️,rain 🌧️,snow ❄️,tree 🌳,leaf 🍃,flower 🌸,idea 💡,question ❓,warning ⚠️,yes ✅,no ❌,eyes 👀,time ⏰,calendar 📅,pin 📌,clip 📎,note 📝,book 📚,chart 📈,mail ✉️,phone 📞,computer 💻,train 🚆,car 🚗,bike 🚲,bus 🚌,walk 🚶,house 🏠,town 🏘️,school 🏫,map 🗺️,coffee ☕,bread 🥖,cake 🎂,glass 🥂,hundred 💯,rocket 🚀"
  : "sourire 🙂,rire 😄,larmes_de_rire 😂,clin_d_oeil 😉,coeurs 😍,reflexion 🤔,perplexe 😕,triste 😢,surprise 😮,ouf 😅,fatigue 😴,lunettes 😎,svp 🙏,bravo 👏,pouce 👍,pouce_bas 👎,salut 👋,ok 👌,courage 💪,coeur ❤️,fete 🎉,feu 🔥,etoile ⭐,soleil ☀️,pluie 🌧️,neige ❄️,arbre 🌳,feuille 🍃,fleur 🌸,idee 💡,question ❓,attention ⚠️,oui ✅,non ❌,regard 👀,heure ⏰,date 📅,epingle 📌,trombone 📎,note 📝,livres 📚,courbe 📈,courrier ✉️,telephone 📞,ordinateur 💻,train 🚆,voiture 🚗,velo 🚲,bus 🚌,marche 🚶,maison 🏠,village 🏘️,ecole 🏫,carte 🗺️,cafe ☕,pain 🥖,gateau 🎂,verre 🥂,cent 💯,fusee 🚀")
  .split(",").map((pair) => pair.split(" ") as [string, string]);

const plain = (words: string) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function emoji(typed: string): Choice[] {
  const wanted = plain(typed);
  return EMOJI.filter(([name]) => name.startsWith(wanted) || name.includes(`_${wanted}`))
    .map(([name, sign]) => ({ words: sign, label: `${sign} ${name.replace(/_/g, " ")}` }));
}

export function completion(field: HTMLTextAreaElement, form: HTMLElement): void {
  const people = form.dataset.peopleUrl;
  const list = make("ul", "suggestions");
  list.id = `${field.id}_suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestions ?? "");
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);

  let choices: Choice[] = [];
  let active = -1;
  let from = 0; // where what is being completed begins
  let timer = 0;
  let question: AbortController | null = null;

  function close(): void {
    clearTimeout(timer);
    question?.abort();
    list.hidden = true;
    list.replaceChildren();
    choices = [];
    field.removeAttribute("aria-activedescendant");
  }

  function point(index: number): void {
    active = (index + choices.length) % choices.length;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    field.setAttribute("aria-activedescendant", `${list.id}_${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function open(found: Choice[]): void {
    choices = found.slice(0, MOST);
    if (!choices.length) return close();
    list.replaceChildren(...choices.map((choice, place) => {
      const option = make("li", "", choice.label);
      option.id = `${list.id}_${place}`;
      option.setAttribute("role", "option");
      if (choice.aside) option.append(" ", make("span", "tiny soft", choice.aside));
      return option;
    }));
    if (list.hidden) window.live.announce(says.found(choices.length));
    list.hidden = false;
    point(0);
  }

  function choose(choice: Choice): void {
    const to = field.selectionStart;
    close();
    field.setSelectionRange(from, to);
    const words = `${choice.words} `;
    if (!document.execCommand("insertText", false, words)) field.setRangeText(words, from, to, "end");
    if (choice.person) {
      // Two people may have one name: whom one chose goes with the words.
      const named = make("input");
      Object.assign(named, { type: "hidden", name: "mentioned", value: choice.person });
      form.append(named);
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function ask(typed: string): Promise<void> {
    question?.abort();
    question = new AbortController();
    const answer = await fetch(`${people}?${new URLSearchParams({ q: typed })}`, {
      headers: { Accept: "application/json" },
      signal: question.signal,
    }).catch(() => null);
    if (!answer?.ok) return;
    const said = (await answer.json()) as { people: { id?: string; name: string; mark?: string; about?: string }[] };
    open(said.people.map(({ id, name, mark, about }) => ({ words: mark ?? `@${name}`, label: name, aside: about, person: id })));
  }

  field.addEventListener("input", (event) => {
    if ((event as InputEvent).isComposing) return;
    const before = field.value.slice(Math.max(0, field.selectionStart - 60), field.selectionStart);
    const found = /(?:^|[\s(«“'’])([@:])([\p{L}\p{N}_'’-]*(?: [\p{L}'’-]*)?)$/u.exec(before);
    clearTimeout(timer);
    if (!found) return close();
    const [, sign, typed] = found as unknown as [string, string, string];
    from = field.selectionStart - typed.length - 1;
    if (sign === ":") return typed.length > 1 && !typed.includes(" ") ? open(emoji(typed)) : close();
    if (!people || (typed.includes(" ") && list.hidden)) return close();
    timer = window.setTimeout(() => void ask(typed), WAIT);
  });

  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const choice = choices[active];
    if (event.key === "ArrowDown") point(active + 1);
    else if (event.key === "ArrowUp") point(active - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && !event.ctrlKey && choice) choose(choice);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation(); // neither sent nor left
  });
  list.addEventListener("pointerdown", (event) => {
    const place = [...list.children].indexOf((event.target as Element).closest("[role=option]") as Element);
    event.preventDefault(); // the field keeps the focus
    if (choices[place]) choose(choices[place]!);
  });
  field.addEventListener("blur", close);
}
