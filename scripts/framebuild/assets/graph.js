// With a frame under the pointer or in focus, its own relations stand out. Without this, the graph
// and its table still say everything.
const graph = document.querySelector(".graph__picture > svg");

function read(frame) {
  const near = new Set([frame]);
  for (const arc of graph.querySelectorAll(".arc")) {
    const ends = arc.dataset.ends.split(" ");
    arc.classList.toggle("arc--near", ends.includes(frame));
    if (ends.includes(frame)) ends.forEach((end) => near.add(end));
  }
  for (const link of graph.querySelectorAll(".arcs__frame")) {
    link.classList.toggle("arcs__frame--near", near.has(link.dataset.frame));
  }
  graph.classList.toggle("arcs--reading", frame !== undefined);
}

if (graph) {
  const frameOf = (event) => event.target.closest(".arcs__frame")?.dataset.frame;
  for (const name of ["pointerover", "focusin"]) {
    graph.addEventListener(name, (event) => read(frameOf(event)));
  }
  for (const name of ["pointerleave", "focusout"]) {
    graph.addEventListener(name, () => read(undefined));
  }
}
