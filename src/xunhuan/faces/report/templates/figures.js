// Draws the figures of this page from the data beside them. Nothing is fetched: the library is in the page, compressed.
(async () => {
  "use strict";
  const packed = document.getElementById("plotly").textContent.trim();
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.appendChild(script);

  const NARROW = 560; // pixels: below it a figure that has a narrow form shows it
  const plots = [...document.querySelectorAll(".plot")].map((box) => ({
    box, forms: JSON.parse(document.getElementById(box.dataset.figure).textContent), shown: null,
  }));
  // What the terms in a picture's labels and legend mean, the longest of each, from the list of terms on this page.
  const terms = [...document.querySelectorAll("#terms dt")].map((t) => [t.textContent.trim(), t.nextElementSibling.textContent.trim()]);
  terms.sort((a, b) => b[0].length - a[0].length);
  const chinese = document.documentElement.lang.startsWith("zh");
  const stands = (term, text) => {
    const at = text.toLowerCase().indexOf(term.toLowerCase());
    const letter = (c) => /[\p{L}\p{N}]/u.test(c || "");
    return at >= 0 && (chinese || (!letter(text[at - 1]) && !letter(text[at + term.length])));
  };
  const explain = (box) => {
    for (const label of box.querySelectorAll(".infolayer g.traces, .infolayer text")) {
      if (label.matches("g.traces text")) continue; // its row of the legend has it
      const found = terms.find(([term]) => stands(term, label.textContent));
      label.querySelector(":scope > title")?.remove();
      if (!found) continue;
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = chinese ? `${found[0]}：${found[1]}` : `${found[0]}: ${found[1]}`;
      label.prepend(title);
      label.style.pointerEvents = "all";
    }
  };
  const draw = async (plot, wide = 0) => { // as wide as its box, or as told
    const form = plot.forms.narrow && (wide || plot.box.clientWidth) < NARROW ? "narrow" : "wide";
    if (`${form} ${wide}` === plot.shown) return;
    plot.shown = `${form} ${wide}`;
    const { data, layout } = structuredClone(plot.forms[form]);
    // On paper nothing moves: ribbons that fade in would be printed before they are seen.
    if (wide) Object.assign(layout, { autosize: false, width: wide });
    if (layout.height) plot.box.style.height = `${layout.height}px`; // a window that changes takes the height from the box
    await Plotly.react(plot.box, data, layout, { displayModeBar: false, responsive: !wide, staticPlot: wide > 0 });
    explain(plot.box);
  };
  for (const plot of plots) await draw(plot);
  let printing = false; // folds open then, and the page grows
  new ResizeObserver(() => printing || plots.forEach((plot) => draw(plot))).observe(document.querySelector("main"));
  // A sheet looks the same from whatever window it is printed: figures are drawn anew for its width, and back again.
  const SHEET = 680, GAP = 28; // pixels: width of an A4 sheet's text, and between two figures of a row (style.css)
  const full = document.documentElement.classList.contains("brief") ? 736 : 800; // a figure as wide as the sheet is drawn so wide
  document.documentElement.style.setProperty("--print-zoom", (SHEET / full).toFixed(3));
  const beside = ({ box }) => box.closest(".row")?.querySelectorAll(":scope > figure").length > 1;
  addEventListener("beforeprint", () => {
    printing = true;
    plots.forEach((plot) => draw(plot, beside(plot) ? (full * (1 - GAP / SHEET)) / 2 : full));
  });
  addEventListener("afterprint", () => {
    printing = false;
    plots.forEach((plot) => draw(plot));
  });
  for (const box of document.querySelectorAll(".row, .table, .contents")) { // the keyboard pushes along what is too wide
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
  const folds = [...document.querySelectorAll("details.fold")];
  const unfold = () => {
    const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!at) return;
    for (const f of folds) if (f.contains(at) || at.contains(f)) f.open = true;
    at.scrollIntoView();
  };
  for (const f of folds) f.open = false; // they are open until all is drawn, and for those who have no scripts
  unfold();
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => folds.forEach((f) => { f.open = true; }));
  document.documentElement.dataset.drawn = String(plots.length);
})();
