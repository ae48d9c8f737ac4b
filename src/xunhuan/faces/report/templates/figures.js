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
  document.documentElement.dataset.drawn = String(plots.length);
})();
