// Draws the figures of this page from the data beside them. Nothing is fetched: the library is in the page, compressed.
(async () => {
  "use strict";
  const packed = document.getElementById("plotly").textContent.trim();
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.appendChild(script);

  const NARROW = 430; // pixels: below it a figure that has a narrow form shows it
  const plots = [...document.querySelectorAll(".plot")].map((box) => ({
    box, forms: JSON.parse(document.getElementById(box.dataset.figure).textContent), shown: null,
  }));
  const draw = async (plot) => {
    const form = plot.forms.narrow && plot.box.clientWidth < NARROW ? "narrow" : "wide";
    if (form === plot.shown) return;
    plot.shown = form;
    const { data, layout } = structuredClone(plot.forms[form]);
    await Plotly.newPlot(plot.box, data, layout, { displayModeBar: false, responsive: true });
  };
  for (const plot of plots) await draw(plot);
  new ResizeObserver(() => plots.forEach(draw)).observe(document.querySelector("main"));
  // Figures keep their drawn width on paper: scale them to the sheet.
  const paper = 680 / document.querySelector("main").clientWidth;
  document.documentElement.style.setProperty("--print-zoom", Math.min(1, paper).toFixed(3));
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
