// On the pages where a note is written: a small editor over each <textarea data-editor>, which keeps the same words as
// HTML for the form and the draft. Without this script the textarea takes text with marks (richtext/marks.py). What
// is sent is cleaned on the server, whatever happens here; here we only avoid showing what would be thrown away.

const KEPT = new Set(["P", "BR", "STRONG", "EM", "B", "I", "A", "UL", "OL", "LI", "BLOCKQUOTE", "CODE", "H3", "H4",
  "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "CAPTION", "DIV"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "HEAD", "TEMPLATE", "SVG", "MATH", "IFRAME", "OBJECT", "TEXTAREA", "SELECT", "BUTTON"]);
const RENAMED: Record<string, string> = { H1: "h3", H2: "h3", H5: "h4", H6: "h4" };
const ADDRESS = /^(https?:\/\/|mailto:)\S+$/i;

/** The nodes of `html` that a note may hold, made anew: nothing of the source but tag names, words and addresses. */
function nodesOf(html: string): DocumentFragment {
  const copy = (from: Node, to: Node): void => {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) {
        to.appendChild(document.createTextNode(node.textContent ?? ""));
      } else if (node instanceof Element || node.nodeType === Node.ELEMENT_NODE) {
        const tag = (node as Element).tagName.toUpperCase();
        if (DROPPED.has(tag)) continue;
        const name = RENAMED[tag] ?? (KEPT.has(tag) ? tag.toLowerCase() : "");
        if (!name) {
          copy(node, to);
          continue;
        }
        const made = document.createElement(name);
        const href = (node as Element).getAttribute("href") ?? "";
        if (name === "a" && ADDRESS.test(href)) made.setAttribute("href", href);
        copy(node, made);
        to.appendChild(made);
      }
    }
  };
  const fragment = document.createDocumentFragment();
  // Handlers and styles would only be refused, loudly, by the policy of the page.
  const bare = html.replace(/\s(on\w+|style)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
  copy(new DOMParser().parseFromString(bare, "text/html").body, fragment);
  return fragment;
}

/** Plain text as HTML: paragraphs at blank lines. */
function htmlOf(text: string): string {
  const box = document.createElement("div");
  for (const block of text.trim().split(/\n\s*\n/)) {
    const paragraph = document.createElement("p");
    block.split("\n").forEach((line, number) => {
      if (number) paragraph.append(document.createElement("br"));
      paragraph.append(line);
    });
    if (block) box.append(paragraph);
  }
  return box.innerHTML;
}

// --- lists and quotations: browsers nest them in paragraphs and lose the caret, so we move the nodes ourselves ---

const INLINE = new Set(["STRONG", "EM", "B", "I", "A", "CODE", "BR", "SPAN", "#text"]);

/** Do `work` on the blocks of `editor` that the selection touches, and give the selection back. */
function onBlocks(editor: HTMLElement, work: (blocks: HTMLElement[]) => void): void {
  const selection = getSelection();
  if (!selection?.rangeCount || !editor.contains(selection.anchorNode)) {
    editor.focus();
    return onBlocksAt(editor, [editor.lastElementChild as HTMLElement], work);
  }
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  for (const node of [...editor.childNodes]) {
    if (!INLINE.has(node.nodeName)) continue; // words straight in the editor become a paragraph
    const before = node.previousSibling;
    if (before instanceof HTMLElement && before.dataset.fresh) before.append(node);
    else {
      const paragraph = document.createElement("p");
      paragraph.dataset.fresh = "1";
      node.replaceWith(paragraph);
      paragraph.append(node);
    }
  }
  for (const child of editor.children) delete (child as HTMLElement).dataset.fresh;
  const range = document.createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  onBlocksAt(editor, [...editor.children].filter((child) => range.intersectsNode(child)) as HTMLElement[], work);
  if (editor.contains(startContainer) && editor.contains(endContainer)) {
    selection.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  }
}

function onBlocksAt(editor: HTMLElement, blocks: HTMLElement[], work: (blocks: HTMLElement[]) => void): void {
  if (!blocks.length || !blocks[0]) {
    const paragraph = document.createElement("p");
    editor.append(paragraph);
    blocks = [paragraph];
  }
  work(blocks);
}

/** The node `from` under another name, with the same children. */
function renamed(from: Element, name: string): HTMLElement {
  const made = document.createElement(name);
  made.append(...from.childNodes);
  return made;
}

/** Take the children of `holder` that the selection touches out of it; what is after them keeps a holder of its own. */
function release(holder: HTMLElement, touched: (child: Element) => boolean, as: (child: Element) => Element): void {
  const children = [...holder.children];
  const out = children.filter(touched);
  const last = children.indexOf(out[out.length - 1]);
  const tail = document.createElement(holder.tagName);
  tail.append(...children.slice(last + 1));
  holder.after(...out.map(as), ...(tail.firstChild ? [tail] : []));
  for (const child of out) if (child.parentNode === holder) child.remove();
  if (!holder.firstElementChild) holder.remove();
}

function toggleList(editor: HTMLElement): void {
  const range = getSelection()?.rangeCount ? getSelection()!.getRangeAt(0).cloneRange() : null;
  const touched = (child: Element) => !range || range.intersectsNode(child);
  onBlocks(editor, (blocks) => {
    if (blocks.every((block) => block.tagName === "UL" || block.tagName === "OL")) {
      for (const block of blocks) release(block, touched, (item) => renamed(item, "p"));
      return;
    }
    const list = document.createElement("ul");
    blocks[0].before(list);
    for (const block of blocks) {
      if (block.tagName === "UL" || block.tagName === "OL") list.append(...block.children);
      else if (block.tagName === "BLOCKQUOTE" && block.firstElementChild) {
        list.append(...[...block.children].map((child) => renamed(child, "li")));
      } else list.append(renamed(block, "li"));
      block.remove();
    }
  });
}

function toggleQuote(editor: HTMLElement): void {
  const range = getSelection()?.rangeCount ? getSelection()!.getRangeAt(0).cloneRange() : null;
  const touched = (child: Element) => !range || range.intersectsNode(child);
  onBlocks(editor, (blocks) => {
    if (blocks.every((block) => block.tagName === "BLOCKQUOTE")) {
      for (const block of blocks) {
        if (block.firstElementChild) release(block, touched, (child) => child);
        else block.replaceWith(renamed(block, "p"));
      }
      return;
    }
    const quote = document.createElement("blockquote");
    blocks[0].before(quote);
    for (const block of blocks) {
      if (block.tagName === "BLOCKQUOTE") {
        quote.append(...block.childNodes);
        block.remove();
      } else quote.append(block);
    }
  });
}

const wordsIn = (text: string) => (text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []).length;

function enhance(rich: HTMLElement): void {
  const area = rich.querySelector<HTMLTextAreaElement>("textarea[data-editor]");
  const tools = rich.querySelector<HTMLElement>("[data-tools]");
  const markup = area?.form?.querySelector<HTMLInputElement>("input[data-markup]");
  if (!area || !tools || !markup) return;

  const editor = document.createElement("div");
  editor.className = "editor prose";
  editor.contentEditable = "true";
  editor.id = `${area.id}_editor`;
  for (const [name, value] of Object.entries({
    role: "textbox", "aria-multiline": "true", "aria-labelledby": `${area.id}_label`,
    "aria-describedby": area.getAttribute("aria-describedby") ?? "", "aria-invalid": area.getAttribute("aria-invalid") ?? "false",
    spellcheck: "true",
  })) if (value) editor.setAttribute(name, value);
  document.execCommand("defaultParagraphSeparator", false, "p");

  const fill = (html: string) => {
    editor.replaceChildren(nodesOf(html));
    if (!editor.firstChild) editor.append(document.createElement("p"));
  };
  const isEmpty = () => !editor.textContent?.trim();
  // The words on the device (core.ts has put them there) come before those of the server.
  const onDevice = area.value !== area.defaultValue;
  fill(onDevice ? (area.value.trimStart().startsWith("<") ? area.value : htmlOf(area.value)) : area.dataset.html ?? "");

  const counter = rich.querySelector<HTMLElement>("[data-count]");
  const limit = Number(area.dataset.maxWords);
  const mirror = () => {
    area.value = isEmpty() ? "" : editor.innerHTML;
    if (!counter || !limit) return;
    const words = wordsIn(editor.innerText ?? "");
    counter.hidden = false;
    counter.textContent = `${words} ${words > 1 ? counter.dataset.many : counter.dataset.one} ${limit}`;
    counter.classList.toggle("over-limit", words > limit);
  };
  let mine = false;
  const changed = () => {
    mirror();
    mine = true;
    area.dispatchEvent(new Event("input", { bubbles: true })); // the draft
    mine = false;
    show();
  };
  editor.addEventListener("input", changed);
  area.addEventListener("input", () => {
    if (!mine) {
      fill(area.value); // « Reprendre » of a draft
      mirror();
    }
  });

  // --- paste and drop: only what a note holds ---
  const insert = (data: DataTransfer | null) => {
    if (!data) return;
    const html = data.getData("text/html");
    const box = document.createElement("div");
    box.append(nodesOf(html || htmlOf(data.getData("text/plain"))));
    document.execCommand("insertHTML", false, box.innerHTML);
  };
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    insert(event.clipboardData);
  });
  editor.addEventListener("drop", (event) => {
    event.preventDefault();
    insert(event.dataTransfer);
  });

  // --- toolbar ---
  tools.className = "toolbar";
  tools.setAttribute("role", "toolbar");
  tools.setAttribute("aria-label", tools.dataset.formatting ?? "");
  tools.setAttribute("aria-controls", editor.id);
  tools.hidden = false;
  const within = (name: string) => {
    const at = getSelection()?.anchorNode;
    const element = at instanceof Element ? at : at?.parentElement;
    const found = element?.closest(name);
    return !!found && editor.contains(found) && found !== editor;
  };
  const run = (command: string, value?: string) => {
    editor.focus();
    document.execCommand(command, false, value);
    changed();
  };

  const linkRow = document.createElement("p");
  linkRow.className = "row link-row";
  linkRow.hidden = true;
  const address = document.createElement("input");
  address.type = "url";
  address.className = "input";
  address.placeholder = "https://";
  address.setAttribute("aria-label", tools.dataset.address ?? "");
  const apply = document.createElement("button");
  apply.type = "button";
  apply.className = "btn";
  apply.textContent = tools.dataset.apply ?? "";
  linkRow.append(address, apply);
  let range: Range | null = null;
  const askAddress = () => {
    const selection = getSelection();
    const inside = !!selection?.rangeCount && editor.contains(selection.anchorNode);
    range = inside ? selection!.getRangeAt(0).cloneRange() : null;
    linkRow.hidden = false;
    address.focus();
  };
  const setLink = () => {
    const href = ADDRESS.test(address.value.trim()) ? address.value.trim() : `https://${address.value.trim()}`;
    editor.focus();
    const selection = getSelection();
    if (range && selection) {
      selection.removeAllRanges();
      selection.addRange(range);
    }
    if (ADDRESS.test(href) && address.value.trim()) {
      if (selection?.isCollapsed) {
        const link = document.createElement("a");
        link.setAttribute("href", href);
        link.textContent = href;
        const box = document.createElement("div");
        box.append(link);
        run("insertHTML", box.innerHTML);
      } else run("createLink", href);
    }
    linkRow.hidden = true;
    address.value = "";
  };
  apply.addEventListener("click", setLink);
  linkRow.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      setLink();
    } else if (event.key === "Escape") {
      linkRow.hidden = true;
      editor.focus();
    }
  });

  const actions: [string, string, () => void, (() => boolean) | null][] = [
    ["bold", tools.dataset.bold ?? "", () => run("bold"), () => within("strong,b")],
    ["italic", tools.dataset.italic ?? "", () => run("italic"), () => within("em,i")],
    ["list", tools.dataset.list ?? "", () => { toggleList(editor); changed(); }, () => within("ul")],
    ["quote", tools.dataset.quote ?? "", () => { toggleQuote(editor); changed(); }, () => within("blockquote")],
    ["link", tools.dataset.link ?? "", () => (within("a") ? run("unlink") : askAddress()), () => within("a")],
  ];
  const buttons = actions.map(([name, label, act, pressed], place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `tool tool-${name}`;
    button.textContent = label;
    button.tabIndex = place ? -1 : 0;
    if (pressed) button.setAttribute("aria-pressed", "false");
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the text
    button.addEventListener("click", act);
    tools.append(button);
    return button;
  });
  // One stop of the Tab key for the whole bar; arrows move inside it.
  tools.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  function show(): void {
    actions.forEach(([, , , pressed], place) => buttons[place].setAttribute("aria-pressed", String(!!pressed?.())));
  }
  document.addEventListener("selectionchange", () => {
    if (editor.contains(getSelection()?.anchorNode ?? null)) show();
  });

  // --- in place of the textarea ---
  const writing = document.activeElement === area; // words already typed are in the editor; the next ones follow
  tools.after(linkRow);
  area.before(editor);
  area.hidden = true;
  if (writing) {
    editor.focus();
    getSelection()?.selectAllChildren(editor);
    getSelection()?.collapseToEnd();
  }
  rich.querySelector("label")?.addEventListener("click", (event) => {
    event.preventDefault();
    editor.focus();
  });
  markup.value = "html";
  mirror();
  area.form?.addEventListener("submit", mirror);
  if (rich.classList.contains("wrong")) editor.focus();
}

document.querySelectorAll<HTMLElement>("[data-rich]").forEach(enhance);
