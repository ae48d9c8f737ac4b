// What is read on a page, as it says, as it tells to screen readers and under the pointer; what has a language of its own is left out.
() => {
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (at.closest("script, style, noscript, code, pre:not(.notice pre), ol.refs, [lang]:not(html), .refs")) continue;
    const block = at.closest("text, p, li, td, th, h1, h2, h3, h4, dt, dd, figcaption, label, button, a, summary, caption, pre, div") || at;
    if (!texts.includes(block)) texts.push(block);
  }
  const said = texts.map((e) => [...e.childNodes].filter((n) => n.nodeType === 3 || n.nodeType === 1 && n.matches("b, i, em, strong, sub, sup, small, tspan, a")).map((n) => n.textContent).join("").trim())
    .map((t) => t.replace(/^\w+(\[\d+\]|\.\w+)+[:：]\s*/, ""));  // the place of what is wrong in a file
  for (const e of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    if (!e.closest("[lang]:not(html)")) for (const name of ["aria-label", "title", "placeholder"]) if (e.getAttribute(name)) said.push(e.getAttribute(name));
  // What pointing at a picture shows: names and words, not the formats between braces.
  for (const plot of document.querySelectorAll(".js-plotly-plot")) for (const trace of plot.data || []) {
    const shown = [trace.hovertemplate, trace.name, ...(Array.isArray(trace.customdata) ? trace.customdata.flat() : [])];
    if (trace.hoverinfo === "skip") continue;
    for (const text of shown) if (typeof text === "string") said.push(text.replace(/%\{[^}]*\}/g, "…").replace(/<[^>]+>/g, " ").trim());
    if (trace.valuesuffix) said.push(trace.valuesuffix.trim());
  }
  return said.filter(Boolean);
}
