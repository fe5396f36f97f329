/* The loom: a tree of continuations, grown where one wants to read on. */
"use strict";
(() => {
  const { el, bar, percent, nats, END } = framesPlay;
  const FORK = 5; // continuations shown at once
  const SURE = 0.95; // above this the likeliest word is told without asking
  const DIGITS = 2; // of a token in an address, in base 36

  framesPlay.loom = (host, body, model) => new Loom(body, model);

  class Loom {
    constructor(body, { lm, world, about }) {
      Object.assign(this, { body, lm, world, temperature: 1, kept: [] });
      this.model = about.digest.slice(0, 6); // another model's words have other numbers and odds
      this.root = this.node([END], null, null);
      this.chosen = this.root;
      this.tree = el("ul", { role: "tree", class: "play-tree", "aria-label": "Continuations" });
      this.tree.addEventListener("keydown", (event) => this.key(event));
      this.path = el("p", { class: "play-story" });
      this.cost = el("p", { class: "play__facts", role: "status" });
      this.list = el("ul", { class: "play-loom__kept" });
      body.append(this.controls(), this.path, this.cost, this.buttons(),
        el("div", { class: "play-scroll" }, this.tree), this.list,
        el("p", { class: "play__facts" }, "Arrow keys walk the tree, Enter grows it. A branch runs on by itself "
          + `while the model is more than ${percent(SURE)} sure. The address holds the whole tree.`));
      if (!this.restore(framesPlay.address("loom"))) this.open(this.root);
      this.draw();
      window.addEventListener("hashchange", () => {
        if (this.body.isConnected && this.restore(framesPlay.address("loom"))) this.draw();
      });
    }

    controls() {
      const shown = el("output", { class: "play-number" }, "1.0");
      this.slider = el("input", {
        type: "range", id: "loom-temperature", min: 0.2, max: 2, step: 0.1, value: 1,
        oninput: () => {
          this.temperature = Number(this.slider.value);
          shown.textContent = this.temperature.toFixed(1);
          this.draw();
          this.note();
        },
      });
      this.degrees = shown;
      return el("p", { class: "play-loom__heat" },
        el("label", { for: "loom-temperature" }, "Temperature"), this.slider, shown,
        el("span", { class: "play__facts" }, "low: the likeliest alone; 1: the model’s own odds; high: flatter"));
    }

    buttons() {
      const button = (text, done) => el("button", { type: "button", class: "play-button", onclick: done }, text);
      this.copied = el("span", { role: "status", class: "play__facts" });
      return el("p", { class: "play__buttons" },
        button("Draw a sentence", () => this.runOn((odds) => framesPlay.drawFrom(odds, Math.random))),
        button("Likeliest sentence", () => this.runOn((odds) => framesPlay.top(odds, 1)[0])),
        button("Keep this path", () => this.keep()),
        button("Copy link", () => this.copy()), this.copied);
    }

    /* A node tells one word, and what follows while the model is sure. */
    node(ids, parent, first) {
      return { ids, parent, first, forks: null, isOpen: false, extra: false };
    }

    scores(ids) {
      return this.lm.run(ids).at(-1).logits;
    }

    child(parent, token) {
      const known = parent.forks.find((one) => one.first === token);
      if (known) return known;
      const ids = [...parent.ids, token];
      while (ids.at(-1) !== END && ids.length < this.lm.longest) {
        const odds = framesPlay.softmax(this.scores(ids));
        const [likeliest] = framesPlay.top(odds, 1);
        if (odds[likeliest] < SURE) break;
        ids.push(likeliest);
      }
      const made = this.node(ids, parent, token);
      parent.forks.push(made);
      parent.forks.sort((a, b) => parent.logits[b.first] - parent.logits[a.first]);
      return made;
    }

    ended(node) {
      return node !== this.root && (node.ids.at(-1) === END || node.ids.length >= this.lm.longest);
    }

    grow(node) {
      if (node.forks || this.ended(node)) return;
      node.logits = this.scores(node.ids);
      node.forks = [];
      for (const token of framesPlay.top(node.logits, FORK)) this.child(node, token);
    }

    open(node) {
      if (this.ended(node)) return;
      this.grow(node);
      node.isOpen = true;
    }

    more(node) {
      const next = framesPlay.top(node.logits, node.forks.length + FORK);
      for (const token of next) this.child(node, token).extra = true;
      this.changed();
    }

    /* Go on to the end of the sentence, each word picked from its odds. */
    runOn(pick) {
      let node = this.chosen;
      do {
        if (this.ended(node)) break;
        this.open(node);
        const before = node.ids.length;
        const token = pick(framesPlay.softmax(node.logits, this.temperature));
        node = this.child(node, token);
        node.extra = true;
        if (node.ids.slice(before).includes(this.world.tokens.get("."))) break;
      } while (node.ids.length < this.lm.longest);
      this.chosen = node;
      this.changed();
      this.focus();
    }

    keep() {
      const path = this.code(this.chosen);
      if (path && !this.kept.includes(path)) this.kept.push(path);
      this.changed();
    }

    async copy() {
      this.note();
      try {
        await navigator.clipboard.writeText(location.href);
        this.copied.textContent = "Copied: the address holds this tree.";
      } catch {
        this.copied.textContent = "The address of this page now holds this tree; copy it from there.";
      }
    }

    choose(node, grown) {
      this.chosen = node;
      if (grown && node.isOpen) node.isOpen = false;
      else if (grown) this.open(node);
      this.changed();
      this.focus();
    }

    changed() {
      this.draw();
      this.note();
    }

    focus() {
      this.tree.querySelector("[tabindex='0']")?.focus();
    }

    /* What is seen, from top to bottom. */
    seen(node = this.root) {
      return [node, ...(node.isOpen ? node.forks.flatMap((one) => this.seen(one)) : [])];
    }

    key(event) {
      const seen = this.seen();
      const at = seen.indexOf(this.chosen);
      const node = this.chosen;
      const moves = {
        ArrowDown: () => this.choose(seen[Math.min(at + 1, seen.length - 1)]),
        ArrowUp: () => this.choose(seen[Math.max(at - 1, 0)]),
        Home: () => this.choose(this.root),
        End: () => this.choose(seen.at(-1)),
        ArrowRight: () => this.choose(node.isOpen ? node.forks[0] : node, !node.isOpen),
        ArrowLeft: () => (node.isOpen ? this.choose(node, true) : this.choose(node.parent ?? node)),
        Enter: () => this.choose(node, true),
        " ": () => this.choose(node, true),
      };
      if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.tagName === "BUTTON") return; // a button in the tree has its own Enter
      event.preventDefault();
      moves[event.key]();
    }

    /* Odds of a path at the present temperature, in nats: what it would cost to be drawn. */
    nats(ids) {
      const rows = this.lm.run(ids);
      return ids.slice(1).reduce((total, token, place) =>
        total - Math.log(framesPlay.softmax(rows[place].logits, this.temperature)[token]), 0);
    }

    words(node) {
      const from = node.parent ? node.parent.ids.length : 0;
      return node.ids.slice(from).map((token, index) => {
        const { text, glue } = this.world.shown(token, node.ids[from + index - 1]);
        return token === END ? " (the end)" : glue + text;
      }).join("").trim();
    }

    draw() {
      const told = this.world.text(this.chosen.ids);
      this.path.textContent = told || "Nothing is told yet: choose a first word.";
      const paid = this.nats(this.chosen.ids);
      this.cost.textContent = this.chosen === this.root ? "" : "At this temperature this path has probability "
        + `${Math.exp(-paid).toPrecision(2)}: ${nats(paid)} nats for ${this.chosen.ids.length - 1} words.`;
      this.tree.replaceChildren(this.item(this.root, 1));
      this.list.replaceChildren(...this.kept.map((code) => this.keptItem(code)));
    }

    item(node, level) {
      const odds = node.parent ? framesPlay.softmax(node.parent.logits, this.temperature)[node.first] : null;
      const word = node.parent ? this.words(node) : "The beginning";
      const grows = !this.ended(node);
      const label = el("span", { class: "play-tree__label", onclick: () => this.choose(node, true) },
        el("span", { class: "play-tree__sign", "aria-hidden": "true" }, grows ? (node.isOpen ? "−" : "+") : "∎"),
        el("span", { class: "play-tree__word" }, word));
      if (odds !== null) label.append(bar(odds), el("span", { class: "play-number" }, percent(odds)));
      const item = el("li", {
        role: "treeitem", "aria-level": level, "aria-selected": String(node === this.chosen),
        "aria-expanded": grows ? String(node.isOpen) : null, tabindex: node === this.chosen ? 0 : -1,
        "aria-label": odds === null ? word : `${word}, ${percent(odds)}`, "data-path": this.code(node),
        "data-odds": odds,
      }, label);
      if (node.isOpen) item.append(this.group(node, level));
      return item;
    }

    group(node, level) {
      const left = this.lm.vocabulary - node.forks.length;
      const more = el("button", { type: "button", class: "play-tree__more", tabindex: -1, onclick: () => this.more(node) },
        `${Math.min(FORK, left)} more …`);
      return el("ul", { role: "group" }, ...node.forks.map((one) => this.item(one, level + 1)),
        el("li", { role: "none" }, more));
    }

    keptItem(code) {
      const node = this.find(code);
      return el("li", {}, el("q", { class: "play-story" }, this.world.text(node.ids)), ` ${nats(this.nats(node.ids))} nats `,
        el("button", { type: "button", class: "play-link", onclick: () => { this.open(node.parent); this.choose(node); } }, "go there"), " ",
        el("button", { type: "button", class: "play-link", onclick: () => {
          this.kept = this.kept.filter((one) => one !== code);
          this.changed();
        } }, "let go"));
    }

    /* A node's address: the first token of each node on the way to it. */
    code(node) {
      if (!node.parent) return "";
      return this.code(node.parent) + node.first.toString(36).padStart(DIGITS, "0");
    }

    find(code) {
      let node = this.root;
      for (let at = 0; at < code.length; at += DIGITS) {
        const token = Number.parseInt(code.slice(at, at + DIGITS), 36);
        if (!(token < this.lm.vocabulary) || this.ended(node)) throw new Error("no such path");
        this.grow(node);
        node = this.child(node, token);
      }
      return node;
    }

    /* The tree as text: the model, temperature, nodes that are open (or, after `-`, only there), the
       chosen one, those that are kept. */
    note() {
      const seen = this.seen();
      const open = seen.filter((node) => node.isOpen && !node.forks.some((one) => one.isOpen));
      const there = seen.filter((node) => node.extra && !node.isOpen);
      const nodes = [...open.map((node) => this.code(node)), ...there.map((node) => `-${this.code(node)}`)];
      const parts = [this.model, Math.round(10 * this.temperature), nodes.join("."), this.code(this.chosen), this.kept.join(".")];
      framesPlay.setAddress("loom", parts.join("_"));
    }

    restore(address) {
      if (!address) return false;
      const [model, heat = "", nodes = "", chosen = "", kept = ""] = address.split("_");
      this.copied.textContent = "";
      if (model !== this.model) {
        this.copied.textContent = "This address was made with another model, so its tree is not here.";
        return false;
      }
      try {
        this.fold(this.root);
        for (const code of nodes.split(".")) {
          const node = this.find(code.replace("-", ""));
          if (code.startsWith("-")) node.extra = true;
          else this.open(node);
          for (let one = node.parent; one; one = one.parent) this.open(one);
        }
        this.chosen = this.find(chosen);
        this.kept = kept.split(".").filter((code) => code && this.find(code));
      } catch {
        return false;
      }
      const asked = Number(heat) / 10;
      this.temperature = asked >= 0.2 && asked <= 2 ? asked : 1;
      this.slider.value = this.temperature;
      this.degrees.textContent = this.temperature.toFixed(1);
      return true;
    }

    fold(node) {
      node.isOpen = false;
      for (const one of node.forks ?? []) this.fold(one);
    }
  }
})();
