/* The forward pass of a small Llama as `save_pretrained` writes it, in plain JavaScript. */
"use strict";
(() => {
  const play = (window.framesPlay = window.framesPlay || {});

  /* A half-precision number from its 16 bits: sign, 5 bits of exponent, 10 of fraction. */
  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }

  const READ = {
    F32: (bytes) => new Float32Array(bytes),
    F16: (bytes) => Float32Array.from(new Uint16Array(bytes), half),
  };

  /* A safetensors file as arrays by name: eight bytes of length, a header in JSON, the numbers. */
  function readSafetensors(buffer) {
    const length = Number(new DataView(buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    const tensors = {};
    for (const [name, entry] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      if (!READ[entry.dtype]) throw new Error(`no reader for ${entry.dtype} (${name})`);
      const [from, to] = entry.data_offsets.map((offset) => 8 + length + offset);
      tensors[name] = READ[entry.dtype](buffer.slice(from, to));
    }
    return tensors;
  }

  /* Matrix times vector. weight: [out, in], row by row. */
  function linear(weight, input, rows) {
    const width = input.length;
    const output = new Float32Array(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < width; column++) sum += weight[at++] * input[column];
      output[row] = sum;
    }
    return output;
  }

  function rmsNorm(input, weight, epsilon) {
    let squares = 0;
    for (const value of input) squares += value * value;
    const scale = 1 / Math.sqrt(squares / input.length + epsilon);
    return input.map((value, index) => value * scale * weight[index]);
  }

  /* Odds from scores. A temperature above 1 makes them flatter, one below 1 sharper. */
  function softmax(scores, temperature = 1) {
    let top = -Infinity;
    for (const score of scores) if (score > top) top = score;
    const odds = Float64Array.from(scores, (score) => Math.exp((score - top) / temperature));
    let total = 0;
    for (const odd of odds) total += odd;
    return odds.map((odd) => odd / total);
  }

  function add(stream, change) {
    for (let index = 0; index < stream.length; index++) stream[index] += change[index];
  }

  class Llama {
    /* config: config.json as it is. tensors: as readSafetensors gives them. */
    constructor(config, tensors) {
      if (config.model_type !== "llama") throw new Error(`no code for ${config.model_type}`);
      this.tensors = tensors;
      this.vocabulary = config.vocab_size;
      this.width = config.hidden_size;
      this.layers = config.num_hidden_layers;
      this.heads = config.num_attention_heads;
      this.keyHeads = config.num_key_value_heads ?? this.heads;
      this.headWidth = config.head_dim ?? this.width / this.heads;
      this.inner = config.intermediate_size;
      this.longest = config.max_position_embeddings;
      this.epsilon = config.rms_norm_eps;
      this.theta = config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10000;
      this.embedding = tensors["model.embed_tokens.weight"];
      this.unembedding = tensors["lm_head.weight"] ?? this.embedding;
      this.ids = [];
      this.rows = [];
      this.keys = Array.from({ length: this.layers }, () => []);
      this.values = Array.from({ length: this.layers }, () => []);
    }

    /* A row for each token: {logits, looks: [layer][head][key], stream: [layer + 1][width]}.
       What is known of a common beginning is kept, so that the next branch of a tree is cheap. */
    run(ids) {
      if (ids.length > this.longest) throw new Error(`the model reads ${this.longest} words`);
      let same = 0;
      while (same < ids.length && ids[same] === this.ids[same]) same++;
      for (const kept of [this.ids, this.rows, ...this.keys, ...this.values]) kept.length = same;
      for (const id of ids.slice(same)) this.step(id);
      return this.rows.slice();
    }

    step(id) {
      const place = this.ids.length;
      const stream = this.embedding.slice(id * this.width, (id + 1) * this.width);
      const row = { looks: [], stream: [stream.slice()] };
      for (let layer = 0; layer < this.layers; layer++) {
        row.looks.push(this.attend(stream, layer, place));
        this.think(stream, layer);
        row.stream.push(stream.slice());
      }
      row.logits = this.read(stream);
      this.ids.push(id);
      this.rows.push(row);
    }

    /* Self-attention: changes the stream, and returns where each head looked. */
    attend(stream, layer, place) {
      const { headWidth, heads, keyHeads } = this;
      const weight = (name) => this.tensors[`model.layers.${layer}.self_attn.${name}.weight`];
      const input = this.normed(stream, layer, "input_layernorm");
      const query = this.turned(linear(weight("q_proj"), input, heads * headWidth), place);
      const key = this.turned(linear(weight("k_proj"), input, keyHeads * headWidth), place);
      this.keys[layer].push(key);
      this.values[layer].push(linear(weight("v_proj"), input, keyHeads * headWidth));
      const mixed = new Float32Array(heads * headWidth);
      const looks = [];
      for (let head = 0; head < heads; head++) {
        const from = head * headWidth;
        const shared = Math.floor((head * keyHeads) / heads) * headWidth;
        const scores = this.keys[layer].map((one) => {
          let sum = 0;
          for (let at = 0; at < headWidth; at++) sum += query[from + at] * one[shared + at];
          return sum / Math.sqrt(headWidth);
        });
        const shares = softmax(scores);
        this.values[layer].forEach((value, seen) => {
          for (let at = 0; at < headWidth; at++) mixed[from + at] += shares[seen] * value[shared + at];
        });
        looks.push(shares);
      }
      add(stream, linear(weight("o_proj"), mixed, this.width));
      return looks;
    }

    /* The block's two-layer network, which works on each token alone. */
    think(stream, layer) {
      const weight = (name) => this.tensors[`model.layers.${layer}.mlp.${name}.weight`];
      const input = this.normed(stream, layer, "post_attention_layernorm");
      const gate = linear(weight("gate_proj"), input, this.inner);
      const up = linear(weight("up_proj"), input, this.inner);
      const inner = gate.map((value, at) => (value / (1 + Math.exp(-value))) * up[at]);
      add(stream, linear(weight("down_proj"), inner, this.width));
    }

    normed(stream, layer, name) {
      return rmsNorm(stream, this.tensors[`model.layers.${layer}.${name}.weight`], this.epsilon);
    }

    /* Rotary positions: each pair of numbers turns by an angle that grows with the place. */
    turned(vector, place) {
      const middle = this.headWidth / 2;
      for (let from = 0; from < vector.length; from += this.headWidth) {
        for (let at = 0; at < middle; at++) {
          const angle = place * this.theta ** ((-2 * at) / this.headWidth);
          const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
          const [first, second] = [vector[from + at], vector[from + at + middle]];
          vector[from + at] = first * cos - second * sin;
          vector[from + at + middle] = second * cos + first * sin;
        }
      }
      return vector;
    }

    /* The scores of the next token, read off the stream after any layer. */
    read(stream) {
      const final = rmsNorm(stream, this.tensors["model.norm.weight"], this.epsilon);
      return linear(this.unembedding, final, this.vocabulary);
    }
  }

  function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  }

  Object.assign(play, { Llama, readSafetensors, softmax, bytesOf });
})();
