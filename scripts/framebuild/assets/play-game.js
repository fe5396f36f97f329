/* The next-token game: spread your belief, see the word, pay your surprise. */
"use strict";
(() => {
  const { el, bar, percent, nats } = framesPlay;
  const KEPT = 0.02; // of the belief, always spread evenly, so that no mistake costs infinity
  const NAMED = 90; // points that naming one word puts on it
  const PLAYERS = [
    { id: "you", name: "you", mark: "●" },
    { id: "model", name: "the model", mark: "■" },
    { id: "best", name: "the best possible", mark: "▲" },
  ];

  framesPlay.game = (host, body, { lm, world }) => new Game(body, lm, world);

  class Game {
    constructor(body, lm, world) {
      Object.assign(this, { body, lm, world });
      this.story = el("p", { class: "play-story" });
      this.board = el("div", { class: "play-game__board" });
      this.button = el("button", { type: "submit", class: "play-button play-button--main" });
      this.said = el("p", { class: "play-game__said", role: "status" });
      this.totals = el("div", { class: "play-game__totals" });
      const form = el("form", {
        class: "play-game__form",
        onsubmit: (event) => { event.preventDefault(); this.go(); },
      }, this.board, el("p", { class: "play__buttons" }, this.button,
        el("button", { type: "button", class: "play-button", onclick: () => this.begin(this.seed + 1) },
          "Another story")));
      body.append(this.story, form, this.said, this.totals);
      const asked = Number.parseInt(framesPlay.address("game"), 10);
      this.begin(Number.isNaN(asked) ? 1 : asked, true);
    }

    begin(seed, first = false) {
      this.seed = seed;
      if (!first) framesPlay.setAddress("game", String(seed));
      this.ids = this.world.story(seed, this.lm.longest);
      this.rows = this.lm.run(this.ids);
      this.place = 0;
      this.asked = [];
      this.paid = [];
      this.said.textContent = "Spread your belief over the words that can come, or name one.";
      this.ask();
      this.drawTotals();
    }

    /* Go to the next word of which more than one can come; the story tells the rest by itself. */
    ask() {
      this.best = null;
      while (this.place + 1 < this.ids.length) {
        const best = this.world.best(this.ids.slice(0, this.place + 1));
        const able = Array.from(best.keys()).filter((token) => best[token] > 0);
        if (able.length > 1) {
          const label = (token) => this.label(token).toLowerCase();
          this.able = able.sort((a, b) => label(a).localeCompare(label(b)));
          this.best = best;
          break;
        }
        this.place++;
      }
      this.revealed = false;
      this.drawStory();
      if (!this.best) return this.finish();
      this.points = this.able.map(() => 100 / this.able.length);
      this.button.textContent = "Reveal the word";
      this.button.hidden = false;
      return this.drawChoices();
    }

    label(token) {
      return token === framesPlay.END ? "the end" : this.world.words[token];
    }

    /* What the player says of each word that can come. */
    belief() {
      const total = this.points.reduce((sum, one) => sum + one, 0);
      const even = 1 / this.points.length;
      return this.points.map((one) => (1 - KEPT) * (total ? one / total : even) + KEPT * even);
    }

    drawChoices() {
      const list = el("div", { class: "play-game__choices" });
      this.sliders = this.able.map((token, index) => {
        const word = this.label(token);
        const shown = el("output", { class: "play-number" });
        const slider = el("input", {
          type: "range", min: 0, max: 100, value: this.points[index], "aria-label": `Belief in ${word}`,
          oninput: () => { this.points[index] = Number(slider.value); this.drawBelief(); },
        });
        const name = el("button", {
          type: "button", class: "play-word", title: `Put ${NAMED} of 100 on it`,
          "aria-label": `Name ${word}`, onclick: () => this.name(index),
        }, word);
        list.append(el("div", { class: "play-game__choice" }, name, slider, shown));
        return { slider, shown };
      });
      this.board.replaceChildren(el("fieldset", {},
        el("legend", {}, `What comes next? ${this.able.length} words can.`), list));
      this.drawBelief();
    }

    name(named) {
      const rest = (100 - NAMED) / (this.able.length - 1);
      this.points = this.able.map((_, index) => (index === named ? NAMED : rest));
      this.sliders.forEach(({ slider }, index) => { slider.value = this.points[index]; });
      this.drawBelief();
    }

    drawBelief() {
      const belief = this.belief();
      this.sliders.forEach(({ slider, shown }, index) => {
        shown.textContent = percent(belief[index]);
        slider.setAttribute("aria-valuetext", percent(belief[index]));
      });
    }

    go() {
      if (!this.revealed) return this.reveal();
      this.place++;
      return this.ask();
    }

    reveal() {
      const truth = this.ids[this.place + 1];
      const belief = this.belief();
      const model = framesPlay.softmax(this.rows[this.place].logits);
      const odds = {
        you: belief, model: this.able.map((token) => model[token]),
        best: this.able.map((token) => this.best[token]),
      };
      const right = this.able.indexOf(truth);
      const cost = {};
      for (const { id } of PLAYERS) cost[id] = -Math.log(odds[id][right]);
      this.asked.push(this.label(truth));
      this.paid.push(cost);
      this.revealed = true;
      this.body.dataset.paid = JSON.stringify(this.paid);
      this.drawResult(odds, right);
      const parts = PLAYERS.map(({ id, name }) => `${name} ${nats(cost[id])}`);
      this.said.textContent = `It was “${this.label(truth)}”. Surprise in nats: ${parts.join(", ")}.`;
      this.button.textContent = "Next word";
      this.drawStory();
      this.drawTotals();
    }

    drawResult(odds, right) {
      const head = el("tr", {}, el("th", { scope: "col" }, "word"),
        ...PLAYERS.map(({ name, mark, id }) =>
          el("th", { scope: "col" }, el("span", { class: `play--${id}`, "aria-hidden": "true" }, mark), ` ${name}`)));
      const rows = this.able.map((token, index) => {
        const came = index === right;
        return el("tr", { class: came ? "play-game__came" : null },
          el("th", { scope: "row" }, came ? `▸ ${this.label(token)} (came)` : this.label(token)),
          ...PLAYERS.map(({ id }) => el("td", {}, bar(odds[id][index], `play--${id}`),
            el("span", { class: "play-number" }, percent(odds[id][index])))));
      });
      this.board.replaceChildren(el("table", { class: "play-table" },
        el("caption", {}, "What each gave to the words that could come"),
        el("thead", {}, head), el("tbody", {}, ...rows)));
    }

    drawStory() {
      const told = this.ids.slice(0, this.place + (this.revealed ? 2 : 1));
      const parts = [];
      told.forEach((token, place) => {
        if (token === framesPlay.END) return;
        const { text, glue } = this.world.shown(token, told[place - 1]);
        const newest = this.revealed && place === told.length - 1;
        parts.push(glue, newest ? el("mark", {}, text) : text);
      });
      if (!this.revealed && this.best) {
        parts.push(" ", el("span", { class: "play-blank" }, el("span", { class: "play-hidden" }, "next word")));
      }
      this.story.replaceChildren(...parts);
    }

    sum(id) {
      return this.paid.reduce((total, cost) => total + cost[id], 0);
    }

    drawTotals() {
      if (!this.paid.length) return this.totals.replaceChildren();
      const last = this.paid.at(-1);
      const head = ["", "this word", "in all, nats", "a word, on average"];
      const table = el("table", { class: "play-table" },
        el("caption", {}, `Paid for ${this.paid.length} words`),
        el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...PLAYERS.map(({ id, name, mark }) => el("tr", { "data-player": id },
          el("th", { scope: "row" }, el("span", { class: `play--${id}`, "aria-hidden": "true" }, mark), ` ${name}`),
          el("td", {}, nats(last[id])), el("td", { class: "play-total" }, nats(this.sum(id))),
          el("td", {}, nats(this.sum(id) / this.paid.length))))));
      return this.totals.replaceChildren(table, this.plot());
    }

    /* Nats paid so far, word by word: one line each, told apart by dashes and marks too. */
    plot() {
      // As wide as there is room, so that its words keep their size on a telephone.
      const wide = Math.min(480, Math.max(260, this.totals.clientWidth || 480));
      const [high, left, right, foot] = [170, 34, 112, 26];
      const most = Math.max(1, ...PLAYERS.map(({ id }) => this.sum(id)));
      const x = (word) => left + (word / this.paid.length) * (wide - left - right);
      const y = (paid) => high - foot - (paid / most) * (high - foot - 12);
      const lines = PLAYERS.map(({ id }) => {
        let total = 0;
        return [[x(0), y(0)], ...this.paid.map((cost, word) => [x(word + 1), y((total += cost[id]))])];
      });
      const labels = spread(lines.map((line) => line.at(-1)[1]), 15);
      const drawn = PLAYERS.flatMap(({ id, name, mark }, index) => [
        el("svg:polyline", { class: `play-line play--${id}`, points: lines[index].map((one) => one.join()).join(" ") }),
        el("svg:text", { class: `play--${id}`, x: wide - right + 6, y: labels[index] + 4 },
          `${mark} ${name.replace("the ", "").replace(" possible", "")} ${nats(this.sum(id))}`),
      ]);
      return el("svg:svg", {
        class: "play-plot", viewBox: `0 0 ${wide} ${high}`, role: "img",
        "aria-label": `Nats paid after ${this.paid.length} words: ${PLAYERS.map(({ id, name }) => `${name} ${nats(this.sum(id))}`).join(", ")}.`,
      }, el("svg:path", { class: "play-axis", d: `M${left} 8V${high - foot}H${wide - right}` }),
      el("svg:text", { x: left - 6, y: y(most) + 4, "text-anchor": "end" }, most.toFixed(0)),
      el("svg:text", { x: left - 6, y: y(0) + 4, "text-anchor": "end" }, "0"),
      el("svg:text", { x: (left + wide - right) / 2, y: high - 7, "text-anchor": "middle" }, "words asked → nats paid so far"),
      ...drawn);
    }

    finish() {
      const words = this.paid.length;
      const share = (id) => percent(Math.exp(-this.sum(id) / words));
      const over = this.sum("you") - this.sum("best");
      const lucky = over < 0
        ? `You paid ${nats(-over)} nats less than the best predictor: luck, which one story allows and many do not.`
        : `Your ${nats(over)} nats above it are what your beliefs lacked; the model lacked ${nats(this.sum("model") - this.sum("best"))}.`;
      this.said.textContent = `The end. Over ${words} words you paid ${nats(this.sum("you"))} nats, the model `
        + `${nats(this.sum("model"))}, and the best possible predictor, who knows the rules by which stories `
        + `are drawn, ${nats(this.sum("best"))}: on average nobody can pay less, for that much is chance. `
        + `${lucky} Put otherwise, you gave the word that came ${share("you")} (geometric mean), the model `
        + `${share("model")}, the best possible ${share("best")}.`;
      this.board.replaceChildren();
      this.button.hidden = true;
    }
  }

  /* Heights of labels moved apart, so that none covers another. */
  function spread(heights, apart) {
    const order = heights.map((_, index) => index).sort((a, b) => heights[a] - heights[b]);
    const moved = [...heights];
    order.forEach((index, rank) => {
      if (rank) moved[index] = Math.max(moved[index], moved[order[rank - 1]] + apart);
    });
    const over = Math.max(0, moved[order.at(-1)] - 140);
    return moved.map((height) => height - over);
  }
})();
