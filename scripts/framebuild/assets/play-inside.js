/* The inside view: where each head looks, and what each layer would say, for a text one types. */
"use strict";
(() => {
  const { el, bar, percent, END } = framesPlay;
  const GUESSES = 4;
  const INK = "47, 128, 194"; // red, green, blue of the maps; a share is how much of it is seen

  framesPlay.inside = (host, body, model) => new Inside(host, body, model);

  class Inside {
    constructor(host, body, { lm, world }) {
      Object.assign(this, { body, lm, world, head: [0, 0] });
      const given = framesPlay.address("inside") ?? host.getAttribute("text") ?? "Long ago a shy fox";
      this.input = el("textarea", { id: "inside-text", rows: 2, spellcheck: "false", "aria-describedby": "inside-said" });
      this.input.value = given;
      this.said = el("p", { class: "play__note", role: "status", id: "inside-said" });
      this.text = el("div", { class: "play-inside__text", role: "group", "aria-label": "Words: choose one to look from" });
      this.summary = el("p", { class: "play-game__said", role: "status" });
      this.maps = el("div", { class: "play-inside__maps", role: "group", "aria-label": "Heads: choose one" });
      this.lens = el("div", {});
      this.numbers = el("details", { class: "play-inside__numbers", ontoggle: () => this.drawNumbers() },
        el("summary", {}, "This head in numbers"));
      body.append(
        el("form", { onsubmit: (event) => { event.preventDefault(); this.read(true); } },
          el("label", { for: "inside-text" }, "A text in the words of the stories"), this.input,
          el("p", { class: "play__buttons" }, el("button", { type: "submit", class: "play-button play-button--main" }, "Look inside"))),
        this.said,
        el("h3", {}, "Where a head looks"), this.maps, this.text, this.summary, this.numbers,
        el("h3", {}, "What each layer would say next"), this.lens,
        el("details", {}, el("summary", {}, `All ${world.words.length - 1} words that the model knows`),
          el("p", {}, world.words.slice(1).join(" "))));
      this.read(false);
    }

    read(asked) {
      const { ids, unknown } = this.world.read(this.input.value);
      if (unknown.length) {
        const named = unknown.map((word) => `“${word}”`).join(", ");
        this.said.textContent = `The model does not know ${named}. Its words are listed below.`;
        this.input.setAttribute("aria-invalid", "true");
        return;
      }
      this.input.removeAttribute("aria-invalid");
      this.ids = ids.slice(0, this.lm.longest);
      this.said.textContent = ids.length > this.lm.longest
        ? `The model reads ${this.lm.longest - 1} words; the rest is left out.` : "";
      this.rows = this.lm.run(this.ids);
      this.from = this.ids.length - 1;
      if (asked) framesPlay.setAddress("inside", this.input.value);
      else this.head = this.sharpest();
      this.draw();
    }

    /* The head that looks most at one single word, other than the start, from the last word. */
    sharpest() {
      let best = [0, 0];
      let most = -1;
      this.rows[this.from].looks.forEach((heads, layer) => heads.forEach((shares, head) => {
        const top = Math.max(...shares.slice(1, -1), 0);
        if (top > most) [most, best] = [top, [layer, head]];
      }));
      return best;
    }

    name(place) {
      return place === 0 ? "the start" : `“${this.world.words[this.ids[place]]}”`;
    }

    shares([layer, head] = this.head, from = this.from) {
      return this.rows[from].looks[layer][head];
    }

    /* What a head looks at most from the chosen word, in words. */
    says(head) {
      const shares = this.shares(head);
      const [most] = framesPlay.top(shares, 1);
      return `layer ${head[0] + 1}, head ${head[1] + 1} looks mostly at ${most === this.from ? "itself" : this.name(most)} (${percent(shares[most])})`;
    }

    draw() {
      this.drawMaps();
      this.drawText();
      this.drawLens();
      this.numbers.open = false;
    }

    drawText() {
      const shares = this.shares();
      const most = Math.max(...shares);
      this.text.replaceChildren(...this.ids.map((token, place) => {
        const word = place === 0 ? "start" : this.world.shown(token, this.ids[place - 1]).text;
        const share = place <= this.from ? shares[place] : null;
        const column = el("span", { class: "play-inside__column", "aria-hidden": "true" });
        if (share !== null) {
          const filled = el("span", {});
          filled.style.height = `${(100 * share) / most}%`;
          column.append(filled);
        }
        const chosen = place === this.from;
        return el("button", {
          type: "button", "aria-pressed": String(chosen), "data-place": place, "data-share": share,
          class: `play-inside__word${share === null ? " play-inside__word--later" : ""}`,
          "aria-label": share === null ? `${word}, later` : `${word}, ${percent(share)}`,
          onclick: () => {
            this.from = place;
            this.draw();
            this.text.children[place].focus();
          },
        }, column, el("span", { class: "play-number" }, share === null ? " " : percent(share)), el("span", {}, word));
      }));
      const said = this.says(this.head);
      this.summary.textContent = `From ${this.name(this.from)}, ${said}.`;
    }

    drawMaps() {
      const maps = [];
      for (let layer = 0; layer < this.lm.layers; layer++) {
        for (let head = 0; head < this.lm.heads; head++) maps.push(this.map([layer, head]));
      }
      this.maps.replaceChildren(...maps);
    }

    map(head) {
      const size = this.ids.length;
      const canvas = el("canvas", { width: size, height: size, "aria-hidden": "true" });
      const pen = canvas.getContext("2d");
      for (let from = 0; from < size; from++) {
        this.shares(head, from).forEach((share, place) => {
          pen.fillStyle = `rgba(${INK}, ${Math.sqrt(share)})`; // the root shows small shares too
          pen.fillRect(place, from, 1, 1);
        });
      }
      const chosen = head.join() === this.head.join();
      return el("button", {
        type: "button", class: "play-inside__map", "aria-pressed": String(chosen), "data-head": head.join("-"),
        "aria-label": this.says(head), onclick: () => {
          this.head = head;
          this.draw();
          this.maps.querySelector(`[data-head="${head.join("-")}"]`).focus();
        },
      }, canvas, el("span", {}, `layer ${head[0] + 1}, head ${head[1] + 1}`));
    }

    drawNumbers() {
      this.numbers.querySelector(".play-scroll")?.remove();
      if (!this.numbers.open) return;
      const names = this.ids.map((token) => (token === END ? "start" : this.world.words[token]));
      const head = el("tr", {}, el("th", { scope: "col" }, "from \\ to"), ...names.map((name) => el("th", { scope: "col" }, name)));
      const rows = names.map((name, from) => el("tr", {}, el("th", { scope: "row" }, name),
        ...Array.from(this.shares(this.head, from), (share) => el("td", { "data-share": share }, share.toFixed(2)))));
      this.numbers.append(el("div", { class: "play-scroll", tabindex: 0, role: "region", "aria-label": "Attention in numbers" },
        el("table", { class: "play-table" }, el("caption", {}, `Attention of ${this.says(this.head).split(" looks")[0]}: each row sums to 1`),
          el("thead", {}, head), el("tbody", {}, ...rows))));
    }

    drawLens() {
      const { stream, logits } = this.rows[this.from];
      const rows = stream.map((vector, layer) => {
        const last = layer === stream.length - 1;
        const odds = framesPlay.softmax(last ? logits : this.lm.read(vector));
        const where = layer === 0 ? "before any layer" : `after layer ${layer}${last ? ", its answer" : ""}`;
        return el("tr", { "data-layer": layer }, el("th", { scope: "row" }, where),
          ...framesPlay.top(odds, GUESSES).map((token) => el("td", { "data-token": token, "data-odds": odds[token] },
            el("span", {}, token === END ? "the end" : this.world.words[token]), bar(odds[token]),
            el("span", { class: "play-number" }, percent(odds[token])))));
      });
      const next = this.ids[this.from + 1];
      const came = next === undefined ? "" : ` In your text comes “${this.world.words[next]}”.`;
      this.lens.replaceChildren(el("div", { class: "play-scroll", tabindex: 0, role: "region", "aria-label": "Guesses by layer" },
        el("table", { class: "play-table play-inside__lens" },
          el("caption", {}, `After ${this.name(this.from)}: the likeliest next words, read off the stream with the final norm and the unembedding (the logit lens).${came}`),
          el("tbody", {}, ...rows))));
    }
  }
})();
